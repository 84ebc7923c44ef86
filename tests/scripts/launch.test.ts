import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const SCRIPTS = join(import.meta.dirname, '..', '..', 'scripts');
let clone: string;

/** A clone in which everything is installed already: a lockfile without packages, and programs of the right names. */
beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'skipline-clone-'));
  cpSync(SCRIPTS, join(clone, 'scripts'), { recursive: true });
  mkdirSync(join(clone, 'node_modules'));
  for (const list of ['package-lock.json', 'node_modules/.package-lock.json']) {
    writeFileSync(join(clone, list), '{ "packages": {} }');
  }
  mkdirSync(join(clone, 'bin'));
  for (const name of ['ffmpeg', 'ffprobe', 'yt-dlp']) {
    writeFileSync(join(clone, 'bin', name), '#!/bin/sh\n');
    chmodSync(join(clone, 'bin', name), 0o755);
  }
  mkdirSync(join(clone, 'src'));
  mkdirSync(join(clone, 'bench'));
  writeFileSync(
    join(clone, 'src', 'main.ts'),
    `const code: number = 78;
     if (process.argv[2] === 'fail') process.exit(code);
     const open = setInterval(() => undefined, 1000);
     process.once('SIGTERM', () => { console.log('bye'); clearInterval(open); });
     console.log('up', process.argv.slice(2).join(','));`,
  );
  writeFileSync(join(clone, 'bench', 'main.ts'), `process.kill(process.pid, 'SIGKILL');`);
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

function launch(...args: readonly string[]) {
  const path = [join(clone, 'bin'), process.env.PATH].join(delimiter);
  const child = spawn(process.execPath, [join(clone, 'scripts', 'launch.mjs'), ...args], {
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, stdout: text(child.stdout), stderr: text(child.stderr), exit: exitCode(child) };
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  const [code] = await once(child, 'exit');
  return code;
}

describe('the launcher', () => {
  test('runs the task with its arguments, hands a signal on and ends as the task ends', async () => {
    const { child, stdout, stderr, exit } = launch('start', '--one', 'two');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await stdout).toBe('up --one,two\nbye\n');
    expect(await stderr).toBe('');
  });

  test('passes the exit code of the task on', async () => {
    expect(await launch('start', 'fail').exit).toBe(78);
  });

  test('ends like a shell when the task died of a signal', async () => {
    expect(await launch('bench').exit).toBe(128 + 9);
  });

  test('ends the task when the shell that npm put in between is killed', async () => {
    const command = `"${process.execPath}" "${join(clone, 'scripts', 'launch.mjs')}" start; true`;
    const path = [join(clone, 'bin'), process.env.PATH].join(delimiter);
    const shell = spawn('sh', ['-c', command], {
      env: { ...process.env, PATH: path, npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const stdout = text(shell.stdout);
    await once(shell.stdout, 'data');
    shell.kill('SIGTERM');
    expect(await stdout).toBe('up \nbye\n');
  });

  test('explains itself when it does not know the task', async () => {
    const { stderr, exit } = launch('dance');
    expect(await stderr).toMatch(/Usage: node scripts\/launch\.mjs <start\|demo\|test\|check\|[a-z|]+>/);
    expect(await exit).toBe(1);
  });

  test('says that a clone without its lockfile is not whole', async () => {
    rmSync(join(clone, 'package-lock.json'));
    const { stderr, exit } = launch('start');
    expect(await stderr).toContain('package-lock.json is missing');
    expect(await exit).toBe(1);
  });
});

describe('the doctor', () => {
  const token = ['MTE4OTk5', 'never', 'shown'].join('.');

  function doctor(env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [join(SCRIPTS, 'doctor.mjs')], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { stdout: text(child.stdout), exit: exitCode(child) };
  }

  test('says that the bot can run, and never says the token', async () => {
    const { stdout, exit } = doctor({ DISCORD_TOKEN: token });
    const said = await stdout;
    expect(said).toContain('Skipline can run');
    expect(said).not.toContain(token);
    for (const what of ['node', 'npm', 'packages', 'ffmpeg', 'opus', 'ffprobe', 'yt-dlp', 'dave', 'sqlite', 'token']) {
      expect(said).toMatch(new RegExp(`^\\[....\\] ${what} +\\S`, 'm'));
    }
    expect(await exit).toBe(0);
  });

  test('names what is missing or wrong, still looks at the rest, and fails', async () => {
    const { stdout, exit } = doctor({
      DISCORD_TOKEN: 'your_token_here',
      LOG_LEVEL: 'loud',
      FFMPEG_PATH: '/nowhere/ffmpeg',
    });
    const said = await stdout;
    expect(said).toMatch(/\[FIX \] token +DISCORD_TOKEN is missing/);
    expect(said).toMatch(/\[FIX \] settings +LOG_LEVEL must be one of/);
    expect(said).toMatch(/\[FIX \] ffmpeg +\/nowhere\/ffmpeg cannot be run/);
    expect(said).toMatch(/\[ ok \] data /);
    expect(await exit).toBe(1);
  });
});
