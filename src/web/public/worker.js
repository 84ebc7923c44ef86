// Opens the overlay's page while the bot restarts: what the network last gave is kept, and shown when it gives nothing.

const KEPT = 'skipline-overlay';
/** A proxy without a bot behind it may take for ever to say so. ms */
const PATIENCE_MS = 4_000;

addEventListener('install', () => self.skipWaiting());
addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { pathname, origin } = new URL(url);
  if (method !== 'GET' || origin !== location.origin || !isKept(pathname)) return;
  event.respondWith(answer(event.request));
});

/** The page and its files; never the events, and never what else the bot serves. */
function isKept(pathname) {
  return /\/overlay\/[\w-]+$/.test(pathname) || /\/overlay-files\/[\w.-]+$/.test(pathname);
}

async function answer(request) {
  const kept = await caches.open(KEPT);
  // The page is the same whatever its options.
  const where = { ignoreSearch: true };
  try {
    // By its address: a navigation cannot be repeated with a deadline of our own.
    const response = await fetch(request.url, { cache: 'no-cache', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.status === 200) await kept.put(request.url.split('?')[0], response.clone());
    if (response.ok) return response;
    // Only the bot itself can say that the address is no longer valid; anything else is somebody's error page.
    if (response.headers.has('x-unknown-overlay')) {
      await kept.delete(request, where);
      return response;
    }
    return (await kept.match(request, where)) ?? response;
  } catch (trouble) {
    const found = await kept.match(request, where);
    if (found === undefined) throw trouble;
    return found;
  }
}
