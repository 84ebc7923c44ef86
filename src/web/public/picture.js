// What the overlay knows: the last state with every change applied. The exact opposite of `changeBetween` on the bot's side.

/**
 * @typedef {import('../protocol.ts').OverlayMessage} Message
 * @typedef {import('../protocol.ts').OverlayNowPlaying} NowPlaying
 * @typedef {import('../protocol.ts').OverlayQueueSong} QueueSong
 * @typedef {import('../protocol.ts').OverlayRank} Rank
 * @typedef {{
 *   readonly nowPlaying: NowPlaying | null,
 *   readonly queue: { readonly songs: readonly QueueSong[], readonly total: number },
 *   readonly leaderboard: readonly Rank[],
 * }} Picture
 */

/** The protocol this page speaks; the bot names its own in every `state`. */
export const PROTOCOL = 1;

/** @type {Picture} */
export const NOTHING = { nowPlaying: null, queue: { songs: [], total: 0 }, leaderboard: [] };

/**
 * @param {Picture} before
 * @param {Message} message
 * @returns {Picture} the same object when the message changes nothing
 */
export function applied(before, message) {
  switch (message.kind) {
    case 'state':
      return { nowPlaying: message.nowPlaying, queue: message.queue, leaderboard: message.leaderboard };
    case 'change':
      return {
        nowPlaying: message.nowPlaying === undefined ? before.nowPlaying : message.nowPlaying,
        queue: message.queue === undefined ? before.queue : reordered(before.queue.songs, message.queue),
        leaderboard: message.leaderboard ?? before.leaderboard,
      };
    default:
      return before;
  }
}

/**
 * @param {readonly QueueSong[]} known
 * @param {{ readonly order: readonly string[], readonly songs: readonly QueueSong[], readonly total: number }} change
 */
function reordered(known, { order, songs, total }) {
  const byId = new Map([...known, ...songs].map((song) => [song.id, song]));
  return {
    songs: order.map((id) => {
      const song = byId.get(id);
      // A message was lost although none is missing: only a new state helps.
      if (song === undefined) throw new Error(`the queue names ${id}, which was never told`);
      return song;
    }),
    total,
  };
}

/**
 * Where the song is now.
 * @param {NowPlaying['progress']} progress
 * @param {number} saidAt when the bot said it, on its clock
 * @param {number} sinceMs how long ago that message came in
 * @returns {number} ms, within the song
 */
export function positionNow(progress, saidAt, sinceMs) {
  const goesOn = progress.state === 'playing' ? saidAt - progress.measuredAt + sinceMs : 0;
  const position = Math.max(0, progress.positionMs + goesOn);
  return progress.durationMs === null ? position : Math.min(position, progress.durationMs);
}
