import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  busyConstructors,
  emptyCatches,
  exportFaults,
  importEffects,
  longFunctions,
  MAX_FILE_LINES,
  MAX_FUNCTION_LINES,
  moduleMocks,
  processFaults,
  purityFaults,
  sleeps,
  suppressions,
} from './architecture/code-rules.ts';
import { importCircles, layerFaults, libraryFaults, sharedLibraries, treeFaults } from './architecture/layers.ts';
import { listFiles, packageOf, parse, ROOT, readSources, type SourceFile } from './architecture/source.ts';

/** Pure tables may be as long as they are: a path for a file, `path#name` for a function. */
const LONG_TABLES = new Set<string>([]);

const FORBIDDEN_WORDS = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'misc', 'index']);
const KEBAB_FOLDER = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const KEBAB_FILE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)+$/;

const paths = listFiles(['src', 'sandbox', 'tests', 'bench', 'scripts']);
// The pages that a browser runs: their own small world, linted but not layered.
const sources = readSources(
  paths.filter((path) => !path.startsWith('src/web/public/') && !path.startsWith('sandbox/page/')),
);
const below = (folder: string) => sources.filter(({ path }) => path.startsWith(`${folder}/`));
const src = below('src');
const tests = below('tests');

/** Rules report `path:line what is wrong`; a good project reports nothing. */
function expectNoFaults(faults: readonly string[]): void {
  expect(faults.join('\n')).toBe('');
}

function faultsOf(files: readonly SourceFile[], rule: (file: SourceFile) => readonly string[]): readonly string[] {
  return files.flatMap(rule);
}

describe('imports', () => {
  test('inside src/ follow the table of layers', () => expectNoFaults(faultsOf(src, layerFaults)));

  test('of src/, sandbox/, bench/ and scripts/ stay in their own trees', () =>
    expectNoFaults(faultsOf(sources, treeFaults)));

  test('form no circle: in the bot not even of types, elsewhere not of values', () => {
    const doubles = ['sandbox', 'scripts', 'bench'].flatMap((tree) => importCircles(below(tree), 'values only'));
    expectNoFaults([...importCircles(src, 'types too'), ...doubles]);
  });

  test('of a library stand in the one place that knows it', () => {
    expectNoFaults([...faultsOf(src, libraryFaults), ...sharedLibraries(src)]);
  });

  test('are declared in package.json, and what the bot needs is no development dependency', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const shipped = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const undeclared = (files: readonly SourceFile[], declared: object) =>
      files.flatMap(({ path, imports }) =>
        imports.flatMap(({ specifier, line }) => {
          const name = packageOf(specifier);
          return name === undefined || Object.hasOwn(declared, name) ? [] : [`${path}:${line} ${name} is not declared`];
        }),
      );
    expectNoFaults([...undeclared(src, shipped), ...undeclared(sources, { ...shipped, ...manifest.devDependencies })]);
  });
});

describe('the code', () => {
  test('of rules and cards depends on arguments alone, and use cases ask their clock', () => {
    expectNoFaults(faultsOf(src, purityFaults));
  });

  test('reads the environment, prints and exits in main.ts only', () => expectNoFaults(faultsOf(src, processFaults)));

  test('does nothing on import, except for main.ts and the threads', () => {
    expectNoFaults(
      faultsOf(
        src.filter(({ path }) => path !== 'src/main.ts' && !path.endsWith('-worker.ts')),
        importEffects,
      ),
    );
  });

  test('starts no work in a constructor', () => expectNoFaults(faultsOf(src, busyConstructors)));

  test('swallows no failure', () => expectNoFaults(faultsOf(sources, emptyCatches)));

  test('exports by name, without barrels', () => expectNoFaults(faultsOf([...src, ...below('sandbox')], exportFaults)));

  test('never switches the compiler off', () => expectNoFaults(faultsOf(sources, suppressions)));
});

describe('tests', () => {
  test('replace no module', () => expectNoFaults(faultsOf(tests, moduleMocks)));

  test('do not sleep', () => expectNoFaults(faultsOf(tests, sleeps)));
});

describe('sizes and names', () => {
  test(`no file has more than ${MAX_FILE_LINES} lines, pure tables excepted`, () => {
    const lines = ({ text }: SourceFile) => text.trimEnd().split('\n').length;
    const long = sources.filter((file) => lines(file) > MAX_FILE_LINES && !LONG_TABLES.has(file.path));
    expectNoFaults(long.map((file) => `${file.path} has ${lines(file)} lines`));
  });

  test(`no function has more than ${MAX_FUNCTION_LINES} lines, pure tables excepted`, () => {
    const long = sources.flatMap((file) =>
      longFunctions(file, MAX_FUNCTION_LINES).filter(({ name }) => !LONG_TABLES.has(`${file.path}#${name}`)),
    );
    expectNoFaults(long.map(({ at, name, lines }) => `${at} ${name} has ${lines} lines`));
  });

  test('the list of excepted tables holds nothing that is gone', () => {
    expectNoFaults([...LONG_TABLES].filter((entry) => !paths.includes(entry.replace(/#.*/, ''))));
  });

  test('are kebab-case and say what is inside', () => {
    const faults = paths.flatMap((path) => {
      const [file = '', ...folders] = path.split('/').reverse();
      const words = [file.split('.')[0] ?? '', ...folders].flatMap((part) => part.split('-'));
      const forbidden = words.filter((word) => FORBIDDEN_WORDS.has(word)).map((word) => `${path} is called "${word}"`);
      const kebab = KEBAB_FILE.test(file) && folders.every((folder) => KEBAB_FOLDER.test(folder));
      return [...forbidden, ...(kebab ? [] : [`${path} is not kebab-case`])];
    });
    expectNoFaults(faults.filter((fault) => !/\.html? is called "index"$/.test(fault.replace(/index\.html/, '.html'))));
  });
});

/** A rule that finds nothing may be a good project or a blind rule: each one is shown a fault. */
describe('the rules see', () => {
  const seen = (rule: (file: SourceFile) => readonly string[], path: string, text: string) =>
    rule(parse(path, text)).length;

  test.each<[string, (file: SourceFile) => readonly string[], string, string, number]>([
    ['a layer that is not allowed', layerFaults, 'src/domain/a.ts', "import { b } from '../lib/b.ts';", 1],
    ['a type import', layerFaults, 'src/store/a.ts', "import type { B } from '../audio/b.ts';", 1],
    ['an inline type import', layerFaults, 'src/web/a.ts', "type B = import('../discord/b.ts').B;", 1],
    ['a dynamic import', layerFaults, 'src/services/a.ts', "const b = () => import('../store/b.ts');", 1],
    ['a re-export', layerFaults, 'src/ports/a.ts', "export { b } from '../services/b.ts';", 1],
    [
      'allowed imports',
      layerFaults,
      'src/services/a.ts',
      "import { b } from '../domain/b.ts'; import '../lib/c.ts';",
      0,
    ],
    ['the sandbox in the bot', treeFaults, 'src/app.ts', "import { b } from '../sandbox/b.ts';", 1],
    ['the bot in the sandbox', treeFaults, 'sandbox/a.ts', "import type { B } from '../src/domain/b.ts';", 1],
    ['a library in the wrong layer', libraryFaults, 'src/services/a.ts', "import { Client } from 'discord.js';", 1],
    ['values of discord.js in audio', libraryFaults, 'src/audio/a.ts', "import { Client } from 'discord.js';", 1],
    ['types of discord.js in audio', libraryFaults, 'src/audio/a.ts', "import type { Client } from 'discord.js';", 0],
    ['any library in the domain', libraryFaults, 'src/domain/a.ts', "import { z } from 'zod';", 1],
    ['the connector in a second file', libraryFaults, 'src/tiktok/normalise.ts', "import 'tiktok-live-connector';", 1],
    ['files in a use case', libraryFaults, 'src/services/a.ts', "import { readFileSync } from 'node:fs';", 1],
    [
      'the clock in a rule',
      purityFaults,
      'src/domain/a.ts',
      'export const f = () => Date.now() + new Date().getTime();',
      2,
    ],
    ['arithmetic with dates', purityFaults, 'src/domain/a.ts', 'export const f = (ms: number) => new Date(ms);', 0],
    ['the environment', processFaults, 'src/audio/a.ts', 'export const f = () => process.env.PATH;', 1],
    ['an effect of an import', importEffects, 'src/audio/a.ts', 'const a = new Map(); a.set(1, 2);', 1],
    ['work in a constructor', busyConstructors, 'src/audio/a.ts', 'class A { constructor() { this.start(); } }', 1],
    [
      'assignments in a constructor',
      busyConstructors,
      'src/audio/a.ts',
      'class A extends B { constructor(x) { super(); this.#x = x; } #x; }',
      0,
    ],
    [
      'collections filled in a constructor',
      busyConstructors,
      'src/audio/a.ts',
      'class A { constructor(all) { for (const x of all) this.#x.set(x, 1); } #x; }',
      0,
    ],
    ['an empty catch', emptyCatches, 'src/a.ts', 'try { f(); } catch { /* fine */ }', 1],
    ['a catch of a promise', emptyCatches, 'src/a.ts', 'f().catch(() => {}); f().catch(() => undefined);', 2],
    ['a catch that handles', emptyCatches, 'src/a.ts', 'try { f(); } catch (error) { log(error); } f().catch(log);', 0],
    ['a default export', exportFaults, 'src/a.ts', 'export default 1;', 1],
    ['a barrel', exportFaults, 'src/a.ts', "export * from './b.ts';", 1],
    ['a silenced compiler', suppressions, 'src/a.ts', '// @ts-ignore later\nf();', 1],
    ['a module mock', moduleMocks, 'tests/a.test.ts', "vi.mock('../src/a.ts');", 1],
    ['a sleep', sleeps, 'tests/a.test.ts', 'await new Promise((done) => setTimeout(done, 50));', 1],
    [
      'a sleep in two steps',
      sleeps,
      'tests/a.test.ts',
      'await new Promise((done) => { setTimeout(() => done(1), 50); });',
      1,
    ],
    ['an imported sleep', sleeps, 'tests/a.test.ts', "import { setTimeout as sleep } from 'node:timers/promises';", 1],
    [
      'a deadline',
      sleeps,
      'tests/a.test.ts',
      'new Promise((done, fail) => { on(done); setTimeout(() => fail(late), 50); });',
      0,
    ],
  ])('%s', (_what, rule, path, text, faults) => {
    expect(seen(rule, path, text)).toBe(faults);
  });

  test('a circle of imports', () => {
    const files = [
      parse('src/lib/a.ts', "import './b.ts';"),
      parse('src/lib/b.ts', "import type { C } from './c.ts';"),
      parse('src/lib/c.ts', "import './a.ts'; import './d.ts';"),
      parse('src/lib/d.ts', ''),
    ];
    expect(importCircles(files, 'types too')).toEqual(['src/lib/a.ts <-> src/lib/b.ts <-> src/lib/c.ts']);
    expect(importCircles(files, 'values only')).toEqual([]);
  });

  test('a library that two layers share', () => {
    const files = ['src/web/a.ts', 'src/audio/b.ts'].map((path) => parse(path, "import 'left-pad';"));
    expect(sharedLibraries(files)).toEqual(['left-pad is used by audio and web: one layer should know it']);
  });

  test('a function that is too long, but not a chapter of tests', () => {
    const body = '\n'.repeat(5);
    const text = `describe('a', () => {${body}}); function long() {${body}} const arrow = () => {${body}};`;
    expect(longFunctions(parse('tests/a.test.ts', text), 3).map(({ name }) => name)).toEqual(['long', 'arrow']);
  });
});
