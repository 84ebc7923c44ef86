import { join } from 'node:path';
import { Children } from '../src/audio/children.ts';
import { Encoder } from '../src/audio/encoder.ts';
import { systemSpawner } from '../src/audio/fork-server.ts';
import { MediaFolder } from '../src/audio/media-folder.ts';
import { findPrograms } from '../src/audio/programs.ts';
import { TrackSources } from '../src/audio/track-source.ts';
import { VoiceRooms } from '../src/audio/voice-rooms.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import type { VoiceGateway } from '../src/ports/audio-out.ts';
import { type Admit, type AudioBenchSide, type BenchSongs, channelOf } from './audio-side.ts';
import { adapterOf } from './audio-wire.ts';
import { SILENT } from './silent.ts';

/** The bot's own link, player and sources, without Discord around them. */
export async function ourSide(songs: BenchSongs, admit: Admit): Promise<AudioBenchSide> {
  const programs = await findPrograms({ environment: { PATH: process.env.PATH ?? '' } });
  const children = new Children(programs, systemSpawner());
  const folder = new MediaFolder(songs.dataDir);
  const gateway: VoiceGateway = {
    adapterFor: (guildId) => adapterOf(guildId, admit),
    channel: (_guildId, channelId) => ({
      channelId,
      isStage: false,
      bitrate: 64_000,
      humans: 1,
      canConnect: true,
      canSpeak: true,
      isFull: false,
    }),
    speakOnStage: async () => true,
    setStatus: async () => true,
    onPeopleChanged: () => undefined,
  };
  const sources = new TrackSources(folder, children, programs, SILENT);
  const rooms = new VoiceRooms({
    gateway,
    sources,
    children,
    clock: systemClock,
    log: SILENT,
    meter: { voiceClosed: () => undefined, voiceReconnected: () => undefined },
    group: 'bench',
  });
  const encoder = new Encoder(children, programs, folder);
  const { sha256, durationMs } = songs;
  return {
    join: async (guildId) => {
      const joined = await rooms.join(guildId, channelOf(guildId));
      if (!joined.ok) throw new Error(joined.error);
    },
    play: (guildId) =>
      rooms.load(
        guildId,
        { songId: guildId, audio: { kind: 'file', sha256 }, durationMs },
        { positionMs: 0, paused: false, volume: 100, filters: [] },
      ),
    stop: (guildId) => void rooms.stop(guildId),
    encode: async () => {
      const signal = new AbortController().signal;
      const output = join(songs.dataDir, 'encoded-again.opus');
      const encoded = await encoder.encode({ input: songs.original, format: 'mp3', output, background: true, signal });
      if (!encoded.ok) throw new Error(encoded.error.kind);
      return encoded.value.durationMs;
    },
  };
}
