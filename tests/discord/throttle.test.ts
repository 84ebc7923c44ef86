import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { THROTTLE, Throttle, throttleKind } from '../../src/discord/throttle.ts';

/** The limiter underneath reads the system's clock. */
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

async function press(throttle: Throttle, times: number, name: string, userId = 'u', guildId = 'g') {
  const answers: (number | null)[] = [];
  for (let i = 0; i < times; i += 1) {
    answers.push(await throttle.check(guildId, userId, name));
  }
  return answers;
}

const refused = (answers: readonly (number | null)[]) => answers.filter((answer) => answer !== null).length;

test.each([
  ['back an hour', -3_600_000],
  ['forwards a day', 86_400_000],
])('a clock that is set %s holds nobody up for longer', async (_how, jumpMs) => {
  const throttle = new Throttle();
  const { actions, seconds } = THROTTLE.command.member;
  await press(throttle, actions - 1, '/queue');
  vi.setSystemTime(Date.now() + jumpMs);
  const waits = (await press(throttle, 3, '/queue')).map((waitMs) => waitMs ?? 0);
  expect(Math.max(...waits)).toBeLessThanOrEqual(seconds * 1_000);
  await vi.advanceTimersByTimeAsync(seconds * 1_000);
  expect(await press(throttle, 1, '/queue')).toEqual([null]);
});

describe('a member', () => {
  test('who uses commands like a person is never held up', async () => {
    const throttle = new Throttle();
    for (let i = 0; i < 60; i += 1) {
      expect(await throttle.check('g', 'u', '/queue')).toBeNull();
      await vi.advanceTimersByTimeAsync(1_100);
    }
  });

  test('who floods is told how long to wait, and may go on after that', async () => {
    const throttle = new Throttle();
    const { actions, seconds } = THROTTLE.command.member;
    const answers = await press(throttle, actions + 5, '/queue');
    expect(refused(answers)).toBe(5);
    const waitMs = answers.at(-1) ?? 0;
    expect(waitMs).toBeGreaterThan(0);
    expect(waitMs).toBeLessThanOrEqual(seconds * 1_000);
    await vi.advanceTimersByTimeAsync(waitMs);
    expect(await throttle.check('g', 'u', '/queue')).toBeNull();
  });

  test('does not prolong the wait by pressing on', async () => {
    const throttle = new Throttle();
    await press(throttle, THROTTLE.component.member.actions, 'reviewer.page');
    const first = (await throttle.check('g', 'u', 'reviewer.page')) ?? 0;
    await press(throttle, 100, 'reviewer.page');
    expect(await throttle.check('g', 'u', 'reviewer.page')).toBe(first);
  });

  test('who floods holds up neither others, nor other guilds, nor other kinds of action', async () => {
    const throttle = new Throttle();
    await press(throttle, 200, '/queue');
    expect(await throttle.check('g', 'u', '/queue')).not.toBeNull();
    expect(await throttle.check('g', 'other', '/queue')).toBeNull();
    expect(await throttle.check('other', 'u', '/queue')).toBeNull();
    expect(await throttle.check('g', 'u', 'queue.page')).toBeNull();
    expect(await throttle.check('g', 'u', 'autocomplete')).toBeNull();
  });

  test('may type fast in an autocompleted option', async () => {
    expect(refused(await press(new Throttle(), 30, 'autocomplete'))).toBe(0);
  });
});

describe('everything that comes in one breath', () => {
  test.each(Object.entries(THROTTLE))(
    'is counted before the next one is let in (%s)',
    async (kind, { member, guild }) => {
      const name = { command: '/queue', component: 'queue.page', submission: 'submission.modal' }[kind] ?? kind;
      const throttle = new Throttle();
      const burst = (who: (index: number) => string, times: number) =>
        Promise.all(Array.from({ length: times }, (_, index) => throttle.check('g', who(index), name)));
      expect(refused(await burst(() => 'loud', member.actions + 50))).toBe(50);
      expect(refused(await burst((index) => `raider${index}`, guild.actions))).toBe(member.actions);
    },
  );
});

describe('a guild', () => {
  test('takes a rush of hundreds when submissions open', async () => {
    const throttle = new Throttle();
    const answers: (number | null)[] = [];
    for (let i = 0; i < 400; i += 1) answers.push(...(await press(throttle, 1, 'submission.modal', `u${i}`)));
    expect(refused(answers)).toBe(0);
  });

  test('is protected from a raid by many accounts', async () => {
    const throttle = new Throttle();
    const { actions } = THROTTLE.passive.guild;
    const answers: (number | null)[] = [];
    for (let i = 0; i < actions + 50; i += 1) answers.push(...(await press(throttle, 1, 'passive', `u${i}`)));
    expect(refused(answers)).toBe(50);
    expect(await throttle.check('another', 'u1', 'passive')).toBeNull();
  });
});

test.each([
  ['/queue', 'command'],
  ['/submit', 'command'],
  ['/submitfile', 'submission'],
  ['Submit this track', 'submission'],
  ['submission.modal', 'submission'],
  ['submission.own-page', 'component'],
  ['reviewer.next', 'component'],
  ['autocomplete', 'autocomplete'],
  ['passive', 'passive'],
])('%s counts as %s', (name, kind) => {
  expect(throttleKind(name)).toBe(kind);
});
