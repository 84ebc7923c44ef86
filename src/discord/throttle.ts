import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** So many actions in so many seconds. */
interface Budget {
  readonly actions: number;
  readonly seconds: number;
}

interface Rule {
  /** One person in one guild. */
  readonly member: Budget;
  /** Everybody of one guild together: hundreds may come at once when submissions open, a raid is thousands. */
  readonly guild: Budget;
}

/** Generous for people, tight for floods. */
export const THROTTLE = {
  command: { member: { actions: 30, seconds: 10 }, guild: { actions: 400, seconds: 10 } },
  component: { member: { actions: 40, seconds: 10 }, guild: { actions: 800, seconds: 10 } },
  /** One per key stroke. */
  autocomplete: { member: { actions: 60, seconds: 10 }, guild: { actions: 1_000, seconds: 10 } },
  /** Each may cost a download, a probe and an encode. */
  submission: { member: { actions: 30, seconds: 30 }, guild: { actions: 600, seconds: 60 } },
  /** Messages in the submissions channel. */
  passive: { member: { actions: 20, seconds: 30 }, guild: { actions: 600, seconds: 60 } },
} as const satisfies Record<string, Rule>;

export type ThrottleKind = keyof typeof THROTTLE;

/** Names of the router that end in a stored submission. */
const SUBMISSIONS: ReadonlySet<string> = new Set([
  '/submitfile',
  'Submit this track',
  'submission.modal',
  'submission.again',
]);

/** @param name as the router names it: `/command`, `area.verb`, `autocomplete`, a menu command's name, or `passive` */
export function throttleKind(name: string): ThrottleKind {
  if (name === 'autocomplete' || name === 'passive') return name;
  if (SUBMISSIONS.has(name)) return 'submission';
  return /^[a-z-]+\.[a-z-]+$/.test(name) ? 'component' : 'command';
}

/** At most so many keys are remembered as used up; the longest unused is forgotten first. */
const REMEMBERED = 20_000;

/** One budget, many keys. */
class Meter {
  readonly #limiter: RateLimiterMemory;
  readonly #windowMs: number;
  /** When a key that used its budget up gets a new one. ms */
  readonly #fullUntil = new LRUCache<string, number>({ max: REMEMBERED });

  constructor(budget: Budget) {
    this.#limiter = new RateLimiterMemory({ points: budget.actions, duration: budget.seconds });
    this.#windowMs = budget.seconds * 1_000;
  }

  /** @returns ms to wait; 0 = free */
  waitMs(key: string, now: number): number {
    return Math.max(0, (this.#fullUntil.get(key) ?? 0) - now);
  }

  /** The limiter answers in a later microtask: what it says holds from the next interaction on, and that is enough. */
  take(key: string, now: number): void {
    const settled = (outcome: unknown) => {
      if (!(outcome instanceof RateLimiterRes)) throw outcome;
      // The limiter goes by the time of day: set back an hour, it would keep people waiting for an hour.
      const waitMs = Math.min(outcome.msBeforeNext, this.#windowMs);
      if (outcome.remainingPoints <= 0) this.#fullUntil.set(key, now + waitMs);
    };
    void this.#limiter.consume(key).then(settled, settled);
  }
}

/** Cool-downs of members and budgets of guilds. In memory: a restart forgives everybody. */
export class Throttle {
  readonly #now: () => number;
  readonly #members = new Map<ThrottleKind, Meter>();
  readonly #guilds = new Map<ThrottleKind, Meter>();

  /** @param now monotonic ms */
  constructor(now: () => number) {
    this.#now = now;
    for (const [kind, rule] of Object.entries(THROTTLE) as [ThrottleKind, Rule][]) {
      this.#members.set(kind, new Meter(rule.member));
      this.#guilds.set(kind, new Meter(rule.guild));
    }
  }

  /** @returns null lets the action pass and counts it; else ms to wait, and nothing was counted */
  readonly check = (guildId: string, userId: string, name: string): number | null => {
    const kind = throttleKind(name);
    const [member, guild] = [this.#members.get(kind), this.#guilds.get(kind)];
    const now = this.#now();
    const memberKey = `${guildId}:${userId}`;
    const waitMs = Math.max(member?.waitMs(memberKey, now) ?? 0, guild?.waitMs(guildId, now) ?? 0);
    if (waitMs > 0) return waitMs;
    member?.take(memberKey, now);
    guild?.take(guildId, now);
    return null;
  };
}
