import { setTimeout as sleep } from 'node:timers/promises';
import type { CapturedFrame } from '../sandbox/voice/capture.ts';
import type { Book } from './book.ts';
import { attempt, Round } from './crowd.ts';
import { EARFUL_MS, type Heard, hear } from './ear.ts';
import { halfFiles, openHandles, orphans } from './leftovers.ts';
import { panelsEqualStore } from './panels.ts';
import { withDatabase, withSnapshot } from './snapshot.ts';
import { type CrashStage, PATIENCE } from './stage.ts';

/** How fast things were there again, ms from the start of the new process; one entry per kill where there was such a thing. */
export interface Times {
  readonly ready: number[];
  /** The song on air, at its second. */
  readonly sound: number[];
  /** The LIVE is listened to. */
  readonly live: number[];
  /** Ready, heard and listening. */
  readonly whole: number[];
  /** From all that until the panels equal the store. */
  readonly panels: number[];
  /** Where the song went on, beside where it was cut. ms, negative = some of it is heard again */
  readonly drift: number[];
  readonly sockets: number[];
}

export const noTimes = (): Times => ({ ready: [], sound: [], live: [], whole: [], panels: [], drift: [], sockets: [] });

/** The song on air is heard again within this time of the new start. ms */
const SOUND_LIMIT_MS = 10_000;
/** "The same second": so much may be heard again, and so much may be missing. ms */
const AGAIN_MS = 2_000;
const MISSING_MS = 500;

/** What a listener in the voice channel heard last. */
export async function lastHeard({ voice, scene }: CrashStage): Promise<Heard | null> {
  const capture = voice.captureOf(scene.guildId);
  const now = performance.now();
  const frames = capture.since(Math.max(0, capture.mark() - EARFUL_MS / 20)).filter(({ silence }) => !silence);
  const [first] = frames;
  if (first === undefined || now - first.arrivedAt > 2 * EARFUL_MS || frames.length < EARFUL_MS / 20) return null;
  const heard = await hear(frames);
  return heard && { ...heard, positionMs: heard.positionMs + frames.length * 20 };
}

/** A new process on what the killed one left. @returns what is wrong with it */
export async function recover(stage: CrashStage, book: Book, before: Heard | null, times: Times): Promise<string[]> {
  const faults: string[] = [];
  const wanted = await onAir(stage);
  const capture = stage.voice.captureOf(stage.scene.guildId);
  const from = capture.mark();
  const startedAt = performance.now();
  const startedOn = Date.now();
  const since = () => performance.now() - startedAt;
  const impatient = clickAtOnce(stage, book);
  const heard = wanted === null ? null : capture.waitForAudio({ ms: EARFUL_MS, from }, { timeoutMs: SOUND_LIMIT_MS });
  // Looked at below; a bot that does not start at all is told first.
  heard?.catch(() => undefined);
  await stage.bot.start();
  times.ready.push(since());
  faults.push(...(await orphans(stage.dataDir, stage.bot.pid)).map((command) => `an orphan: ${command}`));
  faults.push(...(await halfFiles(stage.dataDir, startedOn)).map((file) => `half a file: ${file}`));
  await stage.live.waitForConnection(1, PATIENCE.timeoutMs);
  times.live.push(since());
  if (wanted !== null && heard !== null)
    faults.push(...(await judgeSound(wanted, heard, before, { startedAt, times })));
  times.whole.push(since());
  const answered = performance.now();
  faults.push(...(await panelsEqualStore(stage.scene, stage.dataDir)));
  times.panels.push(performance.now() - answered);
  faults.push(...(await judgeSockets(stage, times)));
  await impatient;
  return faults;
}

/** Somebody clicks as soon as the bot is online again. */
async function clickAtOnce({ sandbox, scene }: CrashStage, book: Book): Promise<void> {
  const { gateway } = sandbox.discord;
  for (const sessions of [0, 1])
    for (let look = 0; look < 2_000 && gateway.connectedSessions().length !== sessions; look += 1) await sleep(10);
  await attempt('a click right after the start', book, new Round(), async () =>
    (await scene.ana.slash('queue')).final(PATIENCE),
  );
}

interface Wanted {
  /** Number of the song whose file is on air. */
  readonly song: number;
  readonly title: string;
  /** As stored, ms. */
  readonly positionMs: number;
  /** More of it than this cannot have been heard, ms. */
  readonly onAirMs: number;
}

/** Between the press that put a song on air and its first sound, clocks may differ by so much. ms */
const CLOCKS_MS = 500;

/** What the killed bot was playing or about to play, when enough of it is left to be heard. */
function onAir({ dataDir, songs }: CrashStage): Promise<Wanted | null> {
  return withSnapshot(dataDir, async (rows) => {
    const [row] =
      await rows(`SELECT s.title, s.sha256, p.id, p.started_at, b.play_id, b.state, b.position_ms, m.duration_ms
      FROM playback b JOIN play p ON p.guild_id = b.guild_id AND p.ended_at IS NULL AND p.undone_at IS NULL
      JOIN submission s ON s.id = p.submission_id JOIN media m ON m.sha256 = s.sha256
      WHERE b.channel_id IS NOT NULL AND m.state = 'ready'`);
    if (row === undefined) return null;
    const isSame = row.id === row.play_id;
    const positionMs = isSame ? Number(row.position_ms) : 0;
    if ((isSame && row.state !== 'playing') || Number(row.duration_ms) - positionMs < SOUND_LIMIT_MS) return null;
    const song = songs.findIndex(({ sha256 }) => sha256 === row.sha256);
    return { song, title: String(row.title), positionMs, onAirMs: Date.now() - Number(row.started_at) };
  });
}

async function judgeSound(
  wanted: Wanted,
  heard: Promise<readonly CapturedFrame[]>,
  before: Heard | null,
  { startedAt, times }: { readonly startedAt: number; readonly times: Times },
): Promise<readonly string[]> {
  const frames = await heard.catch(() => null);
  const [first] = frames ?? [];
  if (frames === null || first === undefined)
    return [`${wanted.title} at ${wanted.positionMs} ms is not heard again within ${SOUND_LIMIT_MS} ms`];
  times.sound.push(first.arrivedAt - startedAt);
  const now = await hear(frames);
  if (now === null || now.song !== wanted.song)
    return [`song ${now?.song ?? 'unknown'} is heard instead of ${wanted.song} (${wanted.title})`];
  // What was heard last is the truth, unless another song was to begin, which may well have the same file.
  const isSame =
    before !== null &&
    before.song === wanted.song &&
    before.positionMs < wanted.onAirMs + CLOCKS_MS &&
    Math.abs(before.positionMs - wanted.positionMs) < 3_000;
  const drift = now.positionMs - (isSame ? before.positionMs : wanted.positionMs);
  times.drift.push(drift);
  return drift < -AGAIN_MS || drift > MISSING_MS
    ? [`${wanted.title} goes on ${drift} ms from where it was cut (${JSON.stringify({ before, wanted, now })})`]
    : [];
}

/** One connection each, and the one session goes on. */
async function judgeSockets(
  { sandbox, live, voice, bot, dataDir }: CrashStage,
  times: Times,
): Promise<readonly string[]> {
  const counts = {
    'gateway sessions': sandbox.discord.gateway.connectedSessions().length,
    'LIVE sockets': live.connections.length,
    'voice sessions': voice.sessions().filter(({ state }) => state === 'live').length,
    'open LIVE sessions': await withDatabase(dataDir, async (rows) => {
      const sessions = await rows('SELECT id, ended_at FROM session');
      return sessions.length === 1 && sessions[0]?.ended_at === null ? 1 : sessions.length + 10;
    }),
  };
  if (bot.pid !== undefined) times.sockets.push((await openHandles(bot.pid)).sockets);
  return Object.entries(counts).flatMap(([what, count]) => (count === 1 ? [] : [`${count} ${what} after the start`]));
}
