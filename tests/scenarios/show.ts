import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { SeenMessage } from '../../sandbox/discord/people/seen.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/start.ts';
import { type NightReview, nightReview, setupCommands } from '../../sandbox/story/night-review.ts';
import { makeTone } from '../../sandbox/story/songs.ts';
import { type App, createApp, type Edges } from '../../src/app.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** Generous: a busy machine is slow, and nothing waits when the answer is there. */
export const PATIENCE = { timeoutMs: 20_000 };

/** A guild with channels, people and the whole unmodified bot, in this process. */
export interface Show extends NightReview {
  readonly sandbox: Sandbox;
  /** Set up by `/setup…` commands when asked for. */
  readonly app: App;
  readonly dataDir: string;
  /** Stops the bot and starts a new one on the same data. @param meanwhile what happens while it is away */
  restart(meanwhile?: () => void | Promise<void>): Promise<void>;
  /** Panels and channels by the commands an admin would use. */
  setUp(): Promise<void>;
  stop(): Promise<void>;
}

export interface ShowOptions {
  readonly sandbox?: SandboxOptions;
  /** Environment on top of the sandbox's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** An existing folder, which stays. Default: a new one, which goes with the show. */
  readonly dataDir?: string;
  /** The platforms that songs are linked from. Default: none answers, and nothing leaves this machine. */
  readonly linkOrigins?: NonNullable<Edges['linkOrigins']>;
}

/** Not an address of the public internet, so it is refused before anything is sent. */
const NO_PLATFORMS = { trusted: new Set<string>(), redirect: () => 'https://127.0.0.1:9/' };

export async function startShow(options: ShowOptions = {}): Promise<Show> {
  const sandbox = await startSandbox({
    ...options.sandbox,
    // A restart in a test is a new login within five seconds, which Discord would make wait.
    discord: { identifyIntervalMs: 0, ...options.sandbox?.discord },
  });
  if (sandbox.voice !== undefined)
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), sandbox.voice.cert]);
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'skipline-test-')));
  const scene = nightReview(sandbox.discord.world);
  const config = configOf({
    PATH: process.env.PATH ?? '',
    ...sandbox.env,
    DATA_DIR: dataDir,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env.TEST_LOG ?? 'silent',
    ...options.env,
  });
  const boot = async () => {
    const app = createApp(config, {
      linkOrigins: options.linkOrigins ?? NO_PLATFORMS,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    await app.start();
    return app;
  };
  let app = await boot();
  return {
    sandbox,
    ...scene,
    dataDir,
    get app() {
      return app;
    },
    restart: async (meanwhile) => {
      await app.stop();
      await meanwhile?.();
      app = await boot();
    },
    setUp: () => setUp(scene.nova, scene.channels),
    stop: async () => {
      await app.stop();
      await sandbox.stop();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function configOf(env: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

async function setUp(nova: Human, channels: NightReview['channels']): Promise<void> {
  for (const [command, channel] of setupCommands({ channels })) {
    const seen = await (await nova.slash(command, { channel })).final(PATIENCE);
    if (!seen.text.includes('✅')) throw new Error(`/${command}: ${seen.text}`);
  }
  await panel(nova, channels.review, 'Reviewer queue');
}

/** The panel with this heading, as the person sees it now. */
export function panel(who: Human, channel: { readonly id: string }, heading: string): Promise<SeenMessage> {
  return who.waitToSee(channel, heading, PATIENCE);
}

export interface SubmitFields {
  readonly link?: string;
  readonly file?: { readonly name: string; readonly bytes: Uint8Array };
  readonly artist?: string;
  readonly title?: string;
  readonly note?: string;
}

/** `/submit` and its modal. @returns what the person sees in the end */
export async function submit(who: Human, fields: SubmitFields, options: { readonly tiktok_handle?: string } = {}) {
  const modal = await who.slash('submit', options);
  const seen = await who.fillModal(modal, {
    ...(fields.link === undefined ? {} : { Link: fields.link }),
    ...(fields.file === undefined ? {} : { File: fields.file }),
    ...(fields.artist === undefined ? {} : { Artist: fields.artist }),
    ...(fields.title === undefined ? {} : { Title: fields.title }),
    ...(fields.note === undefined ? {} : { Note: fields.note }),
  });
  return seen.final({ timeoutMs: 30_000 });
}

/** A link nobody fetches: Spotify is taken but can't be played, and artist and title are given. */
let links = 0;
export function someLink(): string {
  links += 1;
  return `https://open.spotify.com/track/${links.toString(36).padStart(22, 'A')}`;
}

/** A free song by link. @returns its public id */
export async function submitFree(who: Human, title: string): Promise<string> {
  const seen = await submit(who, { link: someLink(), artist: who.name, title });
  const id = publicId(seen.text);
  await (await who.click(seen, { label: 'No' })).final(PATIENCE);
  return id;
}

export function publicId(text: string): string {
  const id = /#([2-9A-Z]{4,6})\b/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no song id in: ${text}`);
  return id;
}

/** One second of an MP3 tone costs ffmpeg 100 ms: each kind is made once per test file. */
const tones = new Map<string, Promise<Uint8Array>>();
export function tone(hz: number, seconds = 6, format: 'mp3' | 'wav' | 'm4a' | 'flac' = 'mp3'): Promise<Uint8Array> {
  const key = `${hz}:${seconds}:${format}`;
  const known = tones.get(key) ?? makeTone({ hz, seconds, format });
  tones.set(key, known);
  return known;
}
