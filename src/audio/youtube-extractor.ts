import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkTrouble } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { ChildLimits, Children } from './children.ts';
import { type Extraction, type Extractor, parseYtdlp } from './extraction.ts';
import { causeOf, trouble } from './link-words.ts';
import { typescriptFlags } from './node-flags.ts';

const LIMITS: ChildLimits = {
  timeoutMs: 30_000,
  cpuSeconds: 40,
  fileBytes: 1 << 20,
  outputBytes: 16 * 2 ** 20,
  // V8 reserves far more address space than it uses.
  memoryBytes: 2 ** 40,
  background: true,
};
const HEAP_MB = 400;
/** As in youtube-child.ts, which must not be imported here: it loads the library. */
const MARK = '@skipline@';

export interface YoutubeExtractorParts {
  /** This very Node. */
  readonly node: string;
  readonly children: Children;
  readonly clock: Clock;
  readonly log: Logger;
}

/** ytdl-core's living fork, for when yt-dlp is missing or at a loss. YouTube only. */
export class YoutubeExtractor implements Extractor {
  readonly name = 'ytdl-core';
  readonly #parts: YoutubeExtractorParts;

  constructor(parts: YoutubeExtractorParts) {
    this.#parts = parts;
  }

  async extract(url: string, signal: AbortSignal): Promise<Result<Extraction, LinkTrouble>> {
    const { node, children, clock, log } = this.#parts;
    const module = JSON.stringify(new URL('./youtube-child.ts', import.meta.url).href);
    const script = `const { printYoutubeSong } = await import(${module}); await printYoutubeSong(process.argv[1]);`;
    const flags = [`--max-old-space-size=${HEAP_MB}`, '--no-warnings', ...typescriptFlags(process.versions.node)];
    const args = [...flags, '--input-type=module', '-e', script, url];
    const command = { program: node, args };
    const end = await children.run(command, LIMITS, signal);
    if (end.kind === 'cancelled') return err(trouble('cancelled'));
    if (end.kind === 'timeout') return err(trouble('timeout'));
    const said = end.kind === 'exited' ? end.stdout.toString('utf8') : '';
    const line = said
      .split('\n')
      .find((each) => each.startsWith(MARK))
      ?.slice(MARK.length);
    const extraction = line === undefined ? null : parseYtdlp(line, clock.now());
    if (extraction !== null && extraction.candidates.length > 0) return ok(extraction);
    const words = line ?? ('stderr' in end ? end.stderr : '');
    log.info({ end: end.kind, said: words.slice(0, 600) }, 'ytdl-core found nothing');
    return err(trouble(causeOf(words)));
  }
}
