import { type Deed, planBurst } from '../tiktok/burst-plan.ts';
import type { Live } from '../tiktok/live.ts';
import { Viewer } from '../tiktok/viewer.ts';
import type { FeedEntry } from './protocol.ts';

const FANS = 150;
/** A pause in ticks (a laptop asleep) is not made up for. ms */
const MAX_STEP_MS = 1_000;
/** The audience is told this often, changed or not, as TikTok does. ms */
const COUNT_EVERY_MS = 3_000;
/** Messages per websocket frame, as TikTok bundles them. */
const PER_FRAME = 5;
/** Of every batch this many are shown: a sample. */
const SHOWN_PER_TICK = 8;

type Note = (who: string, kind: FeedEntry['kind'], text: string) => void;

/** Invented viewers that chat, like and give at a chosen rate. */
export class Crowd {
  /** Events per second. */
  perSecond = 0;
  readonly #note: Note;
  #fans: readonly Viewer[] = [];
  #credit = 0;
  #seed = 1;
  #lastTick = 0;
  #counted = 0;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(note: Note) {
    this.#note = note;
  }

  tick(live: Live, quietAudience: number, now = performance.now()): void {
    const stepMs = Math.min(MAX_STEP_MS, now - this.#lastTick);
    this.#lastTick = now;
    this.#credit = this.perSecond === 0 ? 0 : this.#credit + (this.perSecond * stepMs) / 1000;
    const events = Math.floor(this.#credit);
    this.#credit -= events;
    if (events > 0) this.#send(live, events);
    if (now - this.#counted < COUNT_EVERY_MS) return;
    this.#counted = now;
    const watching = quietAudience + Math.round(this.perSecond * 2.4 + (this.perSecond > 0 ? Math.random() * 9 : 0));
    live.viewers(watching);
  }

  #send(live: Live, events: number): void {
    this.#fans = this.#fans.length > 0 ? this.#fans : fans();
    this.#seed += 1;
    const plan = { events, seed: this.#seed };
    for (const deed of planBurst(plan, this.#fans.length).slice(0, SHOWN_PER_TICK)) this.#show(deed);
    // The same plan once more, with exact books; batches follow one another.
    this.#sending = this.#sending.then(() => live.burst({ ...plan, viewers: this.#fans, perFrame: PER_FRAME }));
  }

  #show(deed: Deed): void {
    const who = this.#fans[deed.viewer]?.handle ?? '';
    // Of a streak only its end is worth a line.
    if (deed.kind === 'gift' && deed.gift.streakable && deed.repeatEnd === 0) return;
    this.#note(who, deed.kind === 'comment' ? 'chat' : deed.kind, inWords(deed));
  }
}

const inWords = (deed: Deed): string => {
  switch (deed.kind) {
    case 'comment':
      return deed.text;
    case 'like':
      return `sent ${deed.count} likes`;
    case 'join':
      return 'joined';
    case 'follow':
      return 'followed the host';
    case 'share':
      return 'shared the LIVE';
    case 'gift':
      return `sent ${deed.gift.name} ×${deed.repeatCount}`;
  }
};

/** Ids far away from those of the sandbox; the same fans in every run. */
const fans = (): readonly Viewer[] =>
  Array.from({ length: FANS }, (_, index) => {
    const [first, second] = [FIRST[index % FIRST.length], SECOND[Math.floor(index / FIRST.length) % SECOND.length]];
    const nickname = `${capital(first)} ${capital(second?.replace(/^[._]/, ''))}`;
    return new Viewer(String(6_900_000_000_000_000_000n + BigInt(index)), `${first}${second}${index}`, { nickname });
  });

const capital = (word = ''): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const FIRST = ['dj', 'lofi', 'bass', 'neon', 'luna', 'vinyl', 'echo', 'kick', 'synth', 'moon'] as const;
const SECOND = ['.fan', '_wave', 'head', '.nights', 'kid', '_lover', '.ears', 'runner', '_ghost', '.club'] as const;
