import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { halfFiles } from '../../chaos/leftovers.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { BotProcess } from '../../sandbox/story/bot-process.ts';
import { type NightReview, nightReview, setupCommands } from '../../sandbox/story/night-review.ts';
import { makeTone } from '../../sandbox/story/songs.ts';
import { decodeOgg, timeline } from '../../sandbox/voice/analyse.ts';
import { type CapturedFrame, framesToOgg } from '../../sandbox/voice/capture.ts';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { ask, until } from './desk.ts';
import { PATIENCE, panel, type SubmitFields, submit } from './show.ts';

/** Songs whose pitch tells the position: so high at the start, so much higher every second. Hz */
const [START_HZ, RISES_HZ] = [400, 100];
const SECONDS = 40;
const PAGE = '<html><head><title>Linked Song</title></head><body><audio src="/song.m4a"></audio></body></html>';

let sandbox: Sandbox;
let voice: VoiceSandbox;
let scene: NightReview;
let dataDir: string;
let platform: Server;
let file: Uint8Array;
const bots: BotProcess[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ tiktok: false, discord: { identifyIntervalMs: 0 } });
  if (sandbox.voice === undefined) throw new Error('no voice');
  voice = sandbox.voice;
  sandbox.discord.limits.enabled = false;
  scene = nightReview(sandbox.discord.world);
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-killed-'));
  const song = { hz: START_HZ, rises: RISES_HZ, seconds: SECONDS };
  const [linked, uploaded] = await Promise.all([
    makeTone({ ...song, format: 'm4a' }),
    makeTone({ ...song, format: 'mp3' }),
  ]);
  file = uploaded;
  platform = createServer((request, response) => {
    if (request.url === '/song.m4a') response.end(linked);
    else response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  await start('tests/scenarios/linked-bot.ts');
  for (const [command, channel] of setupCommands(scene)) await ask(scene.nova, command, { channel });
  await panel(scene.nova, scene.channels.review, 'Reviewer queue');
  await scene.nova.joinVoice(scene.channels.studio);
  expect((await ask(scene.nova, 'join')).text).toContain('Studio');
});

afterAll(async () => {
  for (const bot of bots) await bot.stop();
  await sandbox.stop();
  platform.closeAllConnections();
  platform.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** A bot on what the one before left. */
async function start(script = 'src/main.ts'): Promise<void> {
  const bot = new BotProcess({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    script,
    env: {
      ...sandbox.env,
      DATA_DIR: dataDir,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      PLATFORM_ORIGIN: `http://127.0.0.1:${(platform.address() as AddressInfo).port}`,
    },
  });
  bots.push(bot);
  await bot.start();
}

function capture() {
  const found = voice.captureOf(scene.guildId);
  if (found === undefined) throw new Error('the bot is not in voice');
  return found;
}

/** Where in the song these frames are, 50 ms by 50 ms. ms */
async function positions(frames: readonly CapturedFrame[]): Promise<readonly number[]> {
  const heard = timeline(await decodeOgg(framesToOgg(frames, { silence: 'drop' })), 50);
  // The first one is the decoder's own.
  return heard.slice(1).map(({ hz }) => ((hz - START_HZ) * 1_000) / RISES_HZ);
}

/** Submits it, presses Next, listens, kills the bot and starts another one. @returns what was heard before and after, ms */
async function killedWhilePlaying(fields: SubmitFields) {
  const { nova, ben, channels } = scene;
  const seen = await submit(ben, fields);
  await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
  const title = fields.title ?? '';
  const ready = fields.file === undefined ? title : `${title}[\\s\\S]*ready`;
  await nova.waitToSee(channels.review, new RegExp(`Reviewer queue[\\s\\S]*${ready}`), PATIENCE);
  const next = capture().mark();
  await nova.click(await panel(nova, channels.review, 'Reviewer queue'), { label: 'Next' });
  await capture().waitForAudio({ ms: 2_200, from: next }, PATIENCE);
  await bots.at(-1)?.stop('SIGKILL');
  const killed = capture().mark();
  const heard = await positions(capture().since(next));
  // The song before sounds on until the click has arrived.
  const before = heard.slice(heard.findIndex((position) => position < 1_000));
  await start();
  const after = await positions(await capture().waitForAudio({ ms: 500, from: killed }, PATIENCE));
  return { began: before[0] ?? 0, stopped: before.at(-1) ?? 0, resumed: after[0] ?? 0, went: after.at(-1) ?? 0 };
}

function hasYtDlp(): boolean {
  try {
    execFileSync(process.env.YTDLP_PATH ?? 'yt-dlp', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Not there, or not to be run: both mean that links do not play here.
    return false;
  }
}

function expectSameSecond({ began, stopped, resumed, went }: Awaited<ReturnType<typeof killedWhilePlaying>>): void {
  expect(Math.abs(began)).toBeLessThan(150);
  expect(stopped).toBeGreaterThan(1_900);
  expect(resumed).toBeGreaterThan(stopped - 1_000);
  expect(resumed).toBeLessThan(stopped + 200);
  expect(went).toBeGreaterThan(resumed + 300);
}

describe('a bot that is killed while a song plays goes on at the same second', () => {
  it.skipIf(!hasYtDlp())('with a link, found by the real yt-dlp (skipped where it is not installed)', async () => {
    const link = 'https://www.dropbox.com/s/abc/song.html';
    expectSameSecond(await killedWhilePlaying({ link, artist: 'Ben', title: 'Linked' }));
  });

  it('with a file', async () => {
    const fields = { file: { name: 'rising.mp3', bytes: file }, artist: 'Ben', title: 'Uploaded' };
    expectSameSecond(await killedWhilePlaying(fields));
  });
});

describe('a bot that is killed while a song is being prepared', () => {
  it('leaves no half file, and prepares it at the next start', async () => {
    const { nova, ben, channels } = scene;
    const long = await makeTone({ hz: 300, seconds: 45, format: 'mp3' });
    const seen = await submit(ben, { file: { name: 'long.mp3', bytes: long }, artist: 'Ben', title: 'Long One' });
    expect(seen.text).toMatch(/being prepared for playback/);
    await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
    const scratch = join(dataDir, 'media', 'tmp');
    await until(async () => (await readdir(scratch)).some((name) => name.endsWith('.opus')), 'it is being encoded');
    await bots.at(-1)?.stop('SIGKILL');
    expect((await halfFiles(dataDir)).length).toBeGreaterThan(0);
    await start();
    await nova.waitToSee(channels.review, /Reviewer queue[\s\S]*Long One[\s\S]*ready/, PATIENCE);
    await until(async () => (await halfFiles(dataDir)).length === 0, 'nothing half is left');
  });
});
