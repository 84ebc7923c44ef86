import { useEffect, useRef, useState } from 'preact/hooks';
import type { FeedEntry, LiveView } from '../stage/protocol.ts';
import { attempt } from './server.ts';
import { bot, feed, overlay } from './state.ts';

/** The overlay is drawn for a stream of this size, and shown smaller. px */
const STREAM_WIDTH = 1080;
const STREAM_HEIGHT = 1920;

/** The stream on a viewer's phone: the host, the overlay of the bot over it, the chat below. */
export function Phone({ view }: { readonly view: LiveView }) {
  const screen = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(0.2);
  useEffect(() => {
    const element = screen.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setScale(element.clientWidth / STREAM_WIDTH));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <section class="phone" aria-label="The stream on a phone">
      <div class={`screen ${view.status}`} ref={screen}>
        <div class="picture-of-host" aria-hidden="true">
          <span>N</span>
        </div>
        {overlay.value.kind === 'found' && <OverlayFrame path={overlay.value.path} scale={scale} />}
        <div class="stream-head">
          <span class="host">@{view.host}</span>
          {view.status === 'live' ? (
            <>
              <span class="pill live-pill">LIVE</span>
              <span class="pill">👁 {view.watching}</span>
            </>
          ) : (
            <span class="pill">{view.status === 'ended' ? 'ended' : 'offline'}</span>
          )}
        </div>
        <Feed />
        <OverlayHint />
      </div>
    </section>
  );
}

/** The bot's own page. Once it stands it looks after itself; only when the bot was away at first it is asked for again. */
function OverlayFrame({ path, scale }: { readonly path: string; readonly scale: number }) {
  const [tries, setTries] = useState(0);
  const failed = useRef(false);
  const isReady = bot.value.kind === 'ready';
  useEffect(() => {
    if (isReady && failed.current) setTries((count) => count + 1);
  }, [isReady]);
  return (
    <iframe
      key={tries}
      title="Overlay of the bot"
      src={path}
      tabIndex={-1}
      style={{ width: `${STREAM_WIDTH}px`, height: `${STREAM_HEIGHT}px`, transform: `scale(${scale})` }}
      onLoad={({ currentTarget }) => {
        failed.current = currentTarget.contentDocument?.contentType !== 'text/html';
        currentTarget.hidden = failed.current;
      }}
    />
  );
}

function OverlayHint() {
  const view = overlay.value;
  if (view.kind === 'found') return null;
  return (
    <div class="overlay-hint">
      <p>{view.text}</p>
      {view.mayAsk && (
        <button type="button" class="button secondary" onClick={() => attempt({ kind: 'ask-overlay' })}>
          Show the overlay
        </button>
      )}
    </div>
  );
}

const SIGNS = {
  chat: '',
  like: '❤️',
  share: '↗️',
  follow: '🔔',
  subscribe: '⭐',
  gift: '🎁',
  join: '👋',
} as const satisfies Record<FeedEntry['kind'], string>;

/** What viewers do, over the lower part of the picture, as on TikTok. */
function Feed() {
  return (
    <div class="feed" role="log" aria-label="LIVE chat">
      {feed.value.slice(-6).map(({ id, kind, who, text }) => (
        <p key={id} class={`is-${kind}`}>
          {SIGNS[kind]} <b>{who}</b> {text}
        </p>
      ))}
    </div>
  );
}
