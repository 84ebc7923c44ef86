/** Where points come from; `staff` is what staff gave or took. */
export const POINT_ORIGINS = ['like', 'comment', 'share', 'follow', 'subscribe', 'gift', 'join', 'staff'] as const;
export type PointOrigin = (typeof POINT_ORIGINS)[number];

export type PointsByOrigin = Readonly<Partial<Record<PointOrigin, number>>>;

/** A TikTok account as one guild knows it. */
export interface Handle {
  readonly id: number;
  readonly guildId: string;
  /** TikTok's stable id, decimal; null until the account was seen in a LIVE. */
  readonly tiktokUserId: string | null;
  /** @name without the sign, as last seen. */
  readonly name: string;
  /** Untrusted. */
  readonly nickname: string;
  readonly points: number;
  /** Discord user it belongs to. */
  readonly linkedUserId: string | null;
  readonly proven: boolean;
  /** ms; null = never in a LIVE. */
  readonly lastSeenAt: number | null;
}

export const HANDLE_POLICIES = ['open', 'seen', 'proven'] as const;
export type HandlePolicy = (typeof HANDLE_POLICIES)[number];

const NAME = /^[a-z0-9_][a-z0-9_.]{0,30}[a-z0-9_]$|^[a-z0-9_]$/i;
const PROFILE = /^(?:https?:\/\/)?(?:www\.|m\.)?tiktok\.com\/@([^/?#\s]+)(?:[/?#].*)?$/i;

/**
 * Reads `name`, `@name` or a profile URL.
 * @returns the name without the sign, or null when it can't be a TikTok name (1-32 letters, digits, `_`, `.`, no
 * dot at either end)
 */
export function parseHandleName(text: string): string | null {
  const trimmed = text.trim();
  const name = (PROFILE.exec(trimmed)?.[1] ?? trimmed).replace(/^@/, '');
  return NAME.test(name) ? name : null;
}

/** Two spellings of one name are one handle: TikTok names do not know case. */
export function handleKey(name: string): string {
  return name.toLowerCase();
}
