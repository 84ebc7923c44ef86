import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../sandbox/start.ts';
import { BotProcess } from '../sandbox/story/bot-process.ts';
import { type NightReview, nightReview, setupCommands } from '../sandbox/story/night-review.ts';
import { makeTone } from '../sandbox/story/songs.ts';
import { pacingOf } from '../sandbox/voice/pacing.ts';
import type { VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { memoryOptions } from '../scripts/setup/node.mjs';
import { type BenchRow, percentile } from './bench-row.ts';
import { type CpuShare, halfACore } from './cpu-share.ts';
import { CrowdProcess } from './crowd-process.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PATIENCE = { timeoutMs: 60_000 };
/** What the launcher goes by on such a box. Bytes */
const MEMORY = 512 * 2 ** 20;
const PER_SECOND = 300;
const SECONDS = 60;
/** Between two clicks: a busy show, not a flood. */
const PAUSE_MS = 150;

/** A whole show on half a core and 256 MB: LIVE at 300 events a second, one stream, people who submit and click. */
export async function smallBoxBench(): Promise<readonly BenchRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-small-'));
  const sandbox = await startSandbox({ tiktok: false });
  sandbox.discord.limits.enabled = false;
  const crowd = new CrowdProcess();
  const up = await crowd.until('up');
  const bot = new BotProcess({
    root: ROOT,
    env: {
      ...sandbox.env,
      ...up.env,
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'info',
      NODE_COMPILE_CACHE: join(ROOT, '.tools', 'compile-cache'),
      NODE_OPTIONS: memoryOptions(MEMORY).join(' '),
      MALLOC_ARENA_MAX: '2',
    },
  });
  let share: CpuShare | null = null;
  try {
    const startedAt = performance.now();
    const starting = bot.start(PATIENCE.timeoutMs);
    const { pid } = bot;
    if (pid === undefined || sandbox.voice === undefined) throw new Error('nothing to measure');
    share = await halfACore(pid);
    const { way } = share;
    await starting;
    const readyMs = performance.now() - startedAt;
    const idle = await memoryOf(pid);
    const scene = nightReview(sandbox.discord.world);
    await setUp(scene, sandbox.voice, up.host);
    const mark = sandbox.voice.captureOf(scene.guildId).mark();
    crowd.ask({ kind: 'burst', events: PER_SECOND * SECONDS, perSecond: PER_SECOND });
    const { acks, submits } = await people(scene, SECONDS * 1_000);
    const { jitterMs, gaps } = pacingOf(sandbox.voice.captureOf(scene.guildId).since(mark));
    const busy = await memoryOf(pid);
    const on = `half a core (${way})`;
    return [
      { name: `${on}: process start to ready`, value: readyMs, unit: 'ms' },
      { name: `${on}: /queue answered p50`, value: percentile(acks, 0.5), unit: 'ms' },
      { name: `${on}: /queue answered p99`, value: percentile(acks, 0.99), unit: 'ms' },
      { name: `${on}: link submitted p99`, value: percentile(submits, 0.99), unit: 'ms' },
      { name: `${on}: sound off its beat p50`, value: jitterMs.p50, unit: 'ms' },
      { name: `${on}: sound off its beat p99`, value: jitterMs.p99, unit: 'ms' },
      { name: `${on}: stalls of sound over 60 ms, per minute`, value: (gaps.length * 60) / SECONDS, unit: '' },
      { name: `${on}: longest stall of sound`, value: Math.max(0, ...gaps.map(({ ms }) => ms)), unit: 'ms' },
      { name: `${memoryOptions(MEMORY).join(' ')}: RSS after the start`, value: idle.rss / 1e6, unit: 'MB' },
      { name: 'RSS at the end of the show', value: busy.rss / 1e6, unit: 'MB' },
      { name: 'RSS at its highest', value: busy.peak / 1e6, unit: 'MB' },
    ];
  } finally {
    await bot.stop('SIGKILL');
    await share?.end();
    await crowd.stop();
    await sandbox.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Bytes. */
async function memoryOf(pid: number): Promise<{ readonly rss: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const value = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
  return { rss: value('VmRSS'), peak: value('VmHWM') };
}

async function setUp(scene: NightReview, voice: VoiceSandbox, host: string): Promise<void> {
  const { nova, ben, channels, guildId } = scene;
  const ask = async (command: string, options = {}) => (await nova.slash(command, options)).final(PATIENCE);
  for (const [command, channel] of setupCommands(scene)) await ask(command, { channel });
  await nova.joinVoice(channels.studio);
  await ask('join');
  const bytes = await makeTone({ hz: 440, seconds: SECONDS + 30, format: 'mp3' });
  const file = { File: { name: 'song.mp3', bytes, contentType: 'audio/mpeg' }, Title: 'On Air' };
  const seen = await (await ben.fillModal(await ben.slash('submit'), file)).final(PATIENCE);
  await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
  await nova.waitToSee(channels.review, /On Air[\s\S]*ready/, PATIENCE);
  await ask('next');
  await voice.captureOf(guildId).waitForAudio({ ms: 500 }, PATIENCE);
  await ask('tiktok connect', { unique_id: host });
}

/** One after the other asks for the queue, every fifth hands in a link. */
async function people({ people: crowd, guildId, nova }: NightReview, forMs: number) {
  const [acks, submits]: [number[], number[]] = [[], []];
  const until = performance.now() + forMs;
  for (let turn = 0; performance.now() < until; turn += 1) {
    const seen = await nova.slash('queue');
    if (seen.answered === 'failed') throw new Error(`/queue was not answered: ${seen.text}`);
    acks.push(seen.firstAnswerMs);
    await sleep(PAUSE_MS);
    if (turn % 5 > 0) continue;
    const member = crowd.human(guildId, `member${turn}`);
    const modal = await member.slash('submit');
    const link = `https://open.spotify.com/track/${turn.toString(36).padStart(22, 'C')}`;
    const done = await (await member.fillModal(modal, { Link: link, Artist: 'Artist', Title: `Song ${turn}` })).final(
      PATIENCE,
    );
    if (!done.text.includes('Submitted')) throw new Error(`a link was not taken: ${done.text}`);
    submits.push(done.firstAnswerMs);
  }
  return { acks, submits };
}
