import type { VoiceTrouble } from '../domain/failure.ts';

/**
 * What to do when Discord closes the voice connection and it cannot be resumed. The library (0.19) rejoins at once on
 * every code but 4014, also where that can never help, so it gets its way only where it is right.
 */
export type CloseAction =
  /** The library's own rejoin, counted; with back-off when it happens again soon. */
  | { readonly kind: 'rejoin' }
  /** A fresh connection with back-off. */
  | { readonly kind: 'retry'; readonly why: VoiceTrouble }
  /** Kicked, moved, or the main connection was lost: what else happens tells which. */
  | { readonly kind: 'wait' }
  /** Not before a cool-down. */
  | { readonly kind: 'cool-down'; readonly why: VoiceTrouble }
  /** Trying again is no use. */
  | { readonly kind: 'give-up'; readonly why: VoiceTrouble };

const ACTIONS: Readonly<Record<number, CloseAction>> = {
  4001: { kind: 'rejoin' }, // unknown opcode
  4002: { kind: 'rejoin' }, // payload could not be decoded
  4003: { kind: 'rejoin' }, // not authenticated
  4004: { kind: 'retry', why: 'lost' }, // authentication failed: the token of this join is spent
  4005: { kind: 'rejoin' }, // already authenticated
  4006: { kind: 'rejoin' }, // session no longer valid
  4009: { kind: 'rejoin' }, // session timed out
  4011: { kind: 'retry', why: 'lost' }, // server not found
  4012: { kind: 'give-up', why: 'encryption' }, // unknown protocol
  4014: { kind: 'wait' }, // disconnected
  4015: { kind: 'rejoin' }, // server crashed, and the resume was refused
  4016: { kind: 'give-up', why: 'encryption' }, // unknown encryption mode
  4017: { kind: 'give-up', why: 'encryption' }, // end-to-end encryption required
  4020: { kind: 'rejoin' }, // bad request
  4021: { kind: 'cool-down', why: 'rate-limited' },
  4022: { kind: 'retry', why: 'lost' }, // call terminated: channel deleted, or the voice server changed
};

/** Codes below 4000 come here only when the resume failed. */
export function closeAction(code: number): CloseAction {
  return ACTIONS[code] ?? { kind: 'rejoin' };
}
