import { setTimeout as sleep } from 'node:timers/promises';
import { Book } from './book.ts';
import { act, type Round } from './crowd.ts';
import { judge } from './judge.ts';
import { halfFiles, orphans } from './leftovers.ts';
import { Random } from './random.ts';
import { type Row, withSnapshot } from './snapshot.ts';
import { type CrashStage, openStage, PATIENCE } from './stage.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly kills: number;
  readonly tell: (line: string) => void;
}

export interface CrashFigures {
  readonly kills: number;
  readonly acknowledged: number;
  readonly clicks: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly broken: readonly string[];
  readonly deadClicks: readonly string[];
  /** From the start of a new process to "ready", ms. */
  readonly readyMs: readonly number[];
  /** From the start of a new process to the first sound of the song that was on air, ms. */
  readonly soundMs: readonly number[];
}

/** The song on air is heard again within this time of the new start. ms */
const SOUND_LIMIT_MS = 10_000;
/** Messages that TikTok tells a returning listener again. */
const HISTORY = 1_000;

/** A random show in which the bot is killed again and again. The same seed gives the same people with the same wishes. */
export async function crashShow({ seed, kills, tell }: CrashOptions): Promise<CrashFigures> {
  const random = new Random(seed);
  const book = new Book();
  const stage = await openStage();
  const crowds: Promise<void>[] = [];
  const [broken, readyMs, soundMs]: [string[], number[], number[]] = [[], [], []];
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const round: Round = { over: false };
      crowds.push(act(stage, book, random.fork(), round));
      await sleep(random.between(200, 1_800));
      round.over = true;
      await stage.bot.stop('SIGKILL');
      stage.live.replay(HISTORY, { times: 5 });
      const faults = await recover(stage, readyMs, soundMs);
      faults.push(...(await samePanels(stage)));
      broken.push(...faults.map((fault) => `after kill ${kill}: ${fault}`));
      tell(`kill ${kill}: ready after ${Math.round(readyMs.at(-1) ?? 0)} ms${faults.map((f) => `\n  ${f}`).join('')}`);
    }
    // Who waits for an answer of a killed bot gives up in the end.
    await Promise.all(crowds);
    await stage.live.waitForConnection();
    const code = await stage.bot.stop();
    if (code !== 0) broken.push(`the last bot ended with exit code ${code}`);
    broken.push(...(await halfFiles(stage.dataDir)).map((file) => `half a file: ${file}`));
    const verdict = await judge(stage, book);
    return {
      kills,
      acknowledged: book.acknowledged,
      clicks: book.clicks,
      lost: verdict.lost,
      duplicated: verdict.duplicated,
      broken: [...broken, ...verdict.broken],
      deadClicks: book.dead,
      readyMs,
      soundMs,
    };
  } catch (error) {
    tell(stage.printed());
    throw error;
  } finally {
    await stage.stop();
  }
}

/** A new process on what the killed one left. @returns what is wrong with it */
async function recover(stage: CrashStage, readyMs: number[], soundMs: number[]): Promise<string[]> {
  const faults: string[] = [];
  const wasPlaying = await onAir(stage.dataDir);
  const capture = stage.voice.captureOf(stage.scene.guildId);
  const from = capture?.mark() ?? 0;
  const startedAt = performance.now();
  await stage.bot.start();
  readyMs.push(performance.now() - startedAt);
  faults.push(...(await orphans(stage.dataDir, stage.bot.pid)).map((command) => `an orphan: ${command}`));
  if (wasPlaying !== undefined) {
    try {
      const patience = { timeoutMs: Math.max(1, SOUND_LIMIT_MS - (performance.now() - startedAt)) };
      await stage.voice.captureOf(stage.scene.guildId)?.waitForAudio({ ms: 100, from }, patience);
      soundMs.push(performance.now() - startedAt);
    } catch {
      // Not heard in time is a finding of this run, not a bug of it.
      faults.push(`${wasPlaying.title} is not heard again within ${SOUND_LIMIT_MS} ms`);
    }
  }
  await stage.live.waitForConnection(1, PATIENCE.timeoutMs);
  return faults;
}

/** What the killed bot was playing, when at least a second of it is left to be heard. */
function onAir(dataDir: string): Promise<Row | undefined> {
  return withSnapshot(dataDir, async (rows) => {
    const [row] = await rows(`SELECT s.title, m.duration_ms - b.position_ms AS left_ms FROM playback b
      JOIN play p ON p.id = b.play_id JOIN submission s ON s.id = p.submission_id JOIN media m ON m.sha256 = s.sha256
      WHERE b.state = 'playing' AND m.state = 'ready' AND p.ended_at IS NULL AND p.undone_at IS NULL`);
    return row !== undefined && Number(row.left_ms) > 10_000 ? row : undefined;
  });
}

const songsIn = (text: string) => (text.match(/Track \d{4}/g) ?? []).join();

/** The public panel shows what `/queue` answers. */
async function samePanels({ scene: { nova, channels } }: CrashStage): Promise<string[]> {
  let [panel, queue] = ['', ''];
  for (let look = 0; look < 50; look += 1) {
    queue = songsIn((await (await nova.slash('queue')).final(PATIENCE)).text);
    panel = songsIn(nova.sees(channels.queue).findLast(({ text }) => text.includes('Live queue'))?.text ?? '');
    if (panel === queue) return [];
    await sleep(100);
  }
  return [`the panel shows ${panel || 'nothing'} while /queue answers ${queue || 'nothing'}`];
}
