import type { LiveRefusal } from './live-refusal.ts';
import type { Line, WaitingLine } from './submission.ts';

/**
 * Every expected refusal of the product: a code and the facts its wording needs. Wording is one exhaustive map in
 * `discord/cards/failure-card.ts`.
 */
export type Failure =
  // people
  | { readonly code: 'not-reviewer' }
  | { readonly code: 'not-admin' }
  | { readonly code: 'not-yours'; readonly publicId: string }
  | { readonly code: 'slow-down'; readonly retryAfterMs: number }
  | { readonly code: 'guild-only' }
  // submitting
  | { readonly code: 'nothing-submitted' }
  | { readonly code: 'no-song-in-message' }
  | { readonly code: 'link-and-file' }
  | { readonly code: 'link-invalid'; readonly why: 'not-a-link' | 'not-https' | 'has-credentials' | 'too-long' }
  | { readonly code: 'link-host-refused'; readonly host: string; readonly allowed: readonly string[] }
  | { readonly code: 'link-apple' }
  | { readonly code: 'link-not-a-song'; readonly platform: string }
  | { readonly code: 'text-too-long'; readonly field: string; readonly max: number }
  | { readonly code: 'line-closed'; readonly line: WaitingLine }
  | {
      readonly code: 'limit-reached';
      readonly line: WaitingLine;
      readonly limit: number;
      readonly waiting: readonly string[];
    }
  | { readonly code: 'already-waiting'; readonly publicId: string }
  /** `line`: where the song is by now; a draft that ran out is withdrawn. */
  | { readonly code: 'question-expired'; readonly publicId: string; readonly line: Line }
  | { readonly code: 'file-too-big'; readonly bytes: number | null; readonly maxBytes: number }
  | { readonly code: 'file-empty' }
  | { readonly code: 'file-not-audio'; readonly looksLike: string | null }
  | { readonly code: 'file-has-video' }
  | { readonly code: 'file-broken' }
  | { readonly code: 'file-length'; readonly durationMs: number; readonly minMs: number; readonly maxMs: number }
  | { readonly code: 'file-unreachable' }
  | { readonly code: 'file-host-refused' }
  | { readonly code: 'disk-full' }
  /** The bytes of an old song are not kept any more. */
  | { readonly code: 'file-gone'; readonly publicId: string }
  // songs
  | { readonly code: 'no-such-song'; readonly asked: string }
  | { readonly code: 'song-not-waiting'; readonly publicId: string; readonly line: string; readonly by: string | null }
  | { readonly code: 'song-already-there'; readonly publicId: string; readonly line: WaitingLine }
  | { readonly code: 'song-not-pending'; readonly publicId: string; readonly line: string }
  | { readonly code: 'queue-empty'; readonly pending: number }
  /** Somebody else pressed first: this song is on air now. */
  | { readonly code: 'just-played'; readonly publicId: string; readonly title: string; readonly by: string }
  | { readonly code: 'nothing-to-undo' }
  | { readonly code: 'undo-too-late'; readonly publicId: string }
  | { readonly code: 'nothing-to-clear' }
  // handles
  | { readonly code: 'handle-invalid'; readonly asked: string }
  | { readonly code: 'handle-taken'; readonly name: string }
  | { readonly code: 'handle-not-seen'; readonly name: string }
  | { readonly code: 'handle-unknown'; readonly name: string }
  /** `staff`: asked about somebody else's handle, so that nothing is "yours". */
  | { readonly code: 'handle-not-linked'; readonly name: string; readonly staff?: true }
  | { readonly code: 'handle-already-yours'; readonly name: string; readonly staff?: true }
  | { readonly code: 'handle-limit'; readonly limit: number }
  | { readonly code: 'choose-one'; readonly options: readonly string[] }
  | { readonly code: 'confirm-expired' }
  // LIVE
  | { readonly code: 'live-name-invalid'; readonly asked: string }
  | { readonly code: 'live-already'; readonly host: string; readonly state: 'live' | 'trying' }
  | { readonly code: 'live-not-connected' }
  | { readonly code: 'live-refused'; readonly host: string; readonly refusal: LiveRefusal }
  | { readonly code: 'no-such-session'; readonly asked: string }
  | { readonly code: 'no-sessions' }
  | { readonly code: 'no-such-gift' }
  | { readonly code: 'gift-already-reversed' }
  // playing
  | { readonly code: 'not-in-voice' }
  | { readonly code: 'voice-unreachable'; readonly why: VoiceTrouble; readonly channelId: string | null }
  | { readonly code: 'nothing-playing' }
  | { readonly code: 'not-joined' }
  | { readonly code: 'still-preparing'; readonly publicId: string }
  | { readonly code: 'unplayable'; readonly publicId: string; readonly why: string; readonly url: string | null }
  | { readonly code: 'position-invalid'; readonly asked: string; readonly durationMs: number | null }
  | { readonly code: 'filter-not-allowed'; readonly filter: string }
  // settings, panels
  | { readonly code: 'setting-unknown'; readonly key: string }
  | { readonly code: 'setting-invalid'; readonly key: string; readonly why: string }
  | { readonly code: 'missing-permissions'; readonly channelId: string; readonly permissions: readonly string[] }
  /** What the bot lacks in the whole server, not in one channel. */
  | { readonly code: 'missing-guild-permissions'; readonly permissions: readonly string[] }
  | { readonly code: 'channels-full' }
  | { readonly code: 'discord-unavailable' }
  | { readonly code: 'channel-unusable'; readonly channelId: string; readonly why: 'gone' | 'hidden' | 'wrong-kind' }
  | { readonly code: 'not-set-up'; readonly setting: string; readonly command: string }
  | { readonly code: 'panel-outdated' }
  /** A command of an older release, or of another program that had this bot's token. */
  | { readonly code: 'command-unknown' }
  /** A filter of Discord, or of the server, does not let the answer through. */
  | { readonly code: 'text-blocked' }
  | { readonly code: 'nothing-stored' }
  /** The store says no for a moment (disk full, read-only). */
  | { readonly code: 'store-unavailable' };

export type VoiceTrouble =
  | 'no-permission'
  | 'full'
  | 'timeout'
  | 'kicked'
  | 'encryption'
  | 'gone'
  | 'rate-limited'
  | 'lost';

export type FailureCode = Failure['code'];
