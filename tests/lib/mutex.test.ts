import { expect, test } from 'vitest';
import { Mutex } from '../../src/lib/mutex.ts';

test('tasks run one at a time, in the order of the calls', async () => {
  const mutex = new Mutex();
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const log: string[] = [];
  const runs = gates.map((gate, n) =>
    mutex.run(async () => {
      log.push(`start ${n}`);
      await gate.promise;
      log.push(`end ${n}`);
      return n;
    }),
  );
  gates[1]?.resolve();
  gates[0]?.resolve();
  expect(await Promise.all(runs)).toEqual([0, 1]);
  expect(log).toEqual(['start 0', 'end 0', 'start 1', 'end 1']);
});

test('a task that throws rejects only its own caller', async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => Promise.reject(new Error('no')));
  const next = mutex.run(async () => 'fine');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('fine');
});

test('a task that throws before its first await frees the lock too', async () => {
  const mutex = new Mutex();
  const failing = mutex.run(() => {
    throw new Error('at once');
  });
  await expect(failing).rejects.toThrow('at once');
  expect(await mutex.run(async () => 1)).toBe(1);
});
