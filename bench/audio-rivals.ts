import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SideName } from './audio-child.ts';

const FOLDER = fileURLToPath(new URL('./rivals', import.meta.url));
const PACKAGES = { usual: 'opusscript', 'discord-player': 'discord-player' } as const;
export type RivalName = keyof typeof PACKAGES & SideName;

/** From the network, into their own folder. What could not be installed is not measured, and that is said. */
export function installRivals(): readonly RivalName[] {
  const isThere = (name: RivalName): boolean => existsSync(join(FOLDER, 'node_modules', PACKAGES[name]));
  const names = Object.keys(PACKAGES) as RivalName[];
  if (names.every(isThere)) return names;
  process.stdout.write('  installing what is measured beside us (bench/rivals) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Without a lock: npm cannot read back its own where packages are for other systems only. The versions are pinned.
  const args = ['install', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { stdout, stderr, error } = spawnSync(npm, args, { cwd: FOLDER, encoding: 'utf8', timeout: 300_000 });
  const missing = names.filter((name) => !isThere(name));
  if (missing.length > 0) {
    const said = (error?.message ?? `${stdout}${stderr}`).trim().split('\n').slice(-8).join('\n    ');
    process.stdout.write(`  !! NOT MEASURED, because npm could not install it: ${missing.join(', ')}\n    ${said}\n`);
    process.exitCode = 1;
  }
  return names.filter(isThere);
}
