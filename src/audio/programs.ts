import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The programs that audio needs: names to be looked up on PATH, or paths. */
export interface Programs {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  /** Null when it is not there: links then play from YouTube only. */
  readonly ytdlp: YtDlpProgram | null;
  /** Runs a program at lower priority (`nice -n N program …`); null where the system has none. */
  readonly nice: string | null;
  /** Runs a program with bounds on CPU time, memory and file size; null where the system has none. */
  readonly prlimit: string | null;
  /** Ends a program together with its parent, also when that is killed (`setpriv --pdeathsig KILL program …`), or null. */
  readonly setpriv: string | null;
  /** All that children see of the environment: paths and locale, never a token. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface YtDlpProgram {
  readonly program: string;
  /** `2026.08.19` */
  readonly version: string;
}

export interface ProgramSearch {
  /** Configured paths; taken as they are, right or wrong. */
  readonly ffmpeg?: string;
  readonly ytdlp?: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Looks once, at start: what is found is not searched for again. */
export async function findPrograms(search: ProgramSearch): Promise<Programs> {
  const { environment } = search;
  const found = async (program: string, ...args: readonly string[]) =>
    (await runs(program, args, environment)) ? program : null;
  const ffmpeg = search.ffmpeg ?? (await found('ffmpeg', '-version')) ?? (await bundledFfmpeg()) ?? 'ffmpeg';
  const beside = join(dirname(ffmpeg), 'ffprobe');
  const [hasBeside, ytdlp, nice, prlimit, setpriv] = await Promise.all([
    ffmpeg.includes('/') ? isExecutable(beside) : false,
    findYtdlp(search.ytdlp ?? 'yt-dlp', environment),
    found('nice', '-n', '1', 'true'),
    found('prlimit', '--cpu=60', 'true'),
    found('setpriv', '--pdeathsig', 'KILL', 'true'),
  ]);
  return { ffmpeg, ffprobe: hasBeside ? beside : 'ffprobe', ytdlp, nice, prlimit, setpriv, environment };
}

/** The binary of the optional npm package; its download may have failed. */
async function bundledFfmpeg(): Promise<string | null> {
  try {
    // Named by a variable: the compiler must not insist on an optional package.
    const name: string = 'ffmpeg-static';
    const bundled = (await import(name)) as { readonly default: unknown };
    return typeof bundled.default === 'string' && (await isExecutable(bundled.default)) ? bundled.default : null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function findYtdlp(program: string, environment: Readonly<Record<string, string>>): Promise<YtDlpProgram | null> {
  const printed = await output(program, ['--ignore-config', '--version'], environment);
  const version = /^\d{4}\.\d{2}\.\d{2}/m.exec(printed ?? '')?.[0];
  return version === undefined ? null : { program, version };
}

async function runs(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  return (await output(program, args, environment)) !== null;
}

/** What it prints; null when it cannot be run or fails. */
function output(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string | null> {
  const options = { timeout: 20_000, killSignal: 'SIGKILL', env: environment, maxBuffer: 1 << 20 } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout) => resolve(error === null ? stdout : null));
  });
}
