import { setTimeout as sleep } from 'node:timers/promises';
import { Book } from './book.ts';
import { act, Round } from './crowd.ts';
import { judge } from './judge.ts';
import { halfFiles, orphans } from './leftovers.ts';
import { Random } from './random.ts';
import { lastHeard, noTimes, recover, type Times } from './recovery.ts';
import { withDatabase } from './snapshot.ts';
import { type CrashStage, openStage, PATIENCE } from './stage.ts';

export interface CrashOptions {
  readonly seed: number;
  readonly kills: number;
  /** Different songs as files. Default 3. */
  readonly files?: number;
  /** The last kill waits until so many actions were acknowledged, for a machine that is busy with other things. Default 0. */
  readonly actions?: number;
  readonly tell: (line: string) => void;
}

export interface CrashFigures {
  readonly kills: number;
  /** Actions whose answer a person saw, by kind. */
  readonly acknowledged: Readonly<Record<string, number>>;
  readonly clicks: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly broken: readonly string[];
  readonly deadClicks: readonly string[];
  readonly coinsUnheard: number;
  readonly times: Times;
}

/** Messages that TikTok tells a returning listener again. */
const HISTORY = 2_000;
/** A start that takes longer is shown line by line. */
const SLOW_MS = 6_000;
/** In ms, from the start of a round to its kill. */
const ROUND = [150, 1_500] as const;

/**
 * A random show in which the bot is killed again and again. The same seed gives the same people with the same wishes.
 * In the first half TikTok tells a returning listener what it missed, in the second half it does not.
 */
export async function crashShow({ seed, kills, files, actions = 0, tell }: CrashOptions): Promise<CrashFigures> {
  const random = new Random(seed);
  const book = new Book();
  const stage = await openStage({ files });
  const crowds: Promise<void>[] = [];
  const broken: string[] = [];
  const times = noTimes();
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const isTold = kill <= Math.ceil(kills / 2);
      const round = new Round();
      crowds.push(act(stage, book, random.fork(), round));
      await sleep(random.between(...ROUND));
      if (kill === kills) await swing(book, actions);
      round.over = true;
      const down = { from: performance.now(), to: Number.POSITIVE_INFINITY };
      book.kills.push(down);
      await stage.bot.stop('SIGKILL');
      round.killed();
      const before = await lastHeard(stage);
      if (isTold) stage.live.replay(HISTORY, { times: 5 });
      const faults = await recover(stage, book, before, times);
      down.to = performance.now();
      if (isTold) book.lastReplayAt = performance.now();
      broken.push(...faults.map((fault) => `after kill ${kill}: ${fault}`));
      if ((times.ready.at(-1) ?? 0) > SLOW_MS) tell(`a slow start:\n${stage.printed()}`);
      tell(
        `kill ${kill}: whole after ${Math.round(times.whole.at(-1) ?? 0)} ms${faults.map((f) => `\n  ${f}`).join('')}`,
      );
    }
    await Promise.all(crowds);
    broken.push(...(await endShow(stage)));
    const { coinsUnheard, ...verdict } = await judge(stage, book);
    const { acknowledged, clicks, dead } = book;
    const found = { ...verdict, broken: [...broken, ...verdict.broken] };
    return { kills, acknowledged, clicks, ...found, deadClicks: dead, coinsUnheard, times };
  } catch (error) {
    tell(stage.printed());
    throw error;
  } finally {
    await stage.stop();
  }
}

async function swing(book: Book, actions: number): Promise<void> {
  const deadline = performance.now() + PATIENCE.timeoutMs;
  const done = () => Object.values(book.acknowledged).reduce((sum, count) => sum + count, 0);
  while (done() < actions && performance.now() < deadline) await sleep(20);
}

/** The host ends the LIVE, the numbers are posted, every notice is told, the bot is stopped properly. */
async function endShow(stage: CrashStage): Promise<readonly string[]> {
  const { scene, tiktok, bot, dataDir } = stage;
  const broken: string[] = [];
  tiktok.host('novalive').endLive({ sockets: 'close' });
  await scene.nova.waitToSee(scene.channels.numbers, /./, PATIENCE);
  const waiting = () =>
    withDatabase(dataDir, (rows) => rows("SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')"));
  const deadline = performance.now() + PATIENCE.timeoutMs;
  while ((await waiting()).length > 0 && performance.now() < deadline) await sleep(50);
  const posted = scene.nova.sees(scene.channels.numbers).length;
  if (posted !== 1) broken.push(`the numbers of the show were posted ${posted} times`);
  const code = await bot.stop();
  if (code !== 0) broken.push(`the last bot ended with exit code ${code}`);
  broken.push(...(await halfFiles(dataDir)).map((file) => `half a file: ${file}`));
  broken.push(...(await orphans(dataDir, undefined)).map((command) => `an orphan: ${command}`));
  return broken;
}
