import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../start.ts';
import { BotProcess } from '../story/bot-process.ts';
import type { Narrator } from '../story/narrator.ts';
import { ArchiveFolder, reviveWorld } from './archive.ts';
import { castNew, findCast } from './cast.ts';
import { FolderLock } from './folder-lock.ts';
import { buildPage } from './page-build.ts';
import { SampleSongs, sampleViews } from './sample-songs.ts';
import { Stage } from './stage.ts';
import { WebServer } from './web-server.ts';

/** The same addresses in every run, when they are free: a bookmark and an OBS source go on working. */
const PAGE_PORT = 4600;
const BOT_PORT = 4601;

export interface DemoPageOptions {
  /** The project: holds `src/main.ts`. */
  readonly root: string;
  /** What the demo keeps: the page, songs, its world and the data of the bot. Default `.demo/` in the project. */
  readonly home?: string;
  /** Forget what earlier runs left. */
  readonly fresh: boolean;
  /** Plays the show at once. */
  readonly auto: boolean;
  /** Ends after the automatic show instead of staying for people. */
  readonly leave: boolean;
  readonly port?: number;
  /** 1 = for people to watch; 0 = no pauses. */
  readonly pace?: number;
  /** Environment on top of the sandbox's, such as `FFMPEG_PATH`. */
  readonly env: Readonly<Record<string, string>>;
  readonly tell: Narrator;
  readonly say: (line: string) => void;
  /** Every line of the bot. */
  readonly onBotLine?: (line: string) => void;
  /** Resolves when a person wants to stop. */
  readonly stopped: Promise<void>;
}

/** The demo in a browser. @returns the exit code */
export async function runDemoPage(options: DemoPageOptions): Promise<number> {
  const home = options.home ?? join(options.root, '.demo');
  const lock = new FolderLock(home);
  const owner = await lock.take();
  if (owner !== null) {
    options.say(`A demo is running already (process ${owner}); it keeps its state in ${home}.`);
    return 1;
  }
  try {
    return await runIn(home, options);
  } finally {
    await lock.release();
  }
}

async function runIn(home: string, options: DemoPageOptions): Promise<number> {
  const { say, tell } = options;
  if (options.fresh) for (const part of ['data', 'world']) await rm(join(home, part), { recursive: true, force: true });
  const folder = await buildPage(join(home, 'page'), say);
  const samples = await recordSongs(join(home, 'songs'), options);
  const opened = await openStage(home, samples, options);
  const { stage, archive } = opened;
  const server = new WebServer({ stage, folder, port: options.port ?? PAGE_PORT });
  let exitCode = 0;
  try {
    stage.start();
    await server.start();
    say(`Open ${server.url} in a browser. Ctrl-C ends the demo; what happened is kept for the next time.`);
    stage.onFact((fact) => {
      if (fact.type === 'bot' && fact.bot.kind === 'ended') say(`The bot: ${fact.bot.why}`);
    });
    const isReady = await tell.step('starting the bot', () => starts(stage, say));
    if (isReady) say(`\nReady: ${server.url}\n`);
    if (options.auto && isReady) {
      stage.show.start('all');
      const broke = await Promise.race([stage.show.idle(), options.stopped]);
      if (options.leave) exitCode = broke == null ? 0 : 1;
      else if (broke === null) say(`\nThe show is over. The page stays: ${server.url}`);
    } else if (options.leave) exitCode = 1;
    if (!options.leave) await options.stopped;
  } finally {
    say('Stopping …');
    await server.stop();
    await stage.stop();
    opened.unfollow();
    await archive.save(stage.world, stage.archive);
    await opened.sandbox.stop();
  }
  return exitCode;
}

/** A bot that does not start is a reason to look around, not to leave: the page can start it again. */
async function starts(stage: Stage, say: (line: string) => void): Promise<boolean> {
  try {
    await stage.bot.start();
    return true;
  } catch (error) {
    say(`The bot does not start. ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

interface Opened {
  readonly stage: Stage;
  readonly sandbox: Sandbox;
  readonly archive: ArchiveFolder;
  readonly unfollow: () => void;
}

/** The sandbox with the guild of the last run, or a new one, and the bot that belongs to it. */
async function openStage(home: string, samples: SampleSongs, options: DemoPageOptions): Promise<Opened> {
  const archive = new ArchiveFolder(join(home, 'world'));
  const kept = await archive.read();
  if (kept === undefined) await rm(join(home, 'data'), { recursive: true, force: true });
  const sandbox = await startSandbox({
    discord:
      kept === undefined
        ? {}
        : { token: kept.archive.token, identity: { ownerId: kept.archive.ownerId, botId: kept.archive.botId } },
  });
  const { world } = sandbox.discord;
  if (kept !== undefined) reviveWorld(world, kept.archive, ({ id }) => kept.files.get(id));
  const cast = kept === undefined ? castNew(world) : findCast(world);
  const botPort = await freePort(BOT_PORT);
  let hear = (_line: string): void => undefined;
  const bot = new BotProcess({
    root: options.root,
    env: {
      ...sandbox.env,
      DATA_DIR: join(home, 'data'),
      HOST: '127.0.0.1',
      PORT: String(botPort),
      PUBLIC_URL: `http://127.0.0.1:${botPort}`,
      LOG_LEVEL: 'info',
      ...options.env,
    },
    onLine: (line) => {
      hear(line);
      options.onBotLine?.(line);
    },
  });
  const stage = new Stage({
    sandbox,
    cast,
    bot,
    botPort,
    samples,
    teller: { chapter: (title) => options.tell.chapter(title), line: (text) => options.tell.does('The show:', text) },
    ...(options.pace === undefined ? {} : { pace: options.pace }),
    ...(kept === undefined ? {} : { earlier: kept.archive.stage }),
  });
  hear = (line) => stage.log.botLine(line);
  const complain = (error: unknown): void =>
    stage.log.add('you', 'bad', `The demo's state was not saved: ${String(error)}`);
  const unfollow = archive.follow(world, () => stage.archive, complain);
  return { stage, sandbox, archive, unfollow };
}

async function recordSongs(folder: string, { env, tell }: DemoPageOptions): Promise<SampleSongs> {
  const samples = new SampleSongs(folder, env.FFMPEG_PATH ?? 'ffmpeg');
  await tell.step('recording three songs to try things with', async () => {
    for (const { id } of sampleViews) await samples.get(id);
  });
  return samples;
}

/** This port when nobody has it, else any free one. */
async function freePort(wanted: number): Promise<number> {
  const probe = (port: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
      });
    });
  return probe(wanted).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return probe(0);
    throw error;
  });
}
