/**
 * `npm run doctor`: what this machine has of what the bot needs, and what to do about the rest.
 * Exit code 0 when the bot can run, 1 when something it cannot do without is missing. Prints no secret.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmdirSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isNewEnough, npmCommand } from './setup/node.mjs';
import { packagesReady } from './setup/packages.mjs';
import { FFMPEG_ADVICE, findPrograms, versionLine, YTDLP_ADVICE } from './setup/programs.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const GIB = 1024 ** 3;
/** A full disk loses uploads: below this the bot should not start. */
const DISK_NEEDED = GIB / 4;
/** Audio files, hourly backups and recordings of a few shows. */
const DISK_WANTED = 2 * GIB;
/** Sites change under yt-dlp; an old one fails on most links. */
const YTDLP_OLD_DAYS = 120;

/**
 * ok: fine. note: the bot runs, with less. bad: it cannot run.
 * @typedef {{ state: 'ok' | 'note' | 'bad', what: string, found: string, advice?: string }} Finding
 */

/** @param {string} what @param {string} found @returns {Finding} */
const ok = (what, found) => ({ state: 'ok', what, found });
/** @param {string} what @param {string} found @param {string} advice @returns {Finding} */
const note = (what, found, advice) => ({ state: 'note', what, found, advice });
/** @param {string} what @param {string} found @param {string} advice @returns {Finding} */
const bad = (what, found, advice) => ({ state: 'bad', what, found, advice });

function checkNode() {
  const { node } = process.versions;
  if (!isNewEnough(node))
    return bad('node', node, 'Install Node 24 from https://nodejs.org, or start with "npm run doctor".');
  return ok('node', `${node} (${process.execPath})`);
}

function checkNpm() {
  const npm = npmCommand(process.execPath);
  const result = spawnSync(npm.command, [...npm.args, '--version'], { encoding: 'utf8', timeout: 20_000 });
  return result.status === 0 ? ok('npm', result.stdout.trim()) : note('npm', 'cannot be run', 'It comes with Node.');
}

function checkPackages() {
  if (packagesReady(ROOT)) return ok('packages', 'as in package-lock.json');
  return bad(
    'packages',
    'missing or out of date',
    'Run "npm run doctor" again and read what npm says; the rest can be checked once they are there.',
  );
}

/** @param {ReturnType<typeof findPrograms>} programs @returns {Finding[]} */
function checkMedia({ ffmpeg, ffprobe, ytdlp }) {
  return [
    checkFfmpeg(ffmpeg),
    ...(ffmpeg === undefined ? [] : [checkOpus(ffmpeg)]),
    checkFfprobe(ffprobe, ffmpeg),
    checkYtdlp(ytdlp),
  ];
}

/** @param {string | undefined} file */
function checkFfmpeg(file) {
  if (file === undefined) return bad('ffmpeg', 'not found', FFMPEG_ADVICE);
  const version = versionLine(file, '-version');
  if (version === undefined) return bad('ffmpeg', `${file} cannot be run`, FFMPEG_ADVICE);
  return ok('ffmpeg', `${version.split(' ')[2]} (${file})`);
}

/** Uploads are stored as Opus, the only format Discord's voice takes. @param {string} ffmpeg */
function checkOpus(ffmpeg) {
  const { stdout } = spawnSync(ffmpeg, ['-hide_banner', '-encoders'], { encoding: 'utf8', timeout: 20_000 });
  if (/\blibopus\b/.test(stdout ?? '')) return ok('opus', 'ffmpeg has libopus');
  return bad('opus', 'this ffmpeg has no libopus', `Use a full build of ffmpeg. ${FFMPEG_ADVICE}`);
}

/** @param {string | undefined} file @param {string | undefined} ffmpeg */
function checkFfprobe(file, ffmpeg) {
  const advice = ffmpeg === undefined ? 'It comes with ffmpeg.' : FFMPEG_ADVICE;
  if (file === undefined) return bad('ffprobe', 'not found: uploads cannot be checked', advice);
  const version = versionLine(file, '-version');
  if (version === undefined) return bad('ffprobe', `${file} cannot be run`, FFMPEG_ADVICE);
  return ok('ffprobe', `${version.split(' ')[2]} (${file})`);
}

/** @param {string | undefined} file */
function checkYtdlp(file) {
  if (file === undefined) return note('yt-dlp', 'not found', YTDLP_ADVICE);
  const version = versionLine(file);
  if (version === undefined) return note('yt-dlp', `${file} cannot be run`, YTDLP_ADVICE);
  const ageDays = (Date.now() - Date.parse(version.split('.').slice(0, 3).join('-'))) / 86_400_000;
  if (ageDays <= YTDLP_OLD_DAYS) return ok('yt-dlp', `${version} (${file})`);
  return note(
    'yt-dlp',
    `${version} (${file})`,
    `Old: sites change all the time, many links will not play. ${YTDLP_ADVICE}`,
  );
}

/** Discord refuses voice without its end-to-end encryption. @returns {Promise<Finding>} */
async function checkDave() {
  return await loads('dave', 'reinstall the packages with "npm ci"', async () => {
    const davey = await import('@snazzah/davey');
    return `@snazzah/davey loads, protocol version ${davey.DAVE_PROTOCOL_VERSION}`;
  });
}

/** @returns {Promise<Finding>} */
async function checkSqlite() {
  const advice = 'Its install script has to run: "npm rebuild sqlite3 --foreground-scripts" shows why it does not work';
  return await loads('sqlite', advice, async () => {
    const { default: sqlite3 } = await import('sqlite3');
    const database = new sqlite3.Database(':memory:');
    /** @type {{ version: string }} */
    const row = await new Promise((done, failed) => {
      database.get('select sqlite_version() as version', (error, found) =>
        error ? failed(error) : done(/** @type {{ version: string }} */ (found)),
      );
    });
    database.close();
    return `sqlite3 loads, SQLite ${row.version}`;
  });
}

/**
 * A third party's package may fail to load in any way: whatever it throws is the finding.
 * @param {string} what @param {string} advice @param {() => Promise<string>} load
 * @returns {Promise<Finding>}
 */
async function loads(what, advice, load) {
  try {
    return ok(what, await load());
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return bad(what, `does not load: ${reason}`, `${advice}.`);
  }
}

/** @returns {Promise<Finding[]>} */
async function checkSettings() {
  const file = join(ROOT, '.env');
  // As the bot reads it; a package, and so not there for certain when the doctor begins.
  const { default: dotenv } = await import('dotenv');
  const env = { ...(existsSync(file) ? dotenv.parse(readFileSync(file)) : {}), ...process.env };
  const where = existsSync(file) ? '.env or the environment' : 'the environment; there is no .env file yet';
  const { parseConfig } = await import('../src/config.ts');
  const parsed = parseConfig(env);
  const problems = parsed.ok ? [] : parsed.error;
  // What was set wrongly is left out and a token made up, so that everything else can still be looked at.
  const wrong = problems.map(({ variable }) => [variable, undefined]);
  const rest = parsed.ok ? parsed : parseConfig({ ...env, ...Object.fromEntries(wrong), DISCORD_TOKEN: 'not-a-token' });
  if (!rest.ok) throw new Error('The settings cannot be read.');
  const { discord, dataDir, http } = rest.value;
  return [
    ...(problems.some(({ variable }) => variable === 'DISCORD_TOKEN') ? [] : [ok('token', `present (in ${where})`)]),
    ...problems.map(({ variable, problem }) =>
      bad(
        variable === 'DISCORD_TOKEN' ? 'token' : 'settings',
        `${variable} ${problem}`,
        `Read from ${where}. See .env.example.`,
      ),
    ),
    discord.messageContent
      ? ok('intent', 'MESSAGE_CONTENT=on: needs "Message Content Intent" on the Bot page of the Developer Portal')
      : note('intent', 'MESSAGE_CONTENT=off', 'Songs pasted into the submissions channel are not taken in.'),
    checkDataDir(dataDir),
    checkDisk(dataDir),
    await checkPort(http.host, http.port),
  ];
}

/** The folder itself or, before the first start, the one it will be created in. @param {string} dataDir */
function existingFolder(dataDir) {
  let folder = resolve(ROOT, dataDir);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

/** @param {string} dataDir @returns {Finding} */
function checkDataDir(dataDir) {
  const folder = existingFolder(dataDir);
  try {
    rmdirSync(mkdtempSync(join(folder, '.skipline-doctor-')));
    return ok('data', `DATA_DIR ${dataDir} can be written`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    return bad(
      'data',
      `DATA_DIR ${dataDir} cannot be written (${code})`,
      `Give this user write access to ${folder}, or set DATA_DIR.`,
    );
  }
}

/** @param {string} dataDir */
function checkDisk(dataDir) {
  const { bavail, bsize } = statfsSync(existingFolder(dataDir));
  const free = bavail * bsize;
  const found = `${(free / GIB).toFixed(1)} GiB free`;
  if (free < DISK_NEEDED) return bad('disk', found, 'Make room: uploads could not be stored.');
  if (free < DISK_WANTED) return note('disk', found, 'Little for audio files and backups of many shows.');
  return ok('disk', found);
}

/** @param {string} host @param {number} port @returns {Promise<Finding>} */
async function checkPort(host, port) {
  const code = await new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => done('code' in error ? error.code : error.message));
    server.listen(port, host, () => server.close(() => done(undefined)));
  });
  if (code === undefined) return ok('port', `${port} on ${host} is free`);
  return bad(
    'port',
    `${port} on ${host} cannot be used (${code})`,
    'Is the bot running already? Else set PORT to another number.',
  );
}

/** @param {readonly Finding[]} findings */
function print(findings) {
  const marks = { ok: ' ok ', note: 'note', bad: 'FIX ' };
  for (const { state, what, found, advice } of findings) {
    console.log(`[${marks[state]}] ${what.padEnd(9)} ${found}`);
    if (advice !== undefined) console.log(`${' '.repeat(17)}-> ${advice}`);
  }
  const broken = findings.filter(({ state }) => state === 'bad').length;
  const things = broken === 1 ? 'one thing' : `${broken} things`;
  console.log(broken === 0 ? '\nSkipline can run: npm start' : `\nSkipline cannot run yet: ${things} to fix above.`);
  return broken === 0 ? 0 : 1;
}

const packages = checkPackages();
const installed = packages.state === 'ok';
process.exitCode = print([
  checkNode(),
  checkNpm(),
  packages,
  ...checkMedia(findPrograms(ROOT)),
  ...(installed ? [await checkDave(), await checkSqlite(), ...(await checkSettings())] : []),
]);
