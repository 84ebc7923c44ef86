/** Playback over the real store, real files and the local voice server; only Discord's main connection is a double. */
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { MediaLibrary } from '../../src/audio/media-library.ts';
import { TrackSources } from '../../src/audio/track-source.ts';
import { VoiceRooms } from '../../src/audio/voice-rooms.ts';
import type { Submission } from '../../src/domain/submission.ts';
import { err, type Result } from '../../src/lib/result.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { LinkResolver, LinkTrouble, PlayableLink } from '../../src/ports/link-resolver.ts';
import { MediaService } from '../../src/services/media-service.ts';
import { PlaybackService } from '../../src/services/playback-service.ts';
import { openWorkshop, silentLog, silentMeter, type Workshop } from '../audio/audio-harness.ts';
import { AudioDiary, VoiceWorld } from '../audio/voice-world.ts';
import { CoreStage, GUILD, STAFF, unwrap } from './core-stage.ts';

/** Every link is what the test says it is. */
class Links implements LinkResolver {
  answer: (url: string) => Promise<Result<PlayableLink, LinkTrouble>> = async () =>
    err({ cause: 'protected', why: 'Spotify locks its songs' });
  readonly asked: string[] = [];

  async describe(): Promise<null> {
    return null;
  }

  playable(url: string): Promise<Result<PlayableLink, LinkTrouble>> {
    this.asked.push(url);
    return this.answer(url);
  }
}

let processes = 0;

/** One run of the bot. */
export interface Run {
  readonly media: MediaService;
  readonly playback: PlaybackService;
  readonly rooms: VoiceRooms;
  readonly diary: AudioDiary;
  readonly world: VoiceWorld;
  /** As a kill: nothing is saved any more. */
  die(): Promise<void>;
  close(): Promise<void>;
}

export class PlaybackStage {
  readonly core: CoreStage;
  readonly workshop: Workshop;
  readonly links = new Links();
  readonly #voice: VoiceSandbox;
  #owner = 400_000_000_000_000_000n;

  constructor(core: CoreStage, workshop: Workshop, voice: VoiceSandbox) {
    this.core = core;
    this.workshop = workshop;
    this.#voice = voice;
  }

  static async open(voice: VoiceSandbox): Promise<PlaybackStage> {
    return new PlaybackStage(await CoreStage.open(), await openWorkshop(), voice);
  }

  async close(): Promise<void> {
    await this.core.close();
    await this.workshop.close();
  }

  async start(): Promise<Run> {
    const { store, bus, settings } = this.core;
    const { folder, children, programs } = this.workshop;
    processes += 1;
    const world = new VoiceWorld(this.#voice);
    const rooms = new VoiceRooms({
      gateway: world,
      sources: new TrackSources(folder, children, programs, silentLog),
      children,
      clock: systemClock,
      log: silentLog,
      meter: silentMeter,
      group: `run-${processes}`,
    });
    const diary = new AudioDiary();
    rooms.listen(diary);
    const files = new MediaLibrary(folder, new Encoder(children, programs, folder));
    const ground = { store, bus, settings, clock: systemClock, log: silentLog };
    const media = new MediaService({ ...ground, files });
    const playback = new PlaybackService({ ...ground, audio: rooms, gateway: world, links: this.links, media });
    await media.start();
    await playback.start();
    const close = async (): Promise<void> => {
      await playback.close();
      await media.stop();
    };
    return { media, playback, rooms, diary, world, close, die: () => rooms.stopAll() };
  }

  /** A waiting song with this file, as an upload leaves it. */
  async upload(name: string, ...ffmpegArgs: readonly string[]): Promise<Submission> {
    this.#owner += 1n;
    const url = `https://cdn.discordapp.com/${name}-${this.#owner}.mp3`;
    const sha256 = createHash('sha256').update(url).digest('hex');
    const original = this.workshop.folder.original(sha256, 'mp3');
    mkdirSync(dirname(original), { recursive: true });
    copyFileSync(this.workshop.make(`${name}.mp3`, ...ffmpegArgs), original);
    return this.core.submit(`${this.#owner}`, { file: { url, name: `${name}.mp3`, size: 1_000 }, title: name });
  }

  async submitLink(): Promise<Submission> {
    this.#owner += 1n;
    return this.core.submit(`${this.#owner}`);
  }

  /** The reviewer presses Next, as the panel does. */
  async next(run: Run) {
    const { onAir } = unwrap(await this.core.queue.next(GUILD, STAFF));
    return { onAir, played: await run.playback.playOnAir(GUILD) };
  }
}
