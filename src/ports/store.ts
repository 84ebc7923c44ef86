import type { AuditReads, AuditStore } from './audit-store.ts';
import type { GuildReads, GuildStore } from './guild-store.ts';
import type { HandleReads, HandleStore } from './handle-store.ts';
import type { LiveReads, LiveStore } from './live-store.ts';
import type { MediaReads, MediaStore } from './media-store.ts';
import type { MoveReads, MoveStore } from './move-store.ts';
import type { NoteReads, NoteStore } from './note-store.ts';
import type { OutboxReads, OutboxStore } from './outbox-store.ts';
import type { PanelReads, PanelStore } from './panel-store.ts';
import type { PlayReads, PlayStore } from './play-store.ts';
import type { PlaybackReads, PlaybackStore } from './playback-store.ts';
import type { PointReads, PointStore } from './point-store.ts';
import type { PrivacyReads, PrivacyStore } from './privacy-store.ts';
import type { SettingReads, SettingStore } from './setting-store.ts';
import type { SubmissionReads, SubmissionStore } from './submission-store.ts';

/** Repositories outside of a transaction: all reads of one `read` see the same moment. */
export interface StoreReads {
  readonly submissions: SubmissionReads;
  readonly plays: PlayReads;
  readonly moves: MoveReads;
  readonly handles: HandleReads;
  readonly points: PointReads;
  readonly settings: SettingReads;
  readonly audits: AuditReads;
  readonly outbox: OutboxReads;
  readonly panels: PanelReads;
  readonly lives: LiveReads;
  readonly media: MediaReads;
  readonly playbacks: PlaybackReads;
  readonly guilds: GuildReads;
  readonly notes: NoteReads;
  readonly privacy: PrivacyReads;
}

/** Repositories inside a transaction. Not to be kept after it ended: any use then throws. */
export interface StoreTx extends StoreReads {
  readonly submissions: SubmissionStore;
  readonly plays: PlayStore;
  readonly moves: MoveStore;
  readonly handles: HandleStore;
  readonly points: PointStore;
  readonly settings: SettingStore;
  readonly audits: AuditStore;
  readonly outbox: OutboxStore;
  readonly panels: PanelStore;
  readonly lives: LiveStore;
  readonly media: MediaStore;
  readonly playbacks: PlaybackStore;
  readonly guilds: GuildStore;
  readonly notes: NoteStore;
  readonly privacy: PrivacyStore;
}

/**
 * Everything the bot keeps. Throws `StoreError` when the file says no; any error of `work` rolls its transaction back
 * and is rethrown.
 */
export interface Store {
  /** Transactions run one after the other, in the order of the calls. One inside another is a bug and throws. */
  transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
  /** Sees every transaction that ended before the call. May overlap with transactions, never inside one. */
  read<T>(work: (reads: StoreReads) => Promise<T>): Promise<T>;
}

export type StoreTrouble =
  | 'not-a-database'
  /** The file was written by a newer Skipline. */
  | 'newer-schema'
  | 'locked'
  | 'read-only'
  | 'full'
  | 'corrupt'
  | 'unreachable';

/** The file refuses; the sentence names it and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly trouble: StoreTrouble;

  constructor(trouble: StoreTrouble, message: string, cause?: unknown) {
    super(message, { cause });
    this.trouble = trouble;
  }
}
