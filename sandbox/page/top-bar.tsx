import { useEffect, useRef, useState } from 'preact/hooks';
import { attempt } from './server.ts';
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
/** A listener further behind the present than this is brought back to it. s */
const MAX_LAG = 3;

/** What the bot plays in the voice channel, audible here. */
function Listen() {
  const audio = useRef<HTMLAudioElement>(null);
  const [on, setOn] = useState(false);
  const level = useLevel(audio.current, on);
  useEffect(() => {
    const element = audio.current;
    if (element === null || !on) return;
    // An address of its own each time: the stream begins with the present.
    element.src = `/voice.ogg?from=${Date.now()}`;
    element.play().catch(() => setOn(false));
    const timer = setInterval(() => {
      const { buffered } = element;
      const end = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1);
      if (end - element.currentTime > MAX_LAG) element.currentTime = end - 0.5;
    }, 2_000);
    return () => {
      clearInterval(timer);
      element.removeAttribute('src');
      element.load();
    };
  }, [on]);
  return (
    <>
      {/* biome-ignore lint/a11y/useMediaCaption: live music has no captions */}
      <audio ref={audio} />
      <button
        type="button"
        class={`button secondary listen ${on ? 'on' : ''} ${voice.value.speaking ? 'speaking' : ''}`}
        aria-pressed={on}
        aria-label={on ? 'Stop listening to the voice channel' : 'Listen to the voice channel'}
        onClick={() => setOn(!on)}
      >
        <span class="bars" aria-hidden="true">
          {Array.from({ length: BARS }, (_, index) => (
            <i key={index} style={{ height: `${20 + 80 * Math.min(1, level * (1.4 - Math.abs(index - 2) * 0.3))}%` }} />
          ))}
        </span>
        {on ? 'Listening' : 'Listen'}
      </button>
    </>
  );
}

let context: AudioContext | undefined;
const analysers = new WeakMap<HTMLAudioElement, AnalyserNode>();

/** How loud it is, 0 to 1. */
function useLevel(element: HTMLAudioElement | null, on: boolean): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (element === null || !on) {
      setLevel(0);
      return;
    }
    const analyser = analyserOf(element);
    const samples = new Float32Array(analyser.fftSize);
    let frame = 0;
    const look = (): void => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      setLevel(Math.min(1, Math.sqrt(power) * 4));
      frame = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(frame);
  }, [element, on]);
  return level;
}

function analyserOf(element: HTMLAudioElement): AnalyserNode {
  const known = analysers.get(element);
  if (known !== undefined) return known;
  context ??= new AudioContext();
  void context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaElementSource(element).connect(analyser).connect(context.destination);
  analysers.set(element, analyser);
  return analyser;
}
