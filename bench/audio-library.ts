import { createReadStream } from 'node:fs';
import {
  type AudioPlayer,
  type AudioResource,
  createAudioPlayer,
  createAudioResource,
  entersState,
  joinVoiceChannel,
  StreamType,
  VoiceConnectionStatus,
} from '@discordjs/voice';
import { MediaFolder } from '../src/audio/media-folder.ts';
import { type Admit, type AudioBenchSide, type BenchSongs, channelOf } from './audio-side.ts';
import { adapterOf } from './audio-wire.ts';

/** The library with nothing around it: a player per guild and a resource per song. */
function library(admit: Admit, resource: () => AudioResource): AudioBenchSide {
  const players = new Map<string, AudioPlayer>();
  return {
    join: async (guildId) => {
      const adapterCreator = adapterOf(guildId, admit) as Parameters<typeof joinVoiceChannel>[0]['adapterCreator'];
      const connection = joinVoiceChannel({ guildId, channelId: channelOf(guildId), adapterCreator });
      const player = createAudioPlayer();
      player.on('error', (error) => process.stderr.write(`${error.message}\n`));
      connection.subscribe(player);
      players.set(guildId, player);
      await entersState(connection, VoiceConnectionStatus.Ready, 20_000);
    },
    play: async (guildId) => players.get(guildId)?.play(resource()),
    stop: (guildId) => void players.get(guildId)?.stop(true),
  };
}

/** A prepared Ogg file through the library's own demuxer. */
export function plainSide(songs: BenchSongs, admit: Admit): AudioBenchSide {
  const path = new MediaFolder(songs.dataDir).encoded(songs.sha256);
  return library(admit, () => createAudioResource(createReadStream(path), { inputType: StreamType.OggOpus }));
}

/** What most bots do: ffmpeg to PCM, volume in JavaScript, Opus in WebAssembly. */
export function usualSide(songs: BenchSongs, admit: Admit): AudioBenchSide {
  return library(admit, () => {
    const resource = createAudioResource(songs.original, { inlineVolume: true });
    resource.volume?.setVolume(0.8);
    return resource;
  });
}
