import { useEffect, useState } from 'preact/hooks';
import type { LiveDeed } from '../stage/acts.ts';
import type { LiveView } from '../stage/protocol.ts';
import { Phone } from './phone.tsx';
import { act, attempt, say } from './server.ts';
import { gifts, live, now } from './state.ts';

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
    ['Bot away', totals.missed],
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
      {connections === 0 && status === 'live' && (
        <p class="about">Nova brings it in with /tiktok connect {view.host}</p>
      )}
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
