import type { LiveRefusal } from './live-refusal.ts';

/** Whom a guild wants to follow, and how hard to try. */
export interface LiveTarget {
  /** @name without the sign. */
  readonly host: string;
  /** Waits for the stream to start instead of giving up. */
  readonly persistent: boolean;
  /** Discord user who asked. */
  readonly askedBy: string;
}

/** How the trying goes. */
export interface Attempt {
  /** Tries begun so far. */
  readonly tries: number;
  /** ms since the epoch. */
  readonly sinceAt: number;
  readonly nextTryAt: number | null;
  readonly lastRefusal: LiveRefusal | null;
}

/** The show that is being followed; one session across drops and restarts. */
export interface OpenSession {
  readonly sessionId: number;
  readonly roomId: string;
  readonly hostUserId: string | null;
  readonly startedAt: number;
}

/** Why a session is over: the host, staff, no way back within the grace time, or it was gone after a restart. */
export type EndCause = 'host' | 'staff' | 'lost' | 'restart';

/**
 * One guild's LIVE connection. `generation` grows with every beginning: what comes from an older one (a connect that
 * resolves after it was cancelled, a timer) is ignored.
 */
export type LiveState =
  | { readonly kind: 'idle'; readonly lastHost: string | null; readonly lastRefusal: LiveRefusal | null }
  | ({ readonly kind: 'waiting-for-live' | 'connecting' } & Run & { readonly attempt: Attempt })
  | ({ readonly kind: 'live' } & Run & { readonly session: OpenSession })
  | ({ readonly kind: 'recovering' } & Run & {
        readonly session: OpenSession;
        readonly attempt: Attempt;
        /** ms since the epoch: when the session is given up. */
        readonly deadlineAt: number;
        readonly gapCause: string;
      })
  | ({ readonly kind: 'ended' } & Run & { readonly session: OpenSession; readonly cause: EndCause });

interface Run {
  readonly generation: number;
  readonly target: LiveTarget;
}

export const IDLE: LiveState = { kind: 'idle', lastHost: null, lastRefusal: null };

/** What happens to a connection. Times are ms since the epoch. */
export type LiveInput =
  | { readonly kind: 'asked'; readonly generation: number; readonly target: LiveTarget; readonly at: number }
  /** A session left open by an earlier process is taken up. */
  | {
      readonly kind: 'taken-up';
      readonly generation: number;
      readonly target: LiveTarget;
      readonly session: OpenSession;
      readonly at: number;
      readonly deadlineAt: number;
    }
  | { readonly kind: 'trying' }
  | { readonly kind: 'refused'; readonly refusal: LiveRefusal; readonly nextTryAt: number | null }
  | { readonly kind: 'opened'; readonly session: OpenSession; readonly host: string }
  | { readonly kind: 'dropped'; readonly cause: string; readonly at: number; readonly deadlineAt: number }
  | { readonly kind: 'ended'; readonly cause: EndCause }
  | { readonly kind: 'left'; readonly refusal: LiveRefusal | null };

/**
 * The only way a connection changes.
 * @throws Error for an input that cannot come in this state: a bug of the caller
 */
export function advance(state: LiveState, input: LiveInput): LiveState {
  switch (input.kind) {
    case 'asked':
      if (state.kind !== 'idle') return impossible(state, input);
      return {
        kind: 'waiting-for-live',
        generation: input.generation,
        target: input.target,
        attempt: { tries: 0, sinceAt: input.at, nextTryAt: null, lastRefusal: null },
      };
    case 'taken-up':
      if (state.kind !== 'idle') return impossible(state, input);
      return {
        kind: 'recovering',
        generation: input.generation,
        target: input.target,
        session: input.session,
        attempt: { tries: 0, sinceAt: input.at, nextTryAt: null, lastRefusal: null },
        deadlineAt: input.deadlineAt,
        gapCause: 'restart',
      };
    case 'trying':
      return trying(state, input);
    case 'refused':
      return refused(state, input);
    case 'opened':
      if (state.kind !== 'connecting' && state.kind !== 'recovering') return impossible(state, input);
      return {
        kind: 'live',
        generation: state.generation,
        target: { ...state.target, host: input.host },
        session: input.session,
      };
    case 'dropped':
      if (state.kind !== 'live') return impossible(state, input);
      return {
        kind: 'recovering',
        generation: state.generation,
        target: state.target,
        session: state.session,
        attempt: { tries: 0, sinceAt: input.at, nextTryAt: null, lastRefusal: null },
        deadlineAt: input.deadlineAt,
        gapCause: input.cause,
      };
    case 'ended':
      if (state.kind !== 'live' && state.kind !== 'recovering') return impossible(state, input);
      return {
        kind: 'ended',
        generation: state.generation,
        target: state.target,
        session: state.session,
        cause: input.cause,
      };
    case 'left':
      if (state.kind === 'idle') return { ...state, lastRefusal: input.refusal };
      return { kind: 'idle', lastHost: state.target.host, lastRefusal: input.refusal };
  }
}

function trying(state: LiveState, input: LiveInput): LiveState {
  switch (state.kind) {
    case 'waiting-for-live':
    case 'connecting':
      return { ...state, kind: 'connecting', attempt: begun(state.attempt) };
    case 'recovering':
      return { ...state, attempt: begun(state.attempt) };
    default:
      return impossible(state, input);
  }
}

function refused(state: LiveState, input: Extract<LiveInput, { kind: 'refused' }>): LiveState {
  switch (state.kind) {
    case 'waiting-for-live':
    case 'connecting':
      return {
        ...state,
        kind: 'waiting-for-live',
        attempt: { ...state.attempt, nextTryAt: input.nextTryAt, lastRefusal: input.refusal },
      };
    case 'recovering':
      return { ...state, attempt: { ...state.attempt, nextTryAt: input.nextTryAt, lastRefusal: input.refusal } };
    default:
      return impossible(state, input);
  }
}

function begun(attempt: Attempt): Attempt {
  return { ...attempt, tries: attempt.tries + 1, nextTryAt: null };
}

function impossible(state: LiveState, input: LiveInput): never {
  throw new Error(`a LIVE connection that is ${state.kind} cannot be ${input.kind}`);
}

/** All waits of the LIVE connection, ms. */
export interface LivePolicy {
  /** A host who is not live: the first three waits, and all after them. */
  readonly offlineMs: number;
  readonly offlineLaterMs: number;
  readonly offlineQuickTries: number;
  /** Network trouble and a failing sign server: doubles up to the maximum. */
  readonly troubleMs: number;
  readonly troubleMaxMs: number;
  /** TikTok blocks this machine. */
  readonly blockedMs: number;
  readonly blockedMaxMs: number;
  /** At least this long after "slow down". */
  readonly rateLimitedMs: number;
  /** After a drop: doubles up to the maximum. */
  readonly recoverMs: number;
  readonly recoverMaxMs: number;
  /** Share of a wait that is random, 0..1. */
  readonly jitter: number;
  /** Not a byte for this long: the connection is doubted. */
  readonly silentMs: number;
  /** Bytes but no event for this long: the room is asked whether it still runs, and again after each such time. */
  readonly eventlessMs: number;
  /** An end that only a page tells must be told twice, this far apart. */
  readonly endConfirmMs: number;
}

export const LIVE_POLICY: LivePolicy = {
  offlineMs: 10_000,
  offlineLaterMs: 30_000,
  offlineQuickTries: 3,
  troubleMs: 5_000,
  troubleMaxMs: 60_000,
  blockedMs: 60_000,
  blockedMaxMs: 600_000,
  rateLimitedMs: 30_000,
  recoverMs: 1_000,
  recoverMaxMs: 30_000,
  jitter: 0.2,
  silentMs: 60_000,
  eventlessMs: 90_000,
  endConfirmMs: 10_000,
};

/**
 * How long to wait after a refusal while the LIVE was not entered yet, before jitter.
 * @param tries tries begun, at least 1
 * @returns null when trying again is pointless
 */
export function waitAfterRefusal(refusal: LiveRefusal, tries: number, policy: LivePolicy): number | null {
  switch (refusal.kind) {
    case 'offline':
      return tries <= policy.offlineQuickTries ? policy.offlineMs : policy.offlineLaterMs;
    // Also told of hosts who are live, or will be for the first time: never a reason to stop waiting for them.
    case 'unknown-user':
      return policy.offlineLaterMs;
    case 'rate-limited':
      return Math.max(refusal.retryAfterMs, policy.rateLimitedMs);
    case 'blocked':
      return doubled(policy.blockedMs, policy.blockedMaxMs, tries);
    case 'network':
      return doubled(policy.troubleMs, policy.troubleMaxMs, tries);
    case 'sign-refused':
      return refusal.status >= 500 ? doubled(policy.troubleMs, policy.troubleMaxMs, tries) : null;
    case 'age-restricted':
      return null;
  }
}

/** The same after a drop: nothing is a reason to give up before the grace time is over. */
export function waitBeforeReturn(refusal: LiveRefusal | null, tries: number, policy: LivePolicy): number {
  const usual = doubled(policy.recoverMs, policy.recoverMaxMs, tries + 1);
  switch (refusal?.kind) {
    case 'rate-limited':
      return Math.max(refusal.retryAfterMs, usual);
    case 'blocked':
      return Math.max(policy.recoverMaxMs, usual);
    default:
      return usual;
  }
}

function doubled(baseMs: number, maxMs: number, tries: number): number {
  return Math.min(maxMs, baseMs * 2 ** Math.max(0, tries - 1));
}
