/**
 * Starts a task on any machine with Node 20 and npm: `node scripts/launch.mjs <task> [arguments]`.
 * It first makes sure of what the task needs (a Node that is new enough, the npm packages, ffmpeg, yt-dlp) and says what
 * it does.
 * Node's built-in modules only: nothing is installed yet when this runs.
 */
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forwardSignals, receivedSignal, run, signalExitCode } from './setup/child.mjs';
import { withLock } from './setup/lock.mjs';
import { findNode, installNode, memoryHere, memoryOptions, nodeEnv, nodeOptions } from './setup/node.mjs';
import { installPackages, packagesReady } from './setup/packages.mjs';
import { FFMPEG_ADVICE, findPrograms, providePrograms, requirePrograms, YTDLP_ADVICE } from './setup/programs.mjs';
import { SetupError, say } from './setup/say.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const TOOLS = join(ROOT, '.tools');

/**
 * A task runs its commands one after the other, all of them, and fails when one of them fails. The words given after
 * the task go to its last command. The names are said when there are several.
 * media: 'needed' stops without ffmpeg, 'wanted' only says so. links: yt-dlp is wanted too.
 * @typedef {{ media: 'needed' | 'wanted' | 'none', links?: true, commands: Readonly<Record<string, readonly string[]>> }} Task
 * @type {Readonly<Record<string, Task>>}
 */
const TASKS = {
  start: { media: 'wanted', links: true, commands: { bot: ['src/main.ts'] } },
  demo: { media: 'needed', links: true, commands: { demo: ['sandbox/demo.ts'] } },
  test: { media: 'wanted', links: true, commands: { tests: ['node_modules/vitest/vitest.mjs', 'run'] } },
  check: {
    media: 'none',
    commands: {
      types: ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit'],
      'overlay types': ['node_modules/typescript/bin/tsc', '-p', 'src/web/public.tsconfig.json', '--noEmit'],
      'page types': ['node_modules/typescript/bin/tsc', '-p', 'sandbox/page/tsconfig.json', '--noEmit'],
      style: ['node_modules/@biomejs/biome/bin/biome', 'ci', ...(process.stdout.isTTY ? [] : ['--colors=off']), '.'],
      architecture: ['node_modules/vitest/vitest.mjs', 'run', 'tests/architecture.test.ts'],
    },
  },
  bench: { media: 'needed', commands: { bench: ['bench/main.ts'] } },
  chaos: { media: 'needed', commands: { chaos: ['chaos/main.ts'] } },
  doctor: { media: 'none', commands: { doctor: ['scripts/doctor.mjs'] } },
  restore: { media: 'none', commands: { restore: ['scripts/restore.mjs'] } },
  pictures: { media: 'needed', commands: { pictures: ['sandbox/pictures.ts'] } },
};

/** @param {readonly string[]} argv @returns {Promise<number>} exit code */
async function launch([name = '', ...args]) {
  const task = TASKS[name];
  if (task === undefined)
    throw new SetupError([`Usage: node scripts/launch.mjs <${Object.keys(TASKS).join('|')}> [arguments]`]);
  const node = await prepareNode();
  await preparePackages(node, name);
  const env = taskEnv(node, await prepareMedia(task, name));
  if (name === 'start') tuneMemory(env);
  if (receivedSignal() !== undefined) throw new SetupError(['Stopped.']);
  return await runCommands(task, args, node, env);
}

/** Installs while no other launcher does. @param {() => Promise<void>} work */
async function alone(work) {
  const onWait = (/** @type {string} */ pid, /** @type {number} */ waitedMs) =>
    say(`Another launcher (process ${pid}) is installing; waiting for it... ${waitedMs / 1000} s`);
  await withLock(join(TOOLS, 'launch.lock'), work, { onWait, aborted: () => receivedSignal() !== undefined });
}

async function prepareNode() {
  let node = findNode(TOOLS);
  if (node !== undefined) return node;
  say(`This is Node ${process.versions.node}, too old to run Skipline, and no newer one was found on PATH.`);
  await alone(async () => {
    node = findNode(TOOLS) ?? (await installNode(TOOLS));
  });
  if (node === undefined) throw new SetupError(['No usable Node.']);
  return node;
}

/** @param {import('./setup/node.mjs').NodeProgram} node @param {string} name */
async function preparePackages(node, name) {
  if (packagesReady(ROOT)) return;
  try {
    await alone(async () => {
      if (!packagesReady(ROOT)) await installPackages(ROOT, node);
    });
  } catch (error) {
    // The doctor is for exactly this moment: it tells what works without the packages.
    if (name !== 'doctor' || !(error instanceof SetupError) || receivedSignal() !== undefined) throw error;
    for (const line of error.lines) say(line);
  }
}

/** @param {Task} task @param {string} name */
async function prepareMedia(task, name) {
  let programs = findPrograms(ROOT);
  if (task.media === 'none') return programs;
  const links = task.links === true;
  const isShort = (/** @type {typeof programs} */ { ffmpeg, ffprobe }) => ffmpeg === undefined || ffprobe === undefined;
  if (isShort(programs) || (links && programs.ytdlp === undefined)) {
    await alone(async () => {
      programs = await providePrograms(ROOT, { links });
    });
  }
  if (task.media === 'needed') requirePrograms(programs, name);
  else if (isShort(programs)) say(`Going on without it. ${FFMPEG_ADVICE}`);
  if (links && programs.ytdlp === undefined) say(`Going on without yt-dlp. ${YTDLP_ADVICE}`);
  return programs;
}

/**
 * @param {import('./setup/node.mjs').NodeProgram} node
 * @param {ReturnType<typeof findPrograms>} programs
 */
function taskEnv(node, programs) {
  const env = nodeEnv(node);
  const path = (env.PATH ?? '').split(delimiter);
  // Found outside PATH (just installed, or a minimal PATH): every program the task starts finds them by name too.
  const extra = [programs.ffmpeg, programs.ffprobe, programs.ytdlp].flatMap((file) =>
    file === undefined ? [] : [dirname(file)],
  );
  env.PATH = [...new Set([...path, ...extra])].join(delimiter);
  // Compiled once, read the next time: a start takes two thirds of the time.
  env.NODE_COMPILE_CACHE ??= join(TOOLS, 'compile-cache');
  env.NODE_OPTIONS = [env.NODE_OPTIONS ?? '', ...nodeOptions(node.version)].join(' ').trim();
  return env;
}

/** What the operator set wins: it comes last. @param {NodeJS.ProcessEnv} env */
function tuneMemory(env) {
  env.NODE_OPTIONS = [...memoryOptions(memoryHere()), env.NODE_OPTIONS ?? ''].join(' ').trim();
  // The C library otherwise keeps freed memory for every thread.
  env.MALLOC_ARENA_MAX ??= '2';
}

/**
 * @param {Task} task
 * @param {readonly string[]} args
 * @param {import('./setup/node.mjs').NodeProgram} node
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} the exit code of the last command that failed, else 0
 */
async function runCommands(task, args, node, env) {
  const names = Object.keys(task.commands);
  const outcomes = [];
  let exitCode = 0;
  for (const [name, command] of Object.entries(task.commands)) {
    if (names.length > 1) say(`${name}: ${command.join(' ')}`);
    const words = name === names.at(-1) ? [...command, ...args] : command;
    const { code } = await run(node.file, words, { cwd: ROOT, env, show: true });
    outcomes.push(`${name} ${code === 0 ? 'ok' : 'FAILED'}`);
    if (code !== 0) exitCode = code;
    if (receivedSignal() !== undefined) break;
  }
  if (names.length > 1) say(outcomes.join(', '));
  return exitCode;
}

forwardSignals();
try {
  process.exitCode = await launch(process.argv.slice(2));
} catch (error) {
  const signal = receivedSignal();
  process.exitCode = signal === undefined ? 1 : signalExitCode(signal);
  if (signal !== undefined) say('Stopped.');
  else if (error instanceof SetupError) for (const line of error.lines) say(line);
  else throw error;
}
