import { useEffect, useState } from 'preact/hooks';
import type { FaultDeed } from '../stage/acts.ts';
import { attempt } from './server.ts';
import { bot, faults, live, log } from './state.ts';

const deed = (wanted: FaultDeed): void => attempt({ kind: 'fault', deed: wanted });

/** Things to break, and what passes over the wire meanwhile. */
export function FaultsPanel() {
  const { lateMs, signLimited, gatewayUp } = faults.value;
  const [wanted, setWanted] = useState<number | null>(null);
  useEffect(() => setWanted(null), [lateMs]);
  const shown = wanted ?? lateMs;
  return (
    <div class="faults">
      <p class="lead">Break something and watch: panels, queue and session come through it.</p>
      <div class="fault-list">
        <Fault
          title="Kill the bot"
          about="kill -9, then a new start on the same data"
          action="kill -9"
          onPress={() => deed({ kind: 'kill-bot' })}
          disabled={bot.value.kind !== 'ready'}
        />
        <Fault
          title="Restart the bot"
          about="SIGTERM, a clean stop, a new start"
          action="Restart"
          onPress={() => deed({ kind: 'restart-bot' })}
          disabled={bot.value.kind === 'starting'}
        />
        <Fault
          title="Cut the gateway"
          about={gatewayUp ? 'Connected to Discord now' : 'Not connected to Discord now'}
          action="Cut"
          onPress={() => deed({ kind: 'drop-gateway' })}
          disabled={!gatewayUp}
        />
        <Fault
          title="Cut the voice connection"
          about="The song goes on at the same second"
          action="Cut"
          onPress={() => deed({ kind: 'drop-voice' })}
        />
        <Fault
          title="Drop the LIVE"
          about="Same session afterwards, the gap is recorded"
          action="Drop"
          onPress={() => attempt({ kind: 'live', deed: { kind: 'drop' } })}
          disabled={live.value?.status !== 'live'}
        />
        <Fault
          title="Sign server answers 429"
          about="The bot waits as long as it is told"
          action={signLimited ? 'Stop' : 'Start'}
          pressed={signLimited}
          onPress={() => deed({ kind: 'limit-signing', on: !signLimited })}
        />
      </div>
      <label class="slider">
        <span class="slider-head">
          Late Discord <b>{shown === 0 ? 'in time' : `${shown} ms`}</b>
        </span>
        <input
          type="range"
          min={0}
          max={2500}
          step={100}
          value={shown}
          onInput={(event) => setWanted(Number(event.currentTarget.value))}
          onChange={(event) => deed({ kind: 'late-discord', ms: Number(event.currentTarget.value) })}
        />
      </label>
      <Log />
    </div>
  );
}

interface FaultProps {
  readonly title: string;
  readonly about: string;
  readonly action: string;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onPress: () => void;
}

function Fault({ title, about, action, pressed, disabled = false, onPress }: FaultProps) {
  return (
    <div class={`fault ${pressed === true ? 'on' : ''}`}>
      <div class="words">
        <span class="label">{title}</span>
        <span class="about">{about}</span>
      </div>
      <button
        type="button"
        class="button danger"
        aria-label={`${title}: ${action}`}
        disabled={disabled}
        onClick={onPress}
        {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      >
        {action}
      </button>
    </div>
  );
}

const clock = (at: number): string => new Date(at).toLocaleTimeString('en-GB');

/** Newest first: what happens is read at the top. */
function Log() {
  return (
    <section class="log" aria-label="What passes between the bot and the outside">
      <h3>On the wire</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the history has to be scrollable with the keyboard */}
      <div class="lines" role="log" aria-label="On the wire" tabIndex={0}>
        {log.value.length === 0 && <p class="none">Nothing yet.</p>}
        {[...log.value].reverse().map(({ id, at, source, tone, text }) => (
          <p key={id} class={tone}>
            <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
            <span class="source">{source}</span>
            {text}
          </p>
        ))}
      </div>
    </section>
  );
}
