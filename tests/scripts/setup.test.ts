import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isNewEnough, memoryHere, memoryOptions, nodeEnv, nodeOptions } from '../../scripts/setup/node.mjs';
import { packagesReady, satisfies } from '../../scripts/setup/packages.mjs';
import { findProgram, findPrograms, providePrograms } from '../../scripts/setup/programs.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skipline-setup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(...path: readonly string[]): string {
  const file = join(folder, ...path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

describe('the Node that runs Skipline', () => {
  test.each([
    ['v20.20.2', false],
    ['22.11.0', false],
    ['22.12.0', true],
    ['23.0.0', true],
    ['v24.1.0', true],
    ['100.0.0', true],
    ['nonsense', false],
  ])('of version %s: new enough is %s', (version, expected) => {
    expect(isNewEnough(version)).toBe(expected);
  });

  test.each([
    ['22.12.0', true],
    ['22.17.9', true],
    ['22.18.0', false],
    ['23.5.0', true],
    ['23.6.0', false],
    ['24.0.0', false],
  ])('of version %s: needs a flag for TypeScript is %s', (version, expected) => {
    expect(nodeOptions(version).includes('--experimental-strip-types')).toBe(expected);
  });

  test('comes first on PATH, with its own headers for native packages', () => {
    const file = program('node', 'bin', 'node');
    program('node', 'include', 'node', 'node_api.h');
    const env = nodeEnv({ file, version: '24.0.0' }, { PATH: '/usr/bin', NODE: '/usr/bin/node' });
    expect(env.PATH).toBe(`${join(folder, 'node', 'bin')}${delimiter}/usr/bin`);
    expect(env.NODE).toBe(file);
    expect(env.npm_package_config_node_gyp_nodedir).toBe(join(folder, 'node'));
  });
});

describe('the packages are up to date', () => {
  const wanted = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/ffmpeg-static': { version: '5.3.0', optional: true },
    },
  };

  test.each([
    ['all is there', { zod: '4.0.0', 'ffmpeg-static': '5.3.0' }, true],
    ['an optional one is absent', { zod: '4.0.0' }, true],
    ['one is absent', { 'ffmpeg-static': '5.3.0' }, false],
    ['one has another version', { zod: '4.1.0' }, false],
    ['an optional one has another version', { zod: '4.0.0', 'ffmpeg-static': '5.2.0' }, false],
    ['there are more', { zod: '4.0.0', other: '1.0.0' }, true],
  ])('when %s', (_case, versions, expected) => {
    const packages = Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]),
    );
    expect(satisfies({ packages }, wanted)).toBe(expected);
  });

  test('not before npm has finished, which it tells by its own list', () => {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(wanted));
    mkdirSync(join(folder, 'node_modules', 'zod'), { recursive: true });
    expect(packagesReady(folder)).toBe(false);
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), '{ "packages": { "node_mod');
    expect(packagesReady(folder)).toBe(false);
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify(wanted));
    expect(packagesReady(folder)).toBe(true);
  });
});

describe('programs', () => {
  test('are the first of their name on PATH, then in the usual places', () => {
    const usual = program('usual', 'tool');
    expect(findProgram('tool', { PATH: join(folder, 'empty') }, [dirname(usual)])).toBe(usual);
    const onPath = program('path', 'tool');
    expect(findProgram('tool', { PATH: dirname(onPath) }, [dirname(usual)])).toBe(onPath);
    expect(findProgram('tool', {}, [])).toBeUndefined();
  });

  test('are taken as configured, and ffprobe from beside the configured ffmpeg', () => {
    const ffmpeg = program('own', 'ffmpeg');
    const ffprobe = program('own', 'ffprobe');
    program('path', 'ffmpeg');
    program('path', 'ffprobe');
    const env = { PATH: join(folder, 'path'), FFMPEG_PATH: ffmpeg, YTDLP_PATH: '/nowhere/yt-dlp' };
    expect(findPrograms(folder, env)).toEqual({ ffmpeg, ffprobe, ytdlp: '/nowhere/yt-dlp' });
  });

  test('may be configured in .env, where the environment goes first', () => {
    writeFileSync(
      join(folder, '.env'),
      '\uFEFFFFMPEG_PATH=/a/ffmpeg\r\nDISCORD_TOKEN=abc\r\nYTDLP_PATH="/b/yt-dlp"\r\n',
    );
    expect(findPrograms(folder, { YTDLP_PATH: '/c/yt-dlp' })).toMatchObject({
      ffmpeg: '/a/ffmpeg',
      ytdlp: '/c/yt-dlp',
    });
  });

  test('ffmpeg comes from the npm package when PATH has none', () => {
    const path = program('path', 'other');
    const bundled = program('node_modules', 'ffmpeg-static', 'ffmpeg');
    const found = findPrograms(folder, { PATH: dirname(path) });
    // A machine that has ffmpeg in a usual place uses that one.
    expect([bundled, findProgram('ffmpeg', {})]).toContain(found.ffmpeg);
  });

  describe('that are missing', () => {
    const now = Date.now();
    const none = { ffmpeg: undefined, ffprobe: undefined, ytdlp: undefined };
    const media = { ...none, ffmpeg: '/x/ffmpeg', ffprobe: '/x/ffprobe' };
    const asked = () =>
      existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n') : [];
    /** Stands for apt-get: keeps what it was asked, and fails to install what it is told to. */
    const apt = (fails = 'nothing') => {
      const file = program('apt-get');
      const install = `case "$*" in *install*${fails}) exit 100;; esac`;
      writeFileSync(file, `#!/bin/sh\necho "$*" >> ${join(folder, 'asked')}\n${install}\n`);
      return [file];
    };
    const words = () => asked().map((line) => line.replace(/(-o \S+ )+/, ''));

    test('are installed, yt-dlp when links are to be played', async () => {
      await providePrograms(folder, { links: false }, { find: () => none, apt: apt(), now });
      expect(words()).toEqual(['update', 'install -y --no-install-recommends --reinstall ffmpeg']);
      await providePrograms(folder, { links: true }, { find: () => media, apt: apt(), now });
      expect(words().slice(2)).toEqual(['update', 'install -y --no-install-recommends --reinstall yt-dlp']);
    });

    test('stop nobody: yt-dlp that cannot be installed is tried again the next day', async () => {
      const machine = { find: () => media, apt: apt('yt-dlp'), now };
      expect(await providePrograms(folder, { links: true }, machine)).toEqual(media);
      expect(await providePrograms(folder, { links: true }, machine)).toEqual(media);
      expect(words()).toHaveLength(2);
      await providePrograms(folder, { links: true }, { ...machine, now: now + 25 * 3_600_000 });
      expect(words()).toHaveLength(4);
    });

    test('are left alone where nothing can be installed', async () => {
      expect(await providePrograms(folder, { links: true }, { find: () => none, apt: undefined, now })).toEqual(none);
    });
  });
});

describe('memory', () => {
  test.each([
    [512 * 2 ** 20, ['--max-old-space-size=128', '--max-semi-space-size=2']],
    [2 ** 30, ['--max-old-space-size=128', '--max-semi-space-size=2']],
    [2 * 2 ** 30, ['--max-semi-space-size=4']],
  ])('of %i bytes: the bot is started to fit, and to collect garbage in small pieces', (bytes, options) => {
    expect(memoryOptions(bytes)).toEqual(options);
  });

  test('is told by the container around us, and never by more than the machine has', () => {
    expect(memoryHere()).toBeGreaterThan(64 * 2 ** 20);
    expect(memoryHere()).toBeLessThanOrEqual(totalmem());
  });
});
