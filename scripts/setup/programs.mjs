import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { run } from './child.mjs';
import { SetupError, say, step } from './say.mjs';

/** Where package managers put programs even when a minimal PATH does not say so. */
const USUAL_DIRS = process.platform === 'win32' ? [] : ['/usr/local/bin', '/usr/bin', '/bin', '/opt/homebrew/bin'];
const EXTENSIONS = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];

/**
 * The first file of that name on PATH, then in the usual places.
 * @param {string} name
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [usualDirs]
 * @returns {string | undefined} absolute path
 */
export function findProgram(name, env = process.env, usualDirs = USUAL_DIRS) {
  const dirs = [...(env.PATH ?? '').split(delimiter).filter((dir) => dir !== ''), ...usualDirs];
  return dirs
    .flatMap((dir) => EXTENSIONS.map((extension) => join(dir, name + extension)))
    .find((file) => existsSync(file));
}

/**
 * First line a program prints about its version, or undefined when it cannot be run.
 * @param {string} file
 * @param {string} flag
 */
export function versionLine(file, flag = '--version') {
  const result = spawnSync(file, [flag], { encoding: 'utf8', timeout: 20_000 });
  return result.status === 0 ? (result.stdout.split('\n')[0] ?? '').trim() : undefined;
}

/**
 * Where ffmpeg, ffprobe and yt-dlp are. A path that was configured is taken as it is, right or wrong.
 * @param {string} root project folder
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {{ ffmpeg: string | undefined, ffprobe: string | undefined, ytdlp: string | undefined }}
 */
export function findPrograms(root, env = process.env) {
  const configured = { ...readDotEnv(root), ...env };
  const ffmpeg = configured.FFMPEG_PATH || findProgram('ffmpeg', env) || bundledFfmpeg(root);
  const beside = ffmpeg === undefined ? undefined : findProgram('ffprobe', { PATH: dirname(ffmpeg) }, []);
  return {
    ffmpeg,
    ffprobe: beside ?? findProgram('ffprobe', env),
    ytdlp: configured.YTDLP_PATH || findProgram('yt-dlp', env),
  };
}

/**
 * ffmpeg and ffprobe, installed with apt-get when they are missing and this user may do that.
 * @param {string} root
 * @returns {Promise<ReturnType<typeof findPrograms>>}
 */
export async function providePrograms(root) {
  const found = findPrograms(root);
  if (found.ffmpeg !== undefined && found.ffprobe !== undefined) return found;
  const missing = found.ffmpeg === undefined ? 'ffmpeg' : 'ffprobe';
  const apt = aptGet();
  if (apt === undefined) {
    say(
      `${missing} was not found, and apt-get cannot be used here (no apt-get, or neither root nor sudo without password).`,
    );
    return found;
  }
  say(`${missing} was not found: installing the ffmpeg package with apt-get.`);
  await runApt(apt, 'Reading the package lists (apt-get update)', ['update']);
  // --reinstall: the package may be registered although its files are gone.
  const install = ['install', '-y', '--no-install-recommends', '--reinstall', 'ffmpeg'];
  await runApt(apt, 'Installing ffmpeg (apt-get install)', install);
  return findPrograms(root);
}

/**
 * Stops when a program that this task cannot do without is missing.
 * @param {ReturnType<typeof findPrograms>} programs
 * @param {string} task
 */
export function requirePrograms(programs, task) {
  const missing = [programs.ffmpeg === undefined ? 'ffmpeg' : '', programs.ffprobe === undefined ? 'ffprobe' : ''];
  const names = missing.filter((name) => name !== '').join(' and ');
  if (names !== '') throw new SetupError([`"${task}" needs ${names}.`, FFMPEG_ADVICE]);
}

export const FFMPEG_ADVICE =
  'Install the ffmpeg package of your system (it brings ffprobe): "apt-get install ffmpeg" as root, "brew install ffmpeg", ' +
  '"winget install ffmpeg"; or set FFMPEG_PATH to the program.';

/** The binary of the optional npm package; absent when its download failed. @param {string} root */
function bundledFfmpeg(root) {
  const file = join(root, 'node_modules', 'ffmpeg-static', process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg');
  return existsSync(file) ? file : undefined;
}

/** The .env file only for these paths: the tasks must not see its secrets through the launcher. @param {string} root */
function readDotEnv(root) {
  const file = join(root, '.env');
  if (!existsSync(file)) return {};
  const { FFMPEG_PATH, YTDLP_PATH } = parseEnv(readFileSync(file, 'utf8'));
  return { FFMPEG_PATH, YTDLP_PATH };
}

/** The command that installs packages as root, if this user has one. @returns {readonly string[] | undefined} */
function aptGet() {
  const apt = findProgram('apt-get');
  if (apt === undefined || process.platform !== 'linux') return undefined;
  if (process.getuid?.() === 0) return [realpathSync(apt)];
  const sudo = findProgram('sudo');
  if (sudo === undefined || spawnSync(sudo, ['-n', 'true'], { timeout: 10_000 }).status !== 0) return undefined;
  return [sudo, '-n', 'DEBIAN_FRONTEND=noninteractive', realpathSync(apt)];
}

/**
 * @param {readonly string[]} apt
 * @param {string} label
 * @param {readonly string[]} args
 */
async function runApt(apt, label, args) {
  const [command = 'apt-get', ...prefix] = apt;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Another apt may be at work: wait up to two minutes for its lock instead of failing at once.
  const result = await step(label, () => run(command, [...prefix, '-o', 'DPkg::Lock::Timeout=120', ...args], { env }));
  if (result.code !== 0) say(`apt-get ${args[0]} failed (exit code ${result.code}):\n${result.output.trimEnd()}`);
}
