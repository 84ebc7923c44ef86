import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { castNew } from '../stage/cast.ts';
import { buildPage } from '../stage/page-build.ts';
import { SampleSongs } from '../stage/sample-songs.ts';
import { Stage } from '../stage/stage.ts';
import { WebServer } from '../stage/web-server.ts';
import { type SandboxOptions, startSandbox } from '../start.ts';
import { BotProcess } from '../story/bot-process.ts';

/** The same three songs every time: a second each to make. */
export const SONGS = join(tmpdir(), 'skipline-demo-songs');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The demo with everything behind it, without a browser. */
export interface Demo {
  readonly stage: Stage;
  readonly url: string;
  /** The bot's last lines, for the message of a failure. */
  readonly botLines: readonly string[];
  stop(): Promise<void>;
}

export interface DemoOptions {
  /** What runs as the bot; null = none. */
  readonly script: string | null;
  readonly sandbox?: SandboxOptions;
  /** `false` = the page is not built: nothing but the server is looked at. */
  readonly page?: boolean;
}

export async function startDemo({ script, sandbox: options = {}, page = true }: DemoOptions): Promise<Demo> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-page-'));
  // A restart here is a new login within five seconds, which Discord would make wait.
  const sandbox = await startSandbox({ ...options, discord: { identifyIntervalMs: 0, ...options.discord } });
  const cast = castNew(sandbox.discord.world);
  const botPort = await freePort();
  const botLines: string[] = [];
  const env = {
    ...sandbox.env,
    DATA_DIR: join(folder, 'data'),
    HOST: '127.0.0.1',
    PORT: String(botPort),
    LOG_LEVEL: 'info',
  };
  const bot = new BotProcess({
    root: ROOT,
    env,
    ...(script === null ? {} : { script }),
    onLine: (line) => {
      botLines.push(line);
      stage.log.botLine(line);
    },
  });
  const samples = new SampleSongs(SONGS, process.env.FFMPEG_PATH ?? 'ffmpeg');
  const stage = new Stage({ sandbox, cast, bot, botPort, samples, pace: 0 });
  const built = page ? await buildPage(join(folder, 'page'), () => undefined) : folder;
  const server = new WebServer({ stage, folder: built, port: 0 });
  stage.start();
  await server.start();
  if (script !== null) await stage.bot.start();
  return {
    stage,
    url: server.url,
    botLines,
    stop: async () => {
      await server.stop();
      await stage.stop();
      await sandbox.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
