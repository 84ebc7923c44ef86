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

/** One budget, many keys. */
class Meter {
  readonly #limiter: RateLimiterMemory;
  readonly #windowMs: number;

  constructor(budget: Budget) {
    this.#limiter = new RateLimiterMemory({ points: budget.actions, duration: budget.seconds });
    this.#windowMs = budget.seconds * 1_000;
  }

  /** Counts one action, before anything else runs: however many come at once, no more than the budget pass. @returns ms to wait */
  async take(key: string): Promise<number> {
    try {
      await this.#limiter.consume(key);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      // The limiter goes by the time of day: set back an hour, it would keep people waiting for an hour.
      return Math.max(1, Math.min(refused.msBeforeNext, this.#windowMs));
    }
  }
}

/** Cool-downs of members and budgets of guilds. In memory: a restart forgives everybody. */
export class Throttle {
  readonly #members = new Map<ThrottleKind, Meter>();
  readonly #guilds = new Map<ThrottleKind, Meter>();

  constructor() {
    for (const [kind, rule] of Object.entries(THROTTLE) as [ThrottleKind, Rule][]) {
      this.#members.set(kind, new Meter(rule.member));
      this.#guilds.set(kind, new Meter(rule.guild));
    }
  }

  /** @returns null lets the action pass; else ms to wait. Who is told to wait costs the guild nothing. */
  readonly check = async (guildId: string, userId: string, name: string): Promise<number | null> => {
    const kind = throttleKind(name);
    const ownMs = (await this.#members.get(kind)?.take(`${guildId}:${userId}`)) ?? 0;
    if (ownMs > 0) return ownMs;
    const allMs = (await this.#guilds.get(kind)?.take(guildId)) ?? 0;
    return allMs > 0 ? allMs : null;
  };
}
