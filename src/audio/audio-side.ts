import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import type { AudioOut, VoiceGateway, VoiceMeter } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { MediaFiles } from '../ports/media-files.ts';
import type { MediaIntake } from '../ports/media-intake.ts';
import type { Store } from '../ports/store.ts';
import { Children } from './children.ts';
import { Encoder } from './encoder.ts';
import { FileIntake } from './file-intake.ts';
import { systemSpawner } from './fork-server.ts';
import { LinkCache } from './link-cache.ts';
import { MediaFolder } from './media-folder.ts';
import { MediaLibrary } from './media-library.ts';
import { MAX_LINK_BYTES, PlatformLinks } from './platform-links.ts';
import { findPrograms, type Programs } from './programs.ts';
import { TrackSources } from './track-source.ts';
import { VoiceRooms } from './voice-rooms.ts';
import { YoutubeExtractor } from './youtube-extractor.ts';
import { YtDlp } from './ytdlp.ts';

/** Where pages of platforms are asked for in tests: other addresses, and origins that may be private ones. */
export interface LinkOrigins {
  readonly trusted: ReadonlySet<string>;
  readonly redirect: (url: string) => string;
}

export interface AudioSideParts {
  readonly config: Pick<Config, 'discord' | 'programs'>;
  /** Absolute. */
  readonly dataDir: string;
  readonly store: Store;
  readonly gateway: VoiceGateway;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: VoiceMeter;
  /** Only for tests: see `PlatformLinksParts`. */
  readonly linkOrigins?: LinkOrigins;
}

/** Everything that touches sound and its files, behind its ports. */
export interface AudioSide {
  readonly intake: MediaIntake;
  readonly files: MediaFiles;
  readonly links: LinkResolver;
  readonly audio: AudioOut;
  readonly programs: Programs;
}

/** Looks for the programs; starts nothing. `audio.stopAll()` ends what is running. */
export async function createAudioSide(parts: AudioSideParts): Promise<AudioSide> {
  const { config, dataDir, store, gateway, clock, log } = parts;
  const programs = await findPrograms(config.programs);
  const { environment: _environment, ...found } = programs;
  log.info(found, 'audio programs');
  const children = new Children(programs, systemSpawner());
  const folder = new MediaFolder(dataDir);
  const encoder = new Encoder(children, programs, folder);
  const sources = new TrackSources(folder, children, programs, log.child({ name: 'voice' }));
  const tools = { node: process.execPath, children, folder, clock, log: log.child({ name: 'links' }) };
  const trusted = parts.linkOrigins?.trusted ?? new Set<string>();
  const bounds = { maxBytes: MAX_LINK_BYTES, trusted };
  const ytdlp = programs.ytdlp === null ? [] : [new YtDlp({ ...tools, ...programs.ytdlp, ...bounds })];
  return {
    intake: new FileIntake({
      folder,
      children,
      programs,
      store,
      clock,
      log: log.child({ name: 'intake' }),
      cdnOrigin: config.discord.cdnUrl ?? null,
    }),
    files: new MediaLibrary(folder, encoder),
    links: new PlatformLinks({
      extractors: [
        ...ytdlp.map((extractor) => ({ extractor, platforms: 'all' as const })),
        { extractor: new YoutubeExtractor(tools), platforms: ['youtube'] },
      ],
      cache: new LinkCache(folder),
      encoder,
      folder,
      clock,
      log: tools.log,
      trusted,
      redirect: parts.linkOrigins?.redirect ?? ((url) => url),
    }),
    audio: new VoiceRooms({
      gateway,
      sources,
      children,
      clock,
      log: log.child({ name: 'voice' }),
      meter: parts.meter,
      group: randomUUID(),
    }),
    programs,
  };
}
