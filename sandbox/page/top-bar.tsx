import { useEffect, useState } from 'preact/hooks';
import { openEar } from './ear.ts';
import { attempt, say } from './server.ts';
import { bot, connection, show, voice } from './state.ts';

/** Over everything: the bot's state, the show, the ear in the voice channel. */
export function TopBar() {
  const { running } = show.value;
  return (
    <header class="top-bar">
      <span class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true" role="presentation">
          <rect width="32" height="32" rx="9" />
          <path d="M8 9.5v13l8-6.5zM16.5 9.5v13l8-6.5z" />
        </svg>
        Skipline <span class="demo">demo</span>
      </span>
      <BotState />
      <span class="space" />
      <Listen />
      {running === null ? (
        <button
          type="button"
          class="button primary"
          disabled={bot.value.kind !== 'ready'}
          onClick={() => attempt({ kind: 'show', run: 'all' })}
        >
          ▶ Run the show <span class="wide-only">by itself</span>
        </button>
      ) : (
        <button type="button" class="button danger" onClick={() => attempt({ kind: 'show', run: 'stop' })}>
          ■ Stop the show
        </button>
      )}
    </header>
  );
}

function BotState() {
  const state = bot.value;
  const [tone, text] =
    connection.value === 'lost'
      ? ['bad', 'The demo has ended']
      : state.kind === 'ready'
        ? ['good', 'Bot online']
        : state.kind === 'starting'
          ? ['warn', 'Bot is starting…']
          : state.kind === 'ended'
            ? ['bad', 'Bot is down']
            : ['quiet', 'Bot is off'];
  const about = state.kind === 'ready' ? `Process ${state.pid}, ready after ${state.tookMs} ms` : '';
  return (
    <span class={`bot-state ${tone}`} role="status" title={about}>
      {text}
    </span>
  );
}

/** Bars of the level meter. */
const BARS = 5;

/** What the bot plays in the voice channel, audible here. */
function Listen() {
  const [on, setOn] = useState(false);
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!on) return;
    const ear = openEar((why) => {
      setOn(false);
      say(why);
    });
    let frame = 0;
    const look = (): void => {
      setLevel(ear.level());
      frame = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(frame);
      ear.close();
      setLevel(0);
    };
  }, [on]);
  return (
    <button
      type="button"
      class={`button secondary listen ${on ? 'on' : ''} ${voice.value.speaking ? 'speaking' : ''}`}
      aria-pressed={on}
      aria-label="Listen to the voice channel"
      onClick={() => setOn(!on)}
    >
      <span class="bars" data-level={level.toFixed(2)} aria-hidden="true">
        {Array.from({ length: BARS }, (_, index) => (
          <i key={index} style={{ height: `${20 + 80 * Math.min(1, level * (1.4 - Math.abs(index - 2) * 0.3))}%` }} />
        ))}
      </span>
      {on ? 'Listening' : 'Listen'}
    </button>
  );
}
