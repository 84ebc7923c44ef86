import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Human } from '../sandbox/discord/people/human.ts';
import { type Sandbox, startSandbox } from '../sandbox/start.ts';
import { BotProcess } from '../sandbox/story/bot-process.ts';
import { type NightReview, nightReview, setupCommands } from '../sandbox/story/night-review.ts';
import type { Live } from '../sandbox/tiktok/live.ts';
import type { TikTok } from '../sandbox/tiktok/tiktok.ts';
import type { VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { makeSong, type Song } from './ear.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE_COMPILE_CACHE = join(ROOT, '.tools', 'compile-cache');
const LISTENERS = 6;
const SONGS = 3;
export const PATIENCE = { timeoutMs: 20_000 };

/** A LIVE show in full swing, and the unmodified bot as a process that can be killed. */
export interface CrashStage {
  readonly sandbox: Sandbox;
  readonly scene: NightReview;
  readonly listeners: readonly [Human, ...Human[]];
  readonly tiktok: TikTok;
  readonly live: Live;
  readonly voice: VoiceSandbox;
  readonly songs: readonly [Song, ...Song[]];
  readonly bot: BotProcess;
  readonly dataDir: string;
  /** The last lines that the bot printed. */
  printed(): string;
  stop(): Promise<void>;
}

export interface StageOptions {
  /** Environment on top of the sandbox's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Different songs as files, each of which is prepared first. At most as many as one page of the queue. Default 3. */
  readonly files?: number | undefined;
  /** Default 6. */
  readonly listeners?: number;
}

export async function openStage(options: StageOptions = {}): Promise<CrashStage> {
  const { env = {}, files = SONGS, listeners = LISTENERS } = options;
  const sandbox = await startSandbox({ discord: { identifyIntervalMs: 0 } });
  const { tiktok, voice } = sandbox;
  if (tiktok === undefined || voice === undefined) throw new Error('the sandbox is not whole');
  // How fast Discord lets a bot speak is not what is looked at here.
  sandbox.discord.limits.enabled = false;
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-chaos-'));
  const scene = nightReview(sandbox.discord.world);
  const guild = sandbox.discord.world.guild(scene.guildId);
  const lines: string[] = [];
  const bot = new BotProcess({
    root: ROOT,
    // As `npm start` does: what is compiled once is read the next time.
    env: {
      ...sandbox.env,
      DATA_DIR: dataDir,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      NODE_COMPILE_CACHE,
      ...env,
    },
    onLine: (line) => {
      lines.push(line);
      if (lines.length > 200) lines.shift();
    },
  });
  const more = Array.from({ length: listeners - 1 }, (_, n) => scene.people.human(guild, `listener${n}`));
  const [first, ...others] = await Promise.all(Array.from({ length: files }, (_, number) => makeSong(number)));
  if (first === undefined) throw new Error('there are no songs');
  const songs = [first, ...others] as const;
  const stage: CrashStage = {
    sandbox,
    scene,
    listeners: [scene.ana, ...more],
    tiktok,
    voice,
    live: tiktok.host('novalive').goLive(),
    songs,
    bot,
    dataDir,
    printed: () => lines.join('\n'),
    stop: async () => {
      await bot.stop();
      await sandbox.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await bot.start();
    await setUp(stage);
    return stage;
  } catch (error) {
    await stage.stop();
    throw error;
  }
}

export function viewerOf(stage: CrashStage, listener: number) {
  return stage.tiktok.viewer(`viewer${listener}`);
}

async function setUp(stage: CrashStage): Promise<void> {
  const { nova, channels } = stage.scene;
  const ask = async (command: string, options = {}) => (await nova.slash(command, options)).final(PATIENCE);
  for (const [command, channel] of setupCommands({ channels })) await ask(command, { channel });
  await ask('settings set', { key: 'submissions.free-limit', value: '10' });
  for (const [n, listener] of stage.listeners.entries())
    await (await listener.slash('link-tiktok', { tiktok_handle: viewerOf(stage, n).handle })).final(PATIENCE);
  await ask('tiktok connect', { unique_id: '@novalive', persistent: true });
  await stage.live.waitForConnection();
  await nova.joinVoice(channels.studio);
  await ask('join');
  await nova.waitToSee(channels.review, 'Reviewer queue', PATIENCE);
  await firstSong(stage);
}

/** Every file is prepared, which a bot that is killed again and again has no time for, and one is on air. */
async function firstSong({ scene: { nova, ben, channels, guildId }, songs, voice }: CrashStage): Promise<void> {
  for (const [number, { bytes }] of songs.entries()) {
    const modal = await ben.slash('submit');
    const title = `Opening ${number}`;
    const fields = { File: { name: 'opening.mp3', bytes, contentType: 'audio/mpeg' }, Title: title };
    const seen = await (await ben.fillModal(modal, fields)).final(PATIENCE);
    await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
    await nova.waitToSee(channels.review, new RegExp(`${title}[^\\n]*\\n[^\\n]*ready`), PATIENCE);
  }
  const panel = await nova.waitToSee(channels.review, 'Reviewer queue', PATIENCE);
  await (await nova.click(panel, { label: 'Next' })).final(PATIENCE);
  await voice.captureOf(guildId).waitForAudio({ ms: 500 }, PATIENCE);
}
