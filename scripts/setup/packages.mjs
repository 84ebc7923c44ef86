import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.mjs';
import { nodeEnv, npmCommand } from './node.mjs';
import { SetupError, step } from './say.mjs';

/** @typedef {{ version?: string, optional?: boolean, link?: boolean }} LockEntry */
/** @typedef {{ packages?: Record<string, LockEntry> }} Lockfile */

/**
 * Whether node_modules holds what package-lock.json says. npm leaves a list of what it installed in
 * node_modules/.package-lock.json, and only after everything succeeded: it is the stamp, whoever ran npm.
 * Optional packages may be absent (other platforms, a download that failed).
 * @param {string} root
 */
export function packagesReady(root) {
  const wanted = readLockfile(join(root, 'package-lock.json'));
  const installed = readLockfile(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined)
    throw new SetupError(['package-lock.json is missing or damaged: this is not a whole clone.']);
  return installed !== undefined && satisfies(installed, wanted);
}

/** @param {Lockfile} installed @param {Lockfile} wanted */
export function satisfies(installed, wanted) {
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    const present = installed.packages?.[path];
    return path === '' || (present === undefined ? entry.optional === true : present.version === entry.version);
  });
}

/**
 * Runs `npm ci` with the chosen Node.
 * @param {string} root
 * @param {import('./node.mjs').NodeProgram} node
 */
export async function installPackages(root, node) {
  const npm = npmCommand(node.file);
  const compiled = join(root, 'node_modules', 'sqlite3', 'build');
  const detail = () =>
    existsSync(join(compiled, 'Makefile')) && !existsSync(join(compiled, 'Release', 'node_sqlite3.node'))
      ? 'compiling SQLite from source, about a minute'
      : '';
  const args = [...npm.args, 'ci', '--no-audit', '--no-fund'];
  const result = await step(
    'Installing the packages (npm ci)',
    () => run(npm.command, args, { cwd: root, env: nodeEnv(node) }),
    detail,
  );
  if (result.code === 0) return;
  throw new SetupError([
    `npm ci failed (exit code ${result.code}):`,
    result.output.trimEnd(),
    'It needs the npm registry; without a ready-made SQLite also Python 3, make and a C++ compiler (Debian: apt-get install python3 make g++).',
  ]);
}

/** @param {string} file @returns {Lockfile | undefined} undefined when absent or not JSON */
function readLockfile(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
