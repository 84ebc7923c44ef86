import { rm, writeFile } from 'node:fs/promises';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkTrouble } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { ChildEnd, ChildLimits, Children } from './children.ts';
import { type Candidate, type Extraction, type Extractor, parseYtdlp } from './extraction.ts';
import { causeOf, trouble } from './link-words.ts';
import type { MediaFolder } from './media-folder.ts';
import { withPublicProxy } from './public-proxy.ts';

/** Some of its helpers reserve address space by the gigabyte; what it writes and how long it runs is bounded. */
const LIMITS: ChildLimits = {
  timeoutMs: 30_000,
  cpuSeconds: 40,
  fileBytes: 16 * 2 ** 20,
  outputBytes: 16 * 2 ** 20,
  memoryBytes: 2 ** 40,
  background: true,
};

/** From this version on it wants to be told where a JavaScript runtime is; older ones refuse what they do not know. */
const NEEDS_RUNTIME = '2025.11.12';
const UNKNOWN_OPTION = /no such option: --js-runtimes/;
/** It would hand what it cannot fetch itself to an ffmpeg that opens any address. */
const NO_FFMPEG = '/nonexistent';

export interface YtDlpParts {
  readonly program: string;
  /** As it prints it, `2026.08.19`. */
  readonly version: string;
  /** For the scripts of YouTube's player. */
  readonly node: string;
  readonly maxBytes: number;
  /** Only for tests: origins outside of the public internet. */
  readonly trusted: ReadonlySet<string>;
  readonly children: Children;
  readonly folder: MediaFolder;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * yt-dlp, in its own process: no shell, no configuration of the machine, no cookies, no cache. It goes wherever a page
 * leads, so it goes through a proxy that knows the public internet only.
 */
export class YtDlp implements Extractor {
  readonly name = 'yt-dlp';
  readonly #parts: YtDlpParts;
  #takesRuntime: boolean;

  constructor(parts: YtDlpParts) {
    this.#parts = parts;
    this.#takesRuntime = parts.version >= NEEDS_RUNTIME;
  }

  async extract(url: string, signal: AbortSignal): Promise<Result<Extraction, LinkTrouble>> {
    const end = await this.#run(
      ['--dump-single-json', '--skip-download', '--flat-playlist', '--', url],
      LIMITS,
      signal,
    );
    if (!end.ok) return end;
    const extraction = parseYtdlp(end.value, this.#parts.clock.now());
    return extraction === null ? err(trouble('not-audio')) : ok(extraction);
  }

  readonly assemble = async (
    extraction: Extraction,
    candidate: Candidate,
    path: string,
    signal: AbortSignal,
  ): Promise<Result<void, LinkTrouble>> => {
    const { folder, maxBytes } = this.#parts;
    const info = folder.scratch('json');
    try {
      await writeFile(info, extraction.raw);
      const writing = ['--no-part', '--no-mtime', '--no-progress', '--fixup', 'never', '--hls-prefer-native'];
      const args = ['--load-info-json', info, '-f', candidate.id, ...writing, '--max-filesize', `${maxBytes}`];
      const limits = { ...LIMITS, timeoutMs: 150_000, cpuSeconds: 120, fileBytes: maxBytes };
      const end = await this.#run([...args, '-o', path.replaceAll('%', '%%')], limits, signal);
      return end.ok ? ok(undefined) : end;
    } finally {
      await rm(info, { force: true });
    }
  };

  async #run(args: readonly string[], limits: ChildLimits, signal: AbortSignal): Promise<Result<string, LinkTrouble>> {
    const { program, node, trusted, children, log } = this.#parts;
    const runtime = this.#takesRuntime ? ['--js-runtimes', `node:${node}`] : [];
    const calm = ['--ignore-config', '--no-playlist', '--no-cache-dir', '--no-warnings', '--no-color'];
    const patience = ['--socket-timeout', '10', '--retries', '2', '--fragment-retries', '2'];
    const bound = ['--ffmpeg-location', NO_FFMPEG];
    const end = await withPublicProxy(trusted, (proxy) => {
      const command = { program, args: [...calm, ...patience, ...bound, ...runtime, ...args] };
      return children.run({ ...command, environment: throughProxy(proxy) }, limits, signal);
    });
    if (end.kind === 'exited' && end.code === 0) return ok(end.stdout.toString('utf8'));
    if (this.#takesRuntime && end.kind === 'exited' && UNKNOWN_OPTION.test(end.stderr)) {
      // A build that is older than its version says: for most sites it needs no runtime.
      this.#takesRuntime = false;
      return this.#run(args, limits, signal);
    }
    log.info({ end: end.kind, said: 'stderr' in end ? end.stderr.slice(-600) : null }, 'yt-dlp found nothing');
    return err(toTrouble(end));
  }
}

/** Not `--proxy`: versions before the autumn of 2023 take that for http and https alone, and open FTP past it. */
function throughProxy(proxy: string): Readonly<Record<string, string>> {
  return { http_proxy: proxy, https_proxy: proxy, ftp_proxy: proxy, all_proxy: proxy };
}

function toTrouble(end: ChildEnd): LinkTrouble {
  switch (end.kind) {
    case 'exited':
      return trouble(causeOf(end.stderr));
    case 'timeout':
    case 'killed':
      return trouble('timeout');
    case 'too-much-output':
      return trouble('not-audio');
    case 'cancelled':
      return trouble('cancelled');
    case 'missing':
      return trouble('no-program');
  }
}
