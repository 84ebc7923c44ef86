import { randomUUID } from 'node:crypto';
import type { Config } from '../config.ts';
import type { AudioOut, VoiceGateway } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { MediaFiles } from '../ports/media-files.ts';
import type { MediaIntake } from '../ports/media-intake.ts';
import type { Store } from '../ports/store.ts';
import { Children } from './children.ts';
import { Encoder } from './encoder.ts';
import { FileIntake } from './file-intake.ts';
import { MediaFolder } from './media-folder.ts';
import { MediaLibrary } from './media-library.ts';
import { findPrograms, type Programs } from './programs.ts';
import { TrackSources } from './track-source.ts';
import { VoiceRooms } from './voice-rooms.ts';

export interface AudioSideParts {
  readonly config: Pick<Config, 'discord' | 'programs'>;
  /** Absolute. */
  readonly dataDir: string;
  readonly store: Store;
  readonly gateway: VoiceGateway;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Everything that touches sound and its files, behind its ports. */
export interface AudioSide {
  readonly intake: MediaIntake;
  readonly files: MediaFiles;
  readonly audio: AudioOut;
  readonly programs: Programs;
}

/** Looks for the programs; starts nothing. `audio.stopAll()` ends what is running. */
export async function createAudioSide(parts: AudioSideParts): Promise<AudioSide> {
  const { config, dataDir, store, gateway, clock, log } = parts;
  const programs = await findPrograms(config.programs);
  const { ytdlp, nice, prlimit } = programs;
  log.info({ ffmpeg: programs.ffmpeg, ffprobe: programs.ffprobe, ytdlp, nice, prlimit }, 'audio programs');
  const children = new Children(programs);
  const folder = new MediaFolder(dataDir);
  const encoder = new Encoder(children, programs, folder);
  const sources = new TrackSources(folder, children, programs);
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
    audio: new VoiceRooms({
      gateway,
      sources,
      children,
      clock,
      log: log.child({ name: 'voice' }),
      group: randomUUID(),
    }),
    programs,
  };
}
