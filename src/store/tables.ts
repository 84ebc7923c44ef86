import type { Generated, GeneratedAlways } from 'kysely';

/**
 * Rows exactly as schema.sql declares them: times are ms, ids of Discord and TikTok are decimal text, booleans 0/1, JSON
 * is text. A test compares this file's columns with the real ones.
 */
export interface Tables {
  guild: GuildTable;
  setting: { guild_id: string; key: string; value: string };
  member_pref: { guild_id: string; user_id: string; key: string; value: string };
  media: MediaTable;
  handle: HandleTable;
  handle_points: { handle_id: number; origin: string; points: number };
  point_change: PointChangeTable;
  handle_proof: { guild_id: string; user_id: string; name_key: string; code: string; expires_at: number };
  submission: SubmissionTable;
  waiting_count: { guild_id: string; priority: number; songs: number };
  play: PlayTable;
  move: MoveTable;
  session: SessionTable;
  session_gap: { session_id: number; from_at: number; to_at: number | null; cause: string };
  session_count: { session_id: number; kind: string; events: number };
  session_minute: SessionMinuteTable;
  session_handle: SessionHandleTable;
  coin_hold: CoinHoldTable;
  seen_message: { session_id: number; msg_id: string };
  gift: GiftTable;
  playback: PlaybackTable;
  panel: PanelTable;
  outbox: OutboxTable;
  audit: AuditTable;
  kv: { key: string; value: string };
}

export interface GuildTable {
  id: string;
  joined_at: number;
  left_at: number | null;
  welcomed_at: number | null;
  setup_progress: string | null;
}

export interface MediaTable {
  sha256: string;
  bytes: number;
  format: string;
  duration_ms: number;
  state: string;
  reason: string | null;
  lufs: number | null;
  true_peak: number | null;
  peaks: string | null;
  opus_bytes: number | null;
  tags: string | null;
  created_at: number;
  used_at: number;
}

export interface HandleTable {
  id: Generated<number>;
  guild_id: string;
  tiktok_user_id: string | null;
  name: string;
  name_key: string | null;
  nickname: Generated<string>;
  avatar_url: string | null;
  gifter_level: number | null;
  fan_level: number | null;
  points: Generated<number>;
  linked_user_id: string | null;
  linked_at: number | null;
  proven: Generated<number>;
  first_seen_at: number | null;
  last_seen_at: number | null;
}

export interface PointChangeTable {
  id: Generated<number>;
  guild_id: string;
  handle_id: number;
  session_id: number | null;
  cause: string;
  amount: number;
  minute: number;
  at: number;
  ref: string | null;
}

export interface SubmissionTable {
  id: Generated<number>;
  guild_id: string;
  public_id: string;
  owner_id: string;
  owner_name: string;
  artist: string;
  title: string;
  note: string | null;
  kind: string;
  sha256: string | null;
  file_name: string | null;
  url: string | null;
  normalized_url: string | null;
  platform: string | null;
  handle_id: number | null;
  line: string;
  priority: GeneratedAlways<number>;
  rank: number;
  score: Generated<number>;
  sort_a: GeneratedAlways<number>;
  sort_b: GeneratedAlways<number>;
  submitted_at: number;
  asked_until: number | null;
  bookmarked: Generated<number>;
  via: string;
  warned_next: Generated<number>;
  hidden: Generated<number>;
}

export interface PlayTable {
  id: Generated<number>;
  guild_id: string;
  submission_id: number;
  session_id: number | null;
  started_at: number;
  ended_at: number | null;
  by_user: string;
  from_line: string;
  from_rank: number;
  score: number;
  points_taken: string;
  coins_taken: string;
  shown: string;
  replaced_play_id: number | null;
  undone_at: number | null;
}

export interface MoveTable {
  id: Generated<number>;
  guild_id: string;
  submission_id: number;
  from_line: string;
  from_rank: number;
  to_line: string;
  to_rank: number;
  cause: string;
  actor: string | null;
  gift_id: number | null;
  coins: number | null;
  reason: string | null;
  at: number;
  batch: string | null;
}

export interface SessionTable {
  id: Generated<number>;
  guild_id: string;
  host_name: string;
  host_user_id: string | null;
  room_id: string;
  persistent: number;
  asked_by: string;
  started_at: number;
  ended_at: number | null;
  end_cause: string | null;
  last_event_at: number | null;
  reconnects: Generated<number>;
  likes_room_total: Generated<number>;
  viewers_peak: number | null;
  viewers_low: number | null;
  unreadable: Generated<number>;
  merged: Generated<number>;
  metrics_posted_at: number | null;
}

export interface SessionMinuteTable {
  session_id: number;
  minute: number;
  viewers_sum: Generated<number>;
  viewers_n: Generated<number>;
  viewers_max: number | null;
  likes: Generated<number>;
  comments: Generated<number>;
  shares: Generated<number>;
  follows: Generated<number>;
  subscribes: Generated<number>;
  gifts: Generated<number>;
  coins: Generated<number>;
  joins: Generated<number>;
}

export interface SessionHandleTable {
  session_id: number;
  handle_id: number;
  first_at: number;
  last_at: number;
  likes: Generated<number>;
  comments: Generated<number>;
  shares: Generated<number>;
  follows: Generated<number>;
  subscribes: Generated<number>;
  gifts: Generated<number>;
  coins: Generated<number>;
  coins_used: Generated<number>;
}

export interface CoinHoldTable {
  submission_id: number;
  session_id: number;
  handle_id: number;
  coins: number;
}

export interface GiftTable {
  id: Generated<number>;
  guild_id: string;
  session_id: number;
  streak_key: string;
  handle_id: number;
  tiktok_gift_id: string;
  name: string;
  coins_each: number;
  count: number;
  points: Generated<number>;
  state: string;
  opened_at: number;
  last_at: number;
  settled_at: number | null;
  settled_by: string | null;
  reversed_at: number | null;
  reversed_by: string | null;
}

export interface PlaybackTable {
  guild_id: string;
  channel_id: string | null;
  play_id: number | null;
  state: string;
  position_ms: number;
  volume: number;
  filters: string;
  at: number;
}

export interface PanelTable {
  id: Generated<number>;
  guild_id: string;
  kind: string;
  channel_id: string;
  message_id: string | null;
  page: Generated<number>;
  content_hash: string | null;
  posted_at: number | null;
  trouble: string | null;
}

export interface OutboxTable {
  id: Generated<number>;
  guild_id: string;
  dedupe_key: string;
  target: string;
  notice: string;
  created_at: number;
  not_before: number;
  attempts: Generated<number>;
  state: string;
  done_at: number | null;
  outcome: string | null;
}

export interface AuditTable {
  id: Generated<number>;
  guild_id: string;
  actor: string;
  action: string;
  target: string | null;
  before: string | null;
  after: string | null;
  at: number;
}
