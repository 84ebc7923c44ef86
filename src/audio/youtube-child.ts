/**
 * Runs in a process of its own: the library evaluates scripts of YouTube's player, which have no business in the bot's
 * process, and takes its event loop for longer than a frame of sound lasts.
 */
import { YtdlCore } from 'ytdl-core';

/** Marks the line that is meant for the parent; the library prints what it likes. */
export const MARK = '@skipline@';

/** Prints one line: what the video is and where its sound lies, or why not. */
export async function printYoutubeSong(url: string): Promise<void> {
  process.stdout.write(`\n${MARK}${JSON.stringify(await describe(url))}\n`);
}

async function describe(url: string): Promise<object> {
  try {
    const core = new YtdlCore({ logDisplay: 'none', disableFileCache: true, noUpdate: true, parsesHLSFormat: false });
    const { videoDetails, formats } = await core.getFullInfo(url);
    return {
      title: videoDetails.media?.song ?? videoDetails.title,
      artist: videoDetails.media?.artist ?? videoDetails.author?.name ?? null,
      duration: videoDetails.lengthSeconds,
      is_live: formats.some((format) => format.isLive),
      formats: formats
        .filter((format) => format.hasAudio && !format.isHLS && !format.isDashMPD)
        .map((format) => ({
          format_id: String(format.itag),
          url: format.url,
          protocol: 'https',
          vcodec: format.hasVideo ? 'yes' : 'none',
          abr: format.audioBitrate,
          // Whole files are slowed down to the speed of playing.
          downloader_options: { http_chunk_size: 9_000_000 },
        })),
    };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
