import type { LiveRefusal } from '../domain/live-refusal.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { LiveRoom } from '../ports/live-source.ts';
import { fields, idOrNull, line } from './untrusted.ts';

const STATUS_OVER = 4;
const NAME_MAX = 64;
/** Room info of an age-restricted or private room; there is no status in it. */
const CODE_RESTRICTED = 4003110;
const CODE_NO_SUCH_ROOM = 30003;
const CODE_NO_SUCH_USER = 19881007;

/**
 * Reads what a host's live page or its JSON twin tells: the part with `user` and `liveRoom`.
 * @returns null when it does not tell whether the host is live
 */
export function readHostPage(page: unknown): Result<LiveRoom, LiveRefusal> | null {
  const user = fields(fields(page).user);
  if (user.uniqueId === undefined && user.id === undefined) return null;
  const roomId = idOrNull(user.roomId);
  // Known, but was never live: there is no room yet.
  if (roomId === null) return err({ kind: 'offline' });
  const status = fields(fields(page).liveRoom).status ?? user.status;
  if (typeof status !== 'number') return null;
  if (status === STATUS_OVER) return err({ kind: 'offline' });
  return ok({ roomId, hostUserId: idOrNull(user.id), hostName: line(user.uniqueId, NAME_MAX) || null });
}

/** The JSON twin wraps the same thing and says why when there is none. */
export function readHostAnswer(answer: unknown): Result<LiveRoom, LiveRefusal> | null {
  const { statusCode, data } = fields(answer);
  if (statusCode === CODE_NO_SUCH_USER) return err({ kind: 'unknown-user' });
  return statusCode === 0 || statusCode === undefined ? readHostPage(data) : null;
}

/** The sign server's answer to "which room": only asked with a key, when TikTok's own pages are blocked. */
export function readEulerRoom(answer: unknown): Result<LiveRoom, LiveRefusal> | null {
  const { code, room_id, is_live } = fields(answer);
  if (code === 404) return err({ kind: 'unknown-user' });
  const roomId = idOrNull(room_id);
  if (code !== 200 || roomId === null || typeof is_live !== 'boolean') return null;
  return is_live ? ok({ roomId, hostUserId: null, hostName: null }) : err({ kind: 'offline' });
}

export type RoomInfo =
  | { readonly kind: 'running' | 'unclear'; readonly hostUserId: string | null; readonly hostName: string | null }
  | { readonly kind: 'over' }
  | { readonly kind: 'restricted' };

/** Reads the room info: the only page that speaks of one room and not of one name. */
export function readRoomInfo(answer: unknown): RoomInfo {
  const { status_code, data } = fields(answer);
  if (status_code === CODE_RESTRICTED) return { kind: 'restricted' };
  if (status_code === CODE_NO_SUCH_ROOM) return { kind: 'over' };
  const { status, owner, owner_user_id_str } = fields(data);
  if (status === STATUS_OVER) return { kind: 'over' };
  return {
    kind: typeof status === 'number' ? 'running' : 'unclear',
    hostUserId: idOrNull(fields(owner).id_str) ?? idOrNull(owner_user_id_str),
    hostName: line(fields(owner).display_id, NAME_MAX) || null,
  };
}
