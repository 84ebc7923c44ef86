import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { castNew } from '../../sandbox/stage/cast.ts';
import { buildPage } from '../../sandbox/stage/page-build.ts';
import { SampleSongs } from '../../sandbox/stage/sample-songs.ts';
import { Stage } from '../../sandbox/stage/stage.ts';
import { WebServer } from '../../sandbox/stage/web-server.ts';
import { type SandboxOptions, startSandbox } from '../../sandbox/start.ts';
import { BotProcess } from '../../sandbox/story/bot-process.ts';

/** The same three songs for every test: a second each to make. */
const SONGS = join(tmpdir(), 'skipline-demo-songs');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The demo with everything behind it, without a browser. */
export interface Demo {
  readonly stage: Stage;
  readonly url: string;
  /** The bot's last lines, for the message of a failed test. */
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
  // A restart in a test is a new login within five seconds, which Discord would make wait.
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

/** The page with what is done on it again and again. */
export class Visit {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByRole('textbox', { name: /^Message/ }).waitFor();
  }

  async be(name: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^${name} (Admin|Reviewer|Listener)`) }).click();
    await this.page.getByText(`You are ${name}`).waitFor();
  }

  async look(channel: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`^Channel ${channel}`) }).click();
    await this.page.getByRole('heading', { name: channel }).waitFor();
  }

  /** Opens the form of a command by typing, as fast people do. */
  async command(path: string): Promise<Locator> {
    await this.page.getByRole('textbox', { name: /^Message/ }).fill(`/${path}`);
    await this.page
      .getByRole('option', { name: new RegExp(`^/${path}\\b`) })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    const form = this.page.getByRole('form', { name: `Command /${path}` });
    await form.waitFor();
    return form;
  }

  /** The newest message that reads like this. */
  message(text: string | RegExp): Locator {
    return this.page.getByRole('article').filter({ hasText: text }).last();
  }

  stage(tab: 'Guide' | 'TikTok LIVE' | 'Faults'): Promise<void> {
    return this.page.getByRole('tab', { name: tab }).click();
  }
}
