import type { Selectable } from 'kysely';
import type { Handle } from '../domain/handle.ts';
import {
  FINAL_LINES,
  type Line,
  type MediaState,
  PLATFORMS,
  type PlayLine,
  SUBMISSION_VIA,
  type Submission,
  type Track,
  WAITING_LINES,
} from '../domain/submission.ts';
import { MOVE_CAUSES, type Move } from '../ports/move-store.ts';
import type { Play } from '../ports/play-store.ts';
import type { HandleTable, MoveTable, PlayTable, SubmissionTable } from './tables.ts';

const LINES: readonly Line[] = [...WAITING_LINES, ...FINAL_LINES, 'draft'];

/** A text column whose values the schema or our own code limits. Anything else means the file was tampered with. */
function oneOf<T extends string>(allowed: readonly T[], text: string | null, column: string): T {
  const found = allowed.find((each) => each === text);
  if (found === undefined) throw new Error(`column ${column} holds ${JSON.stringify(text)}`);
  return found;
}

export function lineOf(text: string): Line {
  return oneOf(LINES, text, 'line');
}

type SubmissionColumns = Omit<Selectable<SubmissionTable>, 'priority' | 'sort_a' | 'sort_b' | 'warned_next' | 'hidden'>;

export function toSubmission(row: SubmissionColumns): Submission {
  return {
    id: row.id,
    guildId: row.guild_id,
    publicId: row.public_id,
    ownerId: row.owner_id,
    ownerName: row.owner_name,
    artist: row.artist,
    title: row.title,
    note: row.note,
    track: toTrack(row),
    handleId: row.handle_id,
    line: lineOf(row.line),
    rank: row.rank,
    score: row.score,
    submittedAt: row.submitted_at,
    askedUntil: row.asked_until,
    bookmarked: row.bookmarked === 1,
    via: oneOf(SUBMISSION_VIA, row.via, 'via'),
  };
}

/** After its owner's data was deleted a song is a number only: no file, no link. */
function toTrack(row: SubmissionColumns): Track {
  return row.kind === 'file'
    ? { kind: 'file', sha256: row.sha256 ?? '', fileName: row.file_name ?? '' }
    : {
        kind: 'link',
        url: row.url ?? '',
        normalizedUrl: row.normalized_url ?? '',
        platform: oneOf(PLATFORMS, row.platform ?? 'other', 'platform'),
      };
}

export interface MediaColumns {
  readonly media_state: string | null;
  readonly media_duration_ms: number | null;
  readonly media_reason: string | null;
}

export function toMediaState(kind: string, row: MediaColumns): MediaState {
  if (kind === 'link') return { kind: 'link' };
  switch (row.media_state) {
    case 'ready':
      return { kind: 'ready', durationMs: row.media_duration_ms ?? 0 };
    case 'preparing':
      return { kind: 'preparing' };
    default:
      return { kind: 'unplayable', reason: row.media_reason ?? 'the file is not kept any more' };
  }
}

export function toHandle(row: Selectable<HandleTable>): Handle {
  return {
    id: row.id,
    guildId: row.guild_id,
    tiktokUserId: row.tiktok_user_id,
    name: row.name,
    nickname: row.nickname,
    points: row.points,
    linkedUserId: row.linked_user_id,
    proven: row.proven === 1,
    lastSeenAt: row.last_seen_at,
  };
}

export function toPlay(row: Selectable<PlayTable>): Play {
  return {
    id: row.id,
    guildId: row.guild_id,
    submissionId: row.submission_id,
    sessionId: row.session_id,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    byUserId: row.by_user,
    fromLine: oneOf<PlayLine>(['back-to-back', 'double-skip', 'skip', 'free'], row.from_line, 'from_line'),
    fromRank: row.from_rank,
    score: row.score,
    // Written by this repository only.
    pointsTaken: JSON.parse(row.points_taken) as Play['pointsTaken'],
    coinsTaken: JSON.parse(row.coins_taken) as Play['coinsTaken'],
    shown: JSON.parse(row.shown) as Play['shown'],
    replacedPlayId: row.replaced_play_id,
    undoneAt: row.undone_at,
  };
}

export function toMove(row: Selectable<MoveTable>): Move {
  return {
    id: row.id,
    guildId: row.guild_id,
    submissionId: row.submission_id,
    fromLine: lineOf(row.from_line),
    fromRank: row.from_rank,
    toLine: lineOf(row.to_line),
    toRank: row.to_rank,
    cause: oneOf(MOVE_CAUSES, row.cause, 'cause'),
    actor: row.actor,
    giftId: row.gift_id,
    coins: row.coins,
    reason: row.reason,
    at: row.at,
    batch: row.batch,
  };
}
