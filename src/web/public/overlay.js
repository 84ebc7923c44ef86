import { alertQueue } from './alerts.js';
import { stayConnected } from './connection.js';
import { lastFrame } from './last-frame.js';
import { readOptions } from './options.js';
import { applied, NOTHING, PROTOCOL } from './picture.js';
import { dress, scenes } from './scenes.js';

const options = readOptions(location.search);
dress(options);
const stage = scenes(options);
const announce = alertQueue({
  showMs: options['show-time'] * 1000,
  minCoins: options['min-coins'],
  show: stage.alert,
  hide: stage.hideAlert,
  after: (ms, task) => void setTimeout(task, ms),
});

if (options.sample) await showSample();
else follow();

async function showSample() {
  const { playSample } = await import('./sample.js');
  playSample(stage.draw, announce);
}

function follow() {
  const frame = lastFrame(location.pathname);
  const kept = frame.read();
  let picture = kept?.picture ?? NOTHING;
  if (kept !== null) stage.draw(picture, kept.saidAt + kept.ageMs);

  const connection = stayConnected({
    url: `${location.pathname}/events`,
    onMessage: (message) => {
      if (message.kind === 'state' && message.protocol !== PROTOCOL) {
        void renew();
        return;
      }
      const next = applied(picture, message);
      if (next !== picture) {
        picture = next;
        stage.draw(picture, message.at);
        frame.keep(picture, message.at);
      }
      if (message.kind === 'alert') announce(message.alert, message.at - message.alert.at);
      if (message.kind === 'state') for (const alert of message.alerts) announce(alert, message.at - alert.at);
    },
    onGone: () => {
      picture = NOTHING;
      stage.draw(picture, 0);
      stage.hideAlert();
      frame.forget();
    },
  });
  // Back on screen, or back on the network: no reason to wait any longer.
  addEventListener('online', connection.now);
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') connection.now();
  });
  keepPage();
}

/** The bot was updated to another protocol: take the new page, but only when it can be had, and not in a circle. */
async function renew() {
  const last = Number(sessionStorage.getItem('renewed') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('renewed', String(Date.now()));
  const page = await fetch(location.href, { cache: 'reload' });
  if (page.ok) location.reload();
}

/** Keeps this page's files, so that it also opens while the bot restarts. */
function keepPage() {
  if (!('serviceWorker' in navigator)) return;
  const address = new URL('./worker.js', location.href);
  /** @typedef {{ createPolicy: (name: string, rules: object) => { createScriptURL: (url: string) => unknown } }} Trust */
  const trustedTypes = 'trustedTypes' in window ? /** @type {Trust} */ (window.trustedTypes) : undefined;
  const policy = trustedTypes?.createPolicy('worker', { createScriptURL: (/** @type {string} */ url) => url });
  const script = policy?.createScriptURL(address.href) ?? address;
  navigator.serviceWorker
    .register(/** @type {string} */ (script))
    .catch((/** @type {unknown} */ trouble) => console.debug('the page is not kept', trouble));
}
