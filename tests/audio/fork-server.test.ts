import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ForkServer } from '../../src/audio/fork-server.ts';
import { header } from '../../src/audio/fork-server-words.ts';
import { LocalSpawner } from '../../src/audio/local-spawner.ts';
import type { Spawner } from '../../src/audio/spawner.ts';

const ENVIRONMENT = { PATH: process.env.PATH ?? '' };
const node = (spawner: Spawner, script: string) => spawner.spawn(process.execPath, ['-e', script], ENVIRONMENT);
/** Says that it is done when it is told to, by its id. */
const UNTIL_TOLD = `
  const timer = setInterval(() => {}, 1000);
  process.once('SIGUSR2', () => {
    console.log('done');
    clearInterval(timer);
  });
  console.log('begun');
  console.error(process.pid);`;
const WAITS = 'console.log(process.pid); setInterval(() => {}, 1000)';

async function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  const [chunk] = await once(output, 'data');
  return String(chunk).trim();
}

const isAlive = (pid: number | undefined): boolean =>
  existsSync(`/proc/${pid}/stat`) && /^\d+ \(.*\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe.each([
  ['this process', () => new LocalSpawner()],
  ['a fork server', () => new ForkServer()],
])('a process that %s starts', (_name, make) => {
  let spawner: Spawner;
  beforeEach(() => {
    spawner = make();
  });
  afterEach(() => spawner.close());

  it('is heard to its last word, however much it says', async () => {
    const child = node(
      spawner,
      "process.stdout.write('x'.repeat(3_000_000)); process.stderr.write('e'.repeat(100_000))",
    );
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect([out.length, err.length]).toEqual([3_000_000, 100_000]);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it('is stopped by output that nobody reads, and goes on when it is read', async () => {
    const child = node(
      spawner,
      "for (let n = 0; n < 100; n += 1) require('node:fs').writeSync(1, 'x'.repeat(65536)); process.stderr.write('all said')",
    );
    const said = once(child.stderr, 'data');
    const [first] = await once(child.stdout, 'readable').then(() => [child.stdout.read(10)]);
    expect(first.length).toBe(10);
    const ended = child.ended.then(() => 'ended');
    // Six megabytes fit into no buffer between the two.
    expect(await Promise.race([ended, said.then(() => 'said'), node(spawner, '').ended])).not.toBe('said');
    expect((await text(child.stdout)).length).toBe(6_553_600 - 10);
    await said;
    expect(await ended).toBe('ended');
  });

  it('is gone when it is killed, at once or before it began, also when nobody reads', async () => {
    const running = node(spawner, WAITS);
    running.stderr.resume();
    const pid = Number(await firstLine(running.stdout));
    running.kill();
    expect(await running.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(isAlive(pid)).toBe(false);
    const never = node(spawner, WAITS);
    never.kill();
    never.stderr.resume();
    expect(await never.ended).toEqual({ code: null, signal: 'SIGKILL' });
    const silent = node(spawner, "console.log('x'.repeat(1e6))");
    silent.kill();
    silent.kill();
    silent.stderr.resume();
    await silent.ended;
  });

  it('is one of many short ones that all come to their end', async () => {
    const many = Array.from({ length: 60 }, (_, n) => spawner.spawn('echo', [`${n}`], ENVIRONMENT));
    const said = await Promise.all(many.map(({ stdout }) => text(stdout)));
    expect(said).toEqual(many.map((_, n) => `${n}\n`));
    for (const { stderr } of many) stderr.resume();
    expect(new Set((await Promise.all(many.map(({ ended }) => ended))).map((end) => end?.code))).toEqual(new Set([0]));
  });

  it('is told from a program that does not exist', async () => {
    const child = spawner.spawn('/nowhere/at-all', ['x'], ENVIRONMENT);
    child.stdout.resume();
    child.stderr.resume();
    expect(await child.ended).toBeNull();
  });
});

describe('a fork server', () => {
  let server: ForkServer;
  beforeEach(() => {
    server = new ForkServer();
  });
  afterEach(() => server.close());

  it('that is killed takes its processes along, which end as abandoned ones, and the next is started by a new one', async () => {
    const child = node(server, WAITS);
    child.stderr.resume();
    const pid = Number(await firstLine(child.stdout));
    const first = server.pid ?? 0;
    process.kill(first, 'SIGKILL');
    expect(await child.ended).toEqual({ code: null, signal: 'SIGHUP' });
    process.kill(pid, 'SIGKILL');
    const next = node(server, 'console.log(1)');
    expect(await text(next.stdout)).toBe('1\n');
    next.stderr.resume();
    expect(await next.ended).toEqual({ code: 0, signal: null });
    expect(server.pid).not.toBe(first);
  });

  it('survives a process that the system does not take, and so does what it started before', async () => {
    const child = node(server, UNTIL_TOLD);
    const said = text(child.stdout);
    const pid = Number(await firstLine(child.stderr));
    const tooMuch = server.spawn('echo', ['x'.repeat(300_000)], ENVIRONMENT);
    expect(await tooMuch.ended).toBeNull();
    process.kill(pid, 'SIGUSR2');
    expect(await said).toBe('begun\ndone\n');
  });

  it('outlives the end of a whole service until the bot has ended too', async () => {
    const child = node(
      server,
      "process.on('SIGTERM', () => console.log('still')); console.log(process.pid); setInterval(() => {}, 1000)",
    );
    child.stderr.resume();
    const pid = Number(await firstLine(child.stdout));
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.kill(server.pid ?? 0, signal);
    // Told to the child after it was told to the server, which takes it along when it ends.
    process.kill(pid, 'SIGTERM');
    expect(await firstLine(child.stdout)).toBe('still');
    const next = node(server, 'console.log(1)');
    next.stderr.resume();
    expect(await text(next.stdout)).toBe('1\n');
    child.kill();
    await child.ended;
  });

  it('that nobody needs any more ends, with what it started', async () => {
    const child = node(server, WAITS);
    child.stderr.resume();
    const pid = Number(await firstLine(child.stdout));
    const own = server.pid;
    server.close();
    expect(await child.ended).toEqual({ code: null, signal: 'SIGHUP' });
    await expect.poll(() => isAlive(pid) || isAlive(own)).toBe(false);
  });

  it('turns away a stranger who claims to be the output of a process', async () => {
    const child = node(server, UNTIL_TOLD);
    const pid = firstLine(child.stderr);
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    await expect.poll(() => said).toContain('begun');
    const names = [...readFileSync('/proc/net/unix', 'utf8').matchAll(/@(skipline-[0-9a-f]{32})$/gm)].map(
      ([, name]) => name ?? '',
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of new Set(names)) {
      const stranger = connect({ path: `\0${name}` });
      stranger.on('error', () => undefined);
      stranger.end(`${header('0'.repeat(32), 1, 'out')}nonsense`);
      await new Promise((resolve) => stranger.resume().once('close', resolve));
    }
    process.kill(Number(await pid), 'SIGUSR2');
    await child.ended;
    expect(said).toBe('begun\ndone\n');
  });
});
