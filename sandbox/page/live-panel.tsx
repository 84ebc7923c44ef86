import { useEffect, useRef, useState } from 'preact/hooks';
import type { LiveDeed } from '../stage/acts.ts';
import type { FeedEntry, LiveView } from '../stage/protocol.ts';
import { act, attempt, say } from './server.ts';
import { bot, feed, gifts, live, now, overlay } from './state.ts';

const deed = (wanted: LiveDeed): void => attempt({ kind: 'live', deed: wanted });

/** The stream as a viewer sees it, and everything viewers do. */
export function LivePanel() {
  const view = live.value;
  const [viewer, setViewer] = useState('cleo');
  if (view === null) return null;
  const isLive = view.status === 'live';
  return (
    <div class="live">
      <div class="live-top">
        <Phone view={view} />
        <div class="deeds">
          {isLive ? (
            <div class="stream-buttons">
              <button type="button" class="button danger" onClick={() => deed({ kind: 'end' })}>
                End stream
              </button>
              <button
                type="button"
                class="button secondary"
                title="Cut the bot's connection to the LIVE"
                onClick={() => deed({ kind: 'drop' })}
              >
                Drop line
              </button>
            </div>
          ) : (
            <button type="button" class="button live-now" onClick={() => deed({ kind: 'start' })}>
              Go live as @{view.host}
            </button>
          )}
          <ViewerChoice view={view} viewer={viewer} onChoose={setViewer} />
          <Deeds viewer={viewer} disabled={!isLive} />
        </div>
      </div>
      <Chat viewer={viewer} disabled={!isLive} />
      <Crowd view={view} />
      <Gifts viewer={viewer} disabled={!isLive} />
      <Totals view={view} />
    </div>
  );
}

/** The overlay is drawn for a stream of this size, and shown smaller. px */
const STREAM_WIDTH = 1080;
const STREAM_HEIGHT = 1920;

function Phone({ view }: { readonly view: LiveView }) {
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
        <button type="button" class="button secondary" onClick={() => act({ kind: 'ask-overlay' }).catch(say)}>
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

interface ViewerChoiceProps {
  readonly view: LiveView;
  readonly viewer: string;
  readonly onChoose: (viewer: string) => void;
}

function ViewerChoice({ view, viewer, onChoose }: ViewerChoiceProps) {
  const [name, setName] = useState('');
  const add = (event: Event): void => {
    event.preventDefault();
    const handle = name.trim().replace(/^@/, '');
    act({ kind: 'live', deed: { kind: 'add-viewer', viewer: handle } })
      .then(() => {
        onChoose(handle);
        setName('');
      })
      .catch(say);
  };
  return (
    <div class="viewers">
      <fieldset class="viewer-list" aria-label="Viewers: who acts">
        {view.viewers.map(({ handle, is }) => (
          <button
            key={handle}
            type="button"
            class={handle === viewer ? 'here' : ''}
            aria-pressed={handle === viewer}
            onClick={() => onChoose(handle)}
          >
            @{handle}
            {is !== null && <span class="about">{is}</span>}
          </button>
        ))}
      </fieldset>
      <form class="add-viewer" onSubmit={add}>
        <input
          type="text"
          aria-label="Handle of another viewer"
          placeholder="another viewer"
          value={name}
          maxLength={24}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" class="button secondary" aria-label="Add the viewer" disabled={name.trim() === ''}>
          +
        </button>
      </form>
    </div>
  );
}

interface ActorProps {
  readonly viewer: string;
  readonly disabled: boolean;
}

function Deeds({ viewer, disabled }: ActorProps) {
  const entries = [
    ['❤️', 'Like ×15', { kind: 'like', viewer, count: 15 }],
    ['↗️', 'Share', { kind: 'share', viewer }],
    ['🔔', 'Follow', { kind: 'follow', viewer }],
    ['⭐', 'Subscribe', { kind: 'subscribe', viewer }],
    ['👋', 'Join', { kind: 'join', viewer }],
  ] as const;
  return (
    <fieldset class="deed-buttons" aria-label={`@${viewer} does`}>
      {entries.map(([sign, name, wanted]) => (
        <button key={name} type="button" class="button secondary" disabled={disabled} onClick={() => deed(wanted)}>
          <span aria-hidden="true">{sign}</span> {name}
        </button>
      ))}
    </fieldset>
  );
}

function Chat({ viewer, disabled }: ActorProps) {
  const [text, setText] = useState('');
  const send = (event: Event): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    deed({ kind: 'chat', viewer, text: text.trim().slice(0, 150) });
    setText('');
  };
  return (
    <form class="live-chat" onSubmit={send}>
      <input
        type="text"
        aria-label={`Chat as @${viewer}`}
        placeholder={`Chat as @${viewer}`}
        maxLength={150}
        disabled={disabled}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" class="button secondary" disabled={disabled || text.trim() === ''}>
        Chat
      </button>
    </form>
  );
}

const FACES: Readonly<Record<string, string>> = {
  Rose: '🌹',
  TikTok: '🎵',
  'Ice Cream Cone': '🍦',
  'Finger Heart': '🫰',
  Rosa: '🌸',
  Perfume: '🧴',
  Doughnut: '🍩',
  Cap: '🧢',
  Confetti: '🎊',
  Sunglasses: '😎',
  Corgi: '🐶',
  'Money Gun': '💸',
  Swan: '🦢',
  Galaxy: '🌌',
  Fireworks: '🎆',
  'Sports Car': '🏎️',
  Lion: '🦁',
  'TikTok Universe': '🪐',
};

function Gifts({ viewer, disabled }: ActorProps) {
  const [repeat, setRepeat] = useState(1);
  return (
    <section class="gifts" aria-label={`Gifts of @${viewer}`}>
      <div class="gift-head">
        <h3>Gift from @{viewer}</h3>
        <label>
          times
          <input
            type="number"
            min={1}
            max={999}
            value={repeat}
            onInput={(event) => setRepeat(Math.max(1, Math.min(999, Number(event.currentTarget.value) || 1)))}
          />
        </label>
      </div>
      <div class="gift-list">
        {gifts.value.map(({ name, coins }) => (
          <button
            key={name}
            type="button"
            disabled={disabled}
            aria-label={`${name}, ${coins.toLocaleString('en-US')} coins`}
            title={`${name}, ${coins.toLocaleString('en-US')} coins`}
            onClick={() => deed({ kind: 'gift', viewer, gift: name, repeat })}
          >
            <span class="face" aria-hidden="true">
              {FACES[name] ?? '🎁'}
            </span>
            <span class="coins">{coins.toLocaleString('en-US')}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

function Crowd({ view }: { readonly view: LiveView }) {
  const [wanted, setWanted] = useState<number | null>(null);
  const shown = wanted ?? view.crowd;
  useEffect(() => setWanted(null), [view.crowd]);
  return (
    <label class="slider">
      <span class="slider-head">
        Crowd <b>{shown} events/s</b>
      </span>
      <input
        type="range"
        min={0}
        max={500}
        step={5}
        value={shown}
        disabled={view.status !== 'live'}
        onInput={(event) => setWanted(Number(event.currentTarget.value))}
        onChange={(event) => deed({ kind: 'crowd', perSecond: Number(event.currentTarget.value) })}
      />
    </label>
  );
}

const count = (amount: number): string => amount.toLocaleString('en-US');

function Totals({ view }: { readonly view: LiveView }) {
  const { totals, connections, startedAt, status } = view;
  const seconds = startedAt === null || status !== 'live' ? 0 : Math.max(0, Math.round((now.value - startedAt) / 1000));
  const rows = [
    ['Likes', totals.likes],
    ['Comments', totals.comments],
    ['Shares', totals.shares],
    ['Follows', totals.follows],
    ['Subscribers', totals.subscriptions],
    ['Gifts', totals.gifts],
    ['Coins', totals.coins],
    ['Missed', totals.missed],
  ] as const;
  return (
    <section class="totals" aria-label="What really happened">
      <p class={connections > 0 ? 'on' : 'off'}>
        {connections > 0 ? '● The bot listens' : '○ The bot is not connected'}
        {status === 'live' && (
          <span class="about">
            {' '}
            live for {Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}
          </span>
        )}
      </p>
      <dl>
        {rows.map(([name, amount]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count(amount)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
