import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
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

/** An installation that failed is not tried again at every start: without a network it takes minutes to fail. */
const TRY_AGAIN_MS = 24 * 3_600_000;

/**
 * What may be installed, and how. The names are those of Debian's packages.
 * @typedef {{ find: () => Programs, apt: readonly string[] | undefined, now: number }} Machine
 * @typedef {ReturnType<typeof findPrograms>} Programs
 */

/**
 * ffmpeg and ffprobe, and yt-dlp when links are to be played, installed with apt-get when they are missing and this user
 * may do that. Says what it does, and never fails: who needs a program looks at what is there.
 * @param {string} root
 * @param {{ links: boolean }} wanted
 * @param {Machine} [machine]
 * @returns {Promise<Programs>}
 */
export async function providePrograms(
  root,
  wanted,
  { find, apt, now } = { find: () => findPrograms(root), apt: aptGet(), now: Date.now() },
) {
  const missing = missingPackages(find(), wanted).filter(
    ({ name, optional }) => !optional || !triedLately(root, name, now),
  );
  if (missing.length === 0) return find();
  const names = missing.map(({ program }) => program).join(', ');
  if (apt === undefined) {
    say(`Not found: ${names}; apt-get cannot be used here (no apt-get, or neither root nor sudo without password).`);
    return find();
  }
  const packages = missing.map(({ name }) => name);
  say(`Not found: ${names}. Installing with apt-get: ${packages.join(', ')}.`);
  await runApt(apt, 'Reading the package lists (apt-get update)', ['update']);
  for (const { name, optional } of missing) {
    if (optional) noteTry(root, name);
    // --reinstall: the package may be registered although its files are gone.
    const install = ['install', '-y', '--no-install-recommends', '--reinstall', name];
    await runApt(apt, `Installing ${name} (apt-get install)`, install);
  }
  return find();
}

/** @param {Programs} programs @param {{ links: boolean }} wanted */
function missingPackages({ ffmpeg, ffprobe, ytdlp }, { links }) {
  const media = ffmpeg === undefined ? 'ffmpeg' : ffprobe === undefined ? 'ffprobe' : undefined;
  return [
    ...(media === undefined ? [] : [{ program: media, name: 'ffmpeg', optional: false }]),
    ...(links && ytdlp === undefined ? [{ program: 'yt-dlp', name: 'yt-dlp', optional: true }] : []),
  ];
}

/** @param {string} root @param {string} name */
const triedFile = (root, name) => join(root, '.tools', `${name}.tried`);

/** @param {string} root @param {string} name @param {number} now */
function triedLately(root, name, now) {
  const tried = statSync(triedFile(root, name), { throwIfNoEntry: false });
  return tried !== undefined && now - tried.mtimeMs < TRY_AGAIN_MS;
}

/** @param {string} root @param {string} name */
function noteTry(root, name) {
  mkdirSync(join(root, '.tools'), { recursive: true });
  writeFileSync(triedFile(root, name), '');
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

export const YTDLP_ADVICE =
  'Uploaded files play without it, most links do not. Install a current one ("pipx install yt-dlp", or ' +
  'https://github.com/yt-dlp/yt-dlp/wiki/Installation), or set YTDLP_PATH to the program.';

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
  // Editors on Windows begin a file with a mark that would become part of the first name.
  const { FFMPEG_PATH, YTDLP_PATH } = parseEnv(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
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
  // A machine without a network must not be waited for either.
  const patience = ['DPkg::Lock::Timeout=120', 'Acquire::Retries=1', 'Acquire::http::Timeout=20'];
  const options = patience.flatMap((option) => ['-o', option]);
  const result = await step(label, () => run(command, [...prefix, ...options, ...args], { env }));
  if (result.code !== 0) say(`apt-get ${args[0]} failed (exit code ${result.code}):\n${result.output.trimEnd()}`);
}
