import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Human } from '../sandbox/discord/people/human.ts';
import { startSandbox } from '../sandbox/start.ts';
import { BotProcess } from '../sandbox/story/bot-process.ts';
import { type NightReview, nightReview, setupCommands } from '../sandbox/story/night-review.ts';
import { AS_STARTED } from './as-started.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import { CrowdProcess } from './crowd-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE = { timeoutMs: 30_000 };
/** As many as one page of the panel shows. */
const MEMBERS = 8;
const PER_SECOND = 1_000;
const SECONDS = 40;
const GIFT_EVERY_MS = 3_000;
/** Calls before anything is measured: compiled code, known statements. */
const WARM_UP = 100;
/** As many as a 99th percentile needs to mean something. */
const CALLS = 400;

interface Member {
  readonly handle: string;
  readonly title: string;
}

/** `/queue` again and again. @returns ms to the first answer */
async function acks(nova: Human, calls: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const seen = await nova.slash('queue');
    if (seen.answered === 'failed') throw new Error(`/queue was not answered: ${seen.text}`);
    times.push(seen.firstAnswerMs);
  }
  return times;
}

async function final(seen: ReturnType<Human['slash']>): Promise<string> {
  return (await (await seen).final(PATIENCE)).text;
}

/** Members with a linked handle and a waiting song each. */
async function fillQueue({ people, guildId }: NightReview): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (let index = 0; index < MEMBERS; index += 1) {
    const human = people.human(guildId, `member${index}`);
    const handle = `gifter${index}`;
    await final(human.slash('link-tiktok', { tiktok_handle: handle }));
    const modal = await human.slash('submit');
    const title = `Title ${index}`;
    const fields = { Link: `https://soundcloud.com/bench/song-${index}`, Artist: 'Artist', Title: title };
    const { text } = await (await human.fillModal(modal, fields)).final(PATIENCE);
    if (!/#[0-9A-Z]{4,}/.test(text)) throw new Error(`no song: ${text}`);
    members.push({ handle, title });
  }
  return members;
}

/** The whole bot while a thousand events a second come in: answers, and panels that show what gifts moved. */
export async function liveAppBench(): Promise<readonly BenchRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const sandbox = await startSandbox({ tiktok: false, voice: false });
  const crowd = new CrowdProcess();
  const { env, host } = await crowd.until('up');
  const bot = new BotProcess({
    root: ROOT,
    env: { ...sandbox.env, ...AS_STARTED, ...env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'info' },
  });
  try {
    const scene = nightReview(sandbox.discord.world);
    const { nova, channels } = scene;
    await bot.start();
    for (const [command, channel] of setupCommands(scene)) await final(nova.slash(command, { channel }));
    const members = await fillQueue(scene);
    const connected = await final(nova.slash('tiktok connect', { unique_id: host }));
    if (!connected.includes('Active')) throw new Error(`not connected: ${connected}`);
    await acks(nova, WARM_UP);
    const idle = await acks(nova, CALLS);
    crowd.ask({ kind: 'burst', events: PER_SECOND * SECONDS, perSecond: PER_SECOND });
    const sent = crowd.until('sent');
    await acks(nova, WARM_UP);
    const busy = await acks(nova, CALLS);
    const shownMs: number[] = [];
    for (const { handle, title } of members) {
      const at = performance.now();
      crowd.ask({ kind: 'gift', handle });
      await nova.waitToSee(channels.queue, new RegExp(`⏭️ Artist – ${title}\\b`), PATIENCE);
      shownMs.push(performance.now() - at);
      // One gift every few seconds: panels are not in a storm then.
      await sleep(Math.max(0, at + GIFT_EVERY_MS - performance.now()));
    }
    await sent;
    return [
      besides('1,000/s: /queue answered p50', percentile(busy, 0.5), 'ms', 'idle', percentile(idle, 0.5)),
      besides('1,000/s: /queue answered p99', percentile(busy, 0.99), 'ms', 'idle', percentile(idle, 0.99)),
      { name: '1,000/s: gift frame to panel edited p50', value: percentile(shownMs, 0.5), unit: 'ms' },
      { name: '1,000/s: gift frame to panel edited p99', value: percentile(shownMs, 0.99), unit: 'ms' },
    ];
  } finally {
    await bot.stop();
    await crowd.stop();
    await sandbox.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
