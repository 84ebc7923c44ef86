import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChannelType } from '../sandbox/discord/model.ts';
import type { Human } from '../sandbox/discord/people/human.ts';
import { People } from '../sandbox/discord/people/people.ts';
import { type Sandbox, startSandbox } from '../sandbox/start.ts';
import { BotProcess } from '../sandbox/story/bot-process.ts';
import { makeTone } from '../sandbox/story/songs.ts';
import { AS_STARTED } from './as-started.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const WARM_UP = 20;
const CALLS = 200;
const SUBMISSIONS = 100;
/** Long enough to be still prepared in the background while commands are measured. */
const TAKEN_IN = 3;

interface Measured {
  readonly readyMs: number;
  readonly ackMs: readonly number[];
  /** A link submitted through the modal, from pressing Submit to the confirmation; only where there is such a modal. */
  readonly submitMs: readonly number[];
  /** As `ackMs`, while songs are being taken in. */
  readonly busyAckMs: readonly number[];
  /** Bytes, after the calls, idle. */
  readonly rss: number;
}

/** Resident memory of a process in bytes. */
async function rssOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

async function measure(sandbox: Sandbox, script: string, command: string, dataDir: string): Promise<Measured> {
  const { world } = sandbox.discord;
  const owner = world.addUser({ username: 'owner' });
  const guild = world.addGuild({ name: 'Bench', ownerId: owner.id });
  const channel = world.addChannel(guild.id, { name: 'bench', type: ChannelType.text });
  const bot = new BotProcess({
    root: ROOT,
    script,
    env: {
      ...sandbox.env,
      ...(command === 'queue' ? AS_STARTED : {}),
      DATA_DIR: dataDir,
      PORT: '0',
      LOG_LEVEL: 'info',
    },
  });
  const startedAt = performance.now();
  await bot.start();
  const readyMs = performance.now() - startedAt;
  const human = new People(world).owner(guild);
  await answerTimes(human, command, channel, WARM_UP);
  const ackMs = await answerTimes(human, command, channel, CALLS);
  const submitMs = command === 'queue' ? await submitLinks(new People(world), guild.id, channel) : [];
  const rss = await rssOf(bot.pid ?? 0);
  if (command === 'queue') await submitFiles(new People(world), guild.id, channel);
  const busyAckMs = command === 'queue' ? await answerTimes(human, command, channel, CALLS) : [];
  await bot.stop();
  return { readyMs, ackMs, submitMs, busyAckMs, rss };
}

async function answerTimes(human: Human, command: string, channel: { readonly id: string }, calls: number) {
  const took: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const seen = await human.slash(command, {}, { channel });
    if (seen.answered === 'failed') throw new Error(`/${command} was not answered: ${seen.text}`);
    took.push(seen.firstAnswerMs);
  }
  return took;
}

/** Songs of three minutes: confirmed when they are stored, prepared one after the other from then on. */
async function submitFiles(people: People, guildId: string, channel: { readonly id: string }): Promise<void> {
  for (let file = 0; file < TAKEN_IN; file += 1) {
    const bytes = await makeTone({ hz: 300 + file, rises: 5, seconds: 180, format: 'mp3' });
    const member = people.human(guildId, `uploader${file}`);
    const modal = await member.slash('submit', {}, { channel });
    const fields = { File: { name: `${file}.mp3`, bytes }, Artist: 'Bench', Title: `File ${file}` };
    const seen = await (await member.fillModal(modal, fields)).final({ timeoutMs: 60_000 });
    if (!seen.text.includes('Submitted as')) throw new Error(`a file was not taken: ${seen.text}`);
  }
}

/** One link each from many members: nobody meets a limit. */
async function submitLinks(
  people: People,
  guildId: string,
  channel: { readonly id: string },
): Promise<readonly number[]> {
  const took: number[] = [];
  for (let call = 0; call < SUBMISSIONS; call += 1) {
    const member = people.human(guildId, `member${call}`);
    const modal = await member.slash('submit', {}, { channel });
    const link = `https://open.spotify.com/track/${call.toString(36).padStart(22, 'B')}`;
    const seen = await member.fillModal(modal, { Link: link, Artist: 'Bench', Title: `Song ${call}` });
    if (!seen.text.includes('Submitted as')) throw new Error(`a link was not taken: ${seen.text}`);
    took.push(seen.firstAnswerMs);
  }
  return took;
}

/** From process start to ready, and how fast a command is answered, beside a bare discord.js bot in the same run. */
export async function processBench(): Promise<readonly BenchRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  try {
    const both: Measured[] = [];
    for (const [script, command] of [
      ['bench/ping-bot.ts', 'ping'],
      ['src/main.ts', 'queue'],
    ] as const) {
      const sandbox = await startSandbox();
      try {
        both.push(await measure(sandbox, script, command, dataDir));
      } finally {
        await sandbox.stop();
      }
    }
    const [ping, ours] = both;
    if (ping === undefined || ours === undefined) throw new Error('nothing was measured');
    const beside = 'bare discord.js bot';
    return [
      besides('process start to ready', ours.readyMs, 'ms', beside, ping.readyMs),
      besides(
        '/queue answered, p50',
        percentile(ours.ackMs, 0.5),
        'ms',
        `${beside} /ping`,
        percentile(ping.ackMs, 0.5),
      ),
      besides(
        '/queue answered, p99',
        percentile(ours.ackMs, 0.99),
        'ms',
        `${beside} /ping`,
        percentile(ping.ackMs, 0.99),
      ),
      besides(
        '/queue answered while songs are taken in, p99',
        percentile(ours.busyAckMs, 0.99),
        'ms',
        'without',
        percentile(ours.ackMs, 0.99),
      ),
      besides(
        'link submitted, p50',
        percentile(ours.submitMs, 0.5),
        'ms',
        `${beside} /ping`,
        percentile(ping.ackMs, 0.5),
      ),
      besides(
        'link submitted, p99',
        percentile(ours.submitMs, 0.99),
        'ms',
        `${beside} /ping`,
        percentile(ping.ackMs, 0.99),
      ),
      besides('RSS idle', ours.rss / 1e6, 'MB', beside, ping.rss / 1e6),
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
