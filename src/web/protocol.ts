import { z } from 'zod';
import { PLAY_LINES } from '../domain/submission.ts';

/**
 * Everything the bot tells an overlay, as server-sent events: the only direction there is.
 *
 *     id: 7                        number of the message on this connection, from 1, without gaps
 *     data: {"kind":"change",...}  one message as JSON
 *
 * The first message is a `state`. Each `change` then says what became different from the message before. When the
 * reader is too slow, messages are left out and a `state` follows, so whoever applies them in order is always right.
 * A reader that misses a number, or hears nothing for 25 s, connects anew and begins with a `state`.
 *
 * All `at` are ms since the epoch on the bot's clock; a reader compares them with each other, never with its own clock.
 * Text is a stranger's: it may hold markup, emoji and any script, and is only ever shown as text.
 */
export const OVERLAY_PROTOCOL = 1;

/** Longest text, code points; the page shortens further to what fits. */
export const TEXT_MAX = 300;
/** Most songs of the queue and rows of the leaderboard in a message. */
export const QUEUE_MAX = 20;
export const LEADERBOARD_MAX = 20;
/** Bars of the waveform. */
export const WAVE_BARS = 64;
/** Every ms without another message. */
export const BEAT_MS = 10_000;

const text = z.string();
const whole = z.int().min(0);
const time = z.int();

const songSchema = z
  .strictObject({
    /** Public id without the hash sign, such as `4F7K`. */
    id: z.string().regex(/^[0-9A-Z]{1,12}$/),
    title: text,
    artist: text,
    /** Display name of whoever submitted it. */
    owner: text,
    /** Where it waits, or came from. */
    line: z.enum(PLAY_LINES),
  })
  .readonly();

const queueSongSchema = songSchema.unwrap().extend({ points: z.int() }).readonly();

/**
 * How far the song is. While `playing` the position goes on from `positionMs`, which was true at `measuredAt`.
 * `silent`: nobody plays it through the bot (a link opened by hand, the bot not in a voice channel).
 */
const progressSchema = z
  .strictObject({
    state: z.enum(['playing', 'paused', 'loading', 'silent']),
    positionMs: whole,
    measuredAt: time,
    durationMs: z.int().min(1).nullable(),
  })
  .readonly();

const nowPlayingSchema = z
  .strictObject({
    song: songSchema,
    /** Loudness per slice of the song, 0..100; empty when unknown. */
    wave: z.array(z.int().min(0).max(100)).max(WAVE_BARS).readonly(),
    progress: progressSchema,
  })
  .readonly();

const rankSchema = z
  .strictObject({
    rank: z.int().min(1),
    /** TikTok @name without the sign. */
    handle: text,
    nickname: text,
    points: z.int(),
  })
  .readonly();

const giftSchema = z.strictObject({ name: text, count: z.int().min(1) }).readonly();

/** Something that happened just now. `id` is unique, so that a reader shows each one once. */
const alertSchema = z.discriminatedUnion('kind', [
  /** A song climbed. */
  z
    .strictObject({
      kind: z.literal('move'),
      id: z.string(),
      at: time,
      song: songSchema,
      /** `gift`: coins bought it; `staff`: a claim was approved or the reviewer moved it. */
      cause: z.enum(['gift', 'staff']),
      /** TikTok @name of the gifter. */
      by: text.nullable(),
      gift: giftSchema.nullable(),
      coins: whole.nullable(),
    })
    .readonly(),
  /** A gift that moved nothing (yet). */
  z
    .strictObject({
      kind: z.literal('gift'),
      id: z.string(),
      at: time,
      by: text,
      gift: giftSchema,
      /** Of this gift. */
      coins: whole,
      /** The gifter's song that the coins count towards. */
      song: songSchema.nullable(),
    })
    .readonly(),
]);

/** The whole picture. */
const stateSchema = z
  .strictObject({
    kind: z.literal('state'),
    protocol: z.literal(OVERLAY_PROTOCOL),
    at: time,
    nowPlaying: nowPlayingSchema.nullable(),
    /** The songs that play next, in that order. */
    queue: z.strictObject({ songs: z.array(queueSongSchema).max(QUEUE_MAX).readonly(), total: whole }).readonly(),
    leaderboard: z.array(rankSchema).max(LEADERBOARD_MAX).readonly(),
    /** Of the last seconds, oldest first: a reader that was away for a moment misses none. */
    alerts: z.array(alertSchema).readonly(),
  })
  .readonly();

/** What became different; a part that is absent stayed the same. */
const changeSchema = z
  .strictObject({
    kind: z.literal('change'),
    at: time,
    nowPlaying: nowPlayingSchema.nullable().optional(),
    queue: z
      .strictObject({
        /** Ids of all songs, in the new order. */
        order: z.array(z.string()).max(QUEUE_MAX).readonly(),
        /** Those that are new or changed; the reader has the others. */
        songs: z.array(queueSongSchema).readonly(),
        total: whole,
      })
      .readonly()
      .optional(),
    leaderboard: z.array(rankSchema).max(LEADERBOARD_MAX).readonly().optional(),
  })
  .readonly();

const newsSchema = z.strictObject({ kind: z.literal('alert'), at: time, alert: alertSchema }).readonly();

/** Nothing happened; the connection is alive. */
const beatSchema = z.strictObject({ kind: z.literal('beat'), at: time }).readonly();

/**
 * The last message. `restart`: the bot stops, connect again. `revoked`: this address is no longer valid; show nothing
 * from now on.
 */
const byeSchema = z
  .strictObject({ kind: z.literal('bye'), at: time, reason: z.enum(['restart', 'revoked']) })
  .readonly();

export const messageSchema = z.discriminatedUnion('kind', [
  stateSchema,
  changeSchema,
  newsSchema,
  beatSchema,
  byeSchema,
]);

export type OverlaySong = z.infer<typeof songSchema>;
export type OverlayQueueSong = z.infer<typeof queueSongSchema>;
export type OverlayProgress = z.infer<typeof progressSchema>;
export type OverlayNowPlaying = z.infer<typeof nowPlayingSchema>;
export type OverlayRank = z.infer<typeof rankSchema>;
export type OverlayAlert = z.infer<typeof alertSchema>;
export type OverlayMessage = z.infer<typeof messageSchema>;
export type StateMessage = z.infer<typeof stateSchema>;
export type ChangeMessage = z.infer<typeof changeSchema>;
export type ByeMessage = z.infer<typeof byeSchema>;

/** One event as it goes over the wire. JSON holds no line break, so one `data` line is enough. */
export function eventFrame(number: number, json: string): string {
  return `id: ${number}\ndata: ${json}\n\n`;
}

/** Reads the `data` of one event. @throws SyntaxError or ZodError when it is none of the messages */
export function parseMessage(json: string): OverlayMessage {
  const value: unknown = JSON.parse(json);
  return messageSchema.parse(value);
}
