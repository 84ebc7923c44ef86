import { expect, test } from 'vitest';
import { EventBus } from '../../src/lib/event-bus.ts';

interface Facts {
  readonly rang: { readonly who: string };
  readonly left: { readonly who: string };
}

function bus() {
  const faults: [string, unknown][] = [];
  return { faults, bus: new EventBus<Facts>((listener, error) => faults.push([listener, error])) };
}

test('a fact reaches those who listen for it, in the order they began to', async () => {
  const { bus: b } = bus();
  const heard: string[] = [];
  b.on('rang', 'first', ({ who }) => heard.push(`first ${who}`));
  b.on('rang', 'second', ({ who }) => heard.push(`second ${who}`));
  b.on('left', 'other', () => heard.push('other'));
  b.emit('rang', { who: 'anna' });
  await b.idle();
  expect(heard).toEqual(['first anna', 'second anna']);
});

test('a listener that throws, at once or later, is named and stops nobody', async () => {
  const { bus: b, faults } = bus();
  const heard: string[] = [];
  b.on('rang', 'clumsy', () => {
    throw new Error('oops');
  });
  b.on('rang', 'late', () => Promise.reject(new Error('later')));
  b.on('rang', 'good', () => heard.push('good'));
  b.emit('rang', { who: 'anna' });
  await b.idle();
  expect(heard).toEqual(['good']);
  expect(faults.map(([name]) => name).sort()).toEqual(['clumsy', 'late']);
});

test('who stopped listening hears nothing more', async () => {
  const { bus: b } = bus();
  const heard: string[] = [];
  const stop = b.on('rang', 'x', ({ who }) => heard.push(who));
  b.emit('rang', { who: 'anna' });
  await b.idle();
  stop();
  b.emit('rang', { who: 'ben' });
  await b.idle();
  expect(heard).toEqual(['anna']);
});

test('idle also waits for what the listeners set off', async () => {
  const { bus: b } = bus();
  const heard: string[] = [];
  b.on('rang', 'x', async ({ who }) => {
    await Promise.resolve();
    b.emit('left', { who });
  });
  b.on('left', 'y', async ({ who }) => {
    await Promise.resolve();
    heard.push(who);
  });
  b.emit('rang', { who: 'anna' });
  await b.idle();
  expect(heard).toEqual(['anna']);
});
