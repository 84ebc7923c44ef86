import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { VoiceLink } from '../../src/audio/voice-link.ts';
import type { LinkState } from '../../src/ports/audio-out.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { StepClock } from './step-clock.ts';
import { AudioDiary, CHANNEL, GUILD, openVoice, STUDIO, VoiceWorld } from './voice-world.ts';

let voice: VoiceSandbox;
let world: VoiceWorld;
let clock: StepClock;
let link: VoiceLink;
let diary: AudioDiary;
let run = 0;
const logged: (readonly [message: string, facts: object])[] = [];
const metered: (number | string)[] = [];
const keep = (facts: object, message: string): void => void logged.push([message, facts]);
const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };

beforeAll(async () => {
  voice = await openVoice();
});
afterAll(() => voice.stop());

beforeEach(() => {
  voice.faults.clear();
  logged.length = 0;
  metered.length = 0;
  world = new VoiceWorld(voice);
  clock = new StepClock();
  diary = new AudioDiary();
  run += 1;
  link = new VoiceLink({
    guildId: GUILD,
    group: `link-${run}`,
    gateway: world,
    clock,
    log,
    meter: { voiceClosed: (code) => metered.push(code), voiceReconnected: (ms) => metered.push(`back after ${ms} ms`) },
    onChange: (state) => diary.linkChanged(GUILD, state),
    onOutput: () => undefined,
  });
});
afterEach(() => link.leave(null));

const becomes = (kind: LinkState['kind']) => diary.until('link', (state) => state.kind === kind);
const codes = () => link.telemetry.lastCloseCodes.map(({ code }) => code);
const joins = () => world.asked.filter((channelId) => channelId !== null).length;

async function joined(): Promise<void> {
  expect(await link.join(CHANNEL)).toEqual({ ok: true, value: undefined });
}

/** Waits for something that nothing tells about: the event loop is asked until it is true. */
async function seen(what: () => boolean): Promise<void> {
  const until = performance.now() + 5_000;
  while (!what()) {
    if (performance.now() > until)
      throw new Error(`never: ${what}; ${JSON.stringify([link.state, clock.pending, world.asked])}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets every wait pass until the link is ready. */
async function recovered(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    await seen(
      () => link.state.kind === 'ready' || (link.state.kind === 'recovering' && link.state.nextTryAt !== null),
    );
    if (link.state.kind === 'ready') return;
    clock.advance(clock.pending[0] ?? 0);
  }
  throw new Error('not ready after 20 tries');
}

describe('joining', () => {
  test('ends ready in the channel', async () => {
    await joined();
    expect(link.state).toEqual({ kind: 'ready', channelId: CHANNEL, attempt: 0 });
    expect(link.telemetry).toMatchObject({ attempts: 0, lastCloseCodes: [], reconnects: 0, coolDownUntil: null });
    expect(world.asked).toEqual([CHANNEL]);
  });

  test.each([
    ['gone', () => world.channels.delete(CHANNEL)],
    ['no-permission', () => world.channels.set(CHANNEL, { ...world.channels.get(STUDIO), canConnect: false } as never)],
    ['no-permission', () => world.channels.set(CHANNEL, { ...world.channels.get(STUDIO), canSpeak: false } as never)],
    ['full', () => world.channels.set(CHANNEL, { ...world.channels.get(STUDIO), isFull: true } as never)],
  ] as const)('is not even asked for when it is %s', async (why, arrange) => {
    arrange();
    expect(await link.join(CHANNEL)).toEqual({ ok: false, error: why });
    expect(world.asked).toEqual([]);
  });

  test('is given up after 20 s without an answer, and the bot is out', async () => {
    world.silent.add(CHANNEL);
    const joining = link.join(CHANNEL);
    clock.advance(19_999);
    expect(link.state.kind).toBe('joining');
    clock.advance(1);
    expect(await joining).toEqual({ ok: false, error: 'timeout' });
    expect(link.state).toEqual({ kind: 'away', why: 'timeout' });
    expect(world.asked).toEqual([CHANNEL, null]);
  });

  test('is refused in words when Discord demands encryption that fails, after one try', async () => {
    voice.faults.refuseDaveAlways();
    const before = voice.connections;
    expect(await link.join(CHANNEL)).toEqual({ ok: false, error: 'encryption' });
    expect(voice.connections).toBe(before + 1);
    expect(world.asked).toEqual([CHANNEL, null]);
  });

  test('survives a session that was refused twice, and no more', async () => {
    voice.faults.refuseIdentify({ code: 4006, times: 2 });
    await joined();
    link.leave(null);
    voice.faults.refuseIdentify({ code: 4006, times: 100 });
    expect(await link.join(CHANNEL)).toEqual({ ok: false, error: 'lost' });
    expect(joins()).toBe(6);
  });

  test('another channel moves there; a move that is not answered stays where it was', async () => {
    await joined();
    const moving = link.join(STUDIO);
    expect(await moving).toEqual({ ok: true, value: undefined });
    expect(link.state).toMatchObject({ kind: 'ready', channelId: STUDIO });
    world.silent.add(CHANNEL);
    const refused = link.join(CHANNEL);
    clock.advance(20_000);
    expect(await refused).toEqual({ ok: false, error: 'timeout' });
    expect(link.state).toMatchObject({ kind: 'ready', channelId: STUDIO });
  });

  test('can be called off', async () => {
    world.silent.add(CHANNEL);
    const joining = link.join(CHANNEL);
    link.leave(null);
    expect(await joining).toEqual({ ok: false, error: 'lost' });
    expect(link.state).toEqual({ kind: 'away', why: null });
    expect(clock.pending).toEqual([]);
  });
});

describe('a close that can be helped', () => {
  test.each([1006, 4015])('%i is resumed without a new join', async (code) => {
    await joined();
    const back = becomes('ready');
    voice.disconnect(GUILD, code);
    await back;
    expect(world.asked).toEqual([CHANNEL]);
    expect(codes()).toEqual([code]);
    expect(link.telemetry).toMatchObject({ reconnects: 1, attempts: 0 });
  });

  test.each([4006, 4009, 4001, 4020])('%i joins anew at once; from the second one on with back-off', async (code) => {
    await joined();
    const back = becomes('ready');
    voice.disconnect(GUILD, code);
    await back;
    expect(joins()).toBe(2);
    const waiting = diary.until('link', (state) => state.kind === 'recovering' && state.nextTryAt !== null);
    voice.disconnect(GUILD, code);
    expect(await waiting).toMatchObject({ attempt: 2, nextTryAt: clock.now() + 2_000 });
    expect(joins()).toBe(2);
    const again = becomes('ready');
    clock.advance(2_000);
    await again;
    expect(codes()).toEqual([code, code]);
    expect(link.telemetry).toMatchObject({ reconnects: 2, attempts: 2, closesByCode: { [code]: 2 } });
  });

  test('ten stable minutes forgive everything', async () => {
    await joined();
    const back = becomes('ready');
    voice.disconnect(GUILD, 4006);
    await back;
    clock.advance(10 * 60_000 - 1);
    expect(link.telemetry.attempts).toBe(1);
    clock.advance(1);
    expect(link.telemetry.attempts).toBe(0);
  });

  test('five tries wait 1, 2, 4, 8 and 16 s, then come cool-downs of 30 s, 2 min and 5 min', async () => {
    await joined();
    voice.faults.refuseIdentify({ code: 4004, times: Number.POSITIVE_INFINITY });
    const waits: number[] = [];
    voice.disconnect(GUILD, 4022);
    for (let round = 0; round < 17; round += 1) {
      await seen(() => link.state.kind === 'recovering' && link.state.nextTryAt !== null);
      const wait = clock.pending[0] ?? 0;
      waits.push(wait);
      if (wait >= 30_000) expect(link.telemetry.coolDownUntil).toBe(clock.now() + wait);
      clock.advance(wait);
    }
    const tries = [2_000, 4_000, 8_000, 16_000];
    expect(waits).toEqual([1_000, ...tries, 30_000, ...tries, 120_000, ...tries, 300_000, 2_000]);
    voice.faults.clear();
    await recovered();
  });

  test.each([
    [0, 1_400],
    [0.999, 2_600],
  ])('chance %f moves a wait of 2 s to about %i ms', async (chance, expected) => {
    await joined();
    clock.chance = chance;
    const back = becomes('ready');
    voice.disconnect(GUILD, 4006);
    await back;
    voice.disconnect(GUILD, 4006);
    await seen(() => link.state.kind === 'recovering' && link.state.nextTryAt !== null);
    expect(Math.abs((clock.pending[0] ?? 0) - expected)).toBeLessThan(5);
  });

  test('4022 with the channel still there joins anew after a while', async () => {
    await joined();
    voice.disconnect(GUILD, 4022);
    await seen(() => link.state.kind === 'recovering' && link.state.nextTryAt !== null);
    expect(joins()).toBe(1);
    const back = becomes('ready');
    clock.advance(1_000);
    await back;
  });

  test('4021 waits for a cool-down', async () => {
    await joined();
    voice.disconnect(GUILD, 4021);
    await seen(() => link.state.kind === 'recovering');
    expect(link.state).toMatchObject({ why: 'rate-limited', nextTryAt: clock.now() + 30_000 });
    clock.advance(29_999);
    expect(joins()).toBe(1);
    const back = becomes('ready');
    clock.advance(1);
    await back;
  });

  test('a lost main session (4014 alone) is joined anew after 5 s', async () => {
    await joined();
    voice.disconnect(GUILD, 4014);
    await seen(() => link.state.kind === 'recovering');
    clock.advance(5_000);
    expect(link.state).toMatchObject({ kind: 'recovering', attempt: 1 });
    const back = becomes('ready');
    clock.advance(1_000);
    await back;
    expect(joins()).toBe(2);
  });

  test('a main connection that is down is waited for', async () => {
    await joined();
    world.loseMain();
    expect(link.state.kind).toBe('recovering');
    clock.advance(1_000);
    clock.advance(2_000);
    expect(joins()).toBe(1);
    world.isDown = false;
    const back = becomes('ready');
    clock.advance(4_000);
    await back;
  });

  test('a voice server taken away is waited for, and the next one joined', async () => {
    await joined();
    world.loseServer();
    expect(link.state.kind).toBe('recovering');
    await voice.changeEndpoint();
    const back = becomes('ready');
    world.letIn(GUILD, CHANNEL);
    await back;
    expect(joins()).toBe(1);
  });

  test('another endpoint in the middle of it all is followed', async () => {
    await joined();
    await voice.changeEndpoint();
    const back = becomes('ready');
    world.letIn(GUILD, CHANNEL);
    await back;
    expect(link.state).toMatchObject({ kind: 'ready', channelId: CHANNEL });
    expect(joins()).toBe(1);
  });
});

describe('a close that cannot be helped', () => {
  test('a kick keeps the bot away', async () => {
    await joined();
    const away = becomes('away');
    world.kick();
    expect(await away).toEqual({ kind: 'away', why: 'kicked' });
    clock.advance(3_600_000);
    expect(joins()).toBe(1);
    expect(clock.pending).toEqual([]);
    await joined();
  });

  test('a deleted channel keeps the bot away', async () => {
    await joined();
    world.deleteChannel(CHANNEL);
    await seen(() => link.state.kind !== 'ready');
    clock.advance(1_000);
    await seen(() => link.state.kind === 'away');
    expect(link.state).toEqual({ kind: 'away', why: 'gone' });
    expect(joins()).toBe(1);
  });

  test.each([4017, 4012, 4016])('%i stops at once and says why', async (code) => {
    await joined();
    const away = becomes('away');
    voice.disconnect(GUILD, code);
    expect(await away).toEqual({ kind: 'away', why: 'encryption' });
    expect(codes()).toEqual([code]);
    expect(joins()).toBe(1);
    expect(clock.pending).toEqual([]);
  });

  test('no close code can make a hot loop', async () => {
    await joined();
    for (const code of [4001, 4002, 4003, 4004, 4005, 4006, 4009, 4011, 4014, 4020, 4021, 4022]) {
      voice.faults.refuseIdentify({ code, times: Number.POSITIVE_INFINITY });
      voice.faults.refuseResume({ code, times: Number.POSITIVE_INFINITY });
      const before = joins();
      voice.disconnect(GUILD, code);
      await seen(() => link.state.kind === 'recovering' && (link.state.nextTryAt !== null || code === 4014));
      if (code === 4014) clock.advance(5_000);
      expect(joins() - before).toBeLessThanOrEqual(1);
      voice.faults.clear();
      await recovered();
    }
  });

  test('resumes that never last end in a fresh join with back-off', async () => {
    await joined();
    for (let drop = 0; drop < 5; drop += 1) {
      const back = becomes('ready');
      voice.disconnect(GUILD, 1006);
      await back;
    }
    voice.disconnect(GUILD, 1006);
    await seen(() => link.state.kind === 'recovering' && link.state.nextTryAt !== null);
    expect(joins()).toBe(1);
  });
});

test('every close, try and return is counted, and logged with guild, channel, state, code, attempt and time', async () => {
  await joined();
  const back = becomes('ready');
  voice.disconnect(GUILD, 4006);
  await back;
  const waiting = diary.until('link', (state) => state.kind === 'recovering' && state.nextTryAt !== null);
  voice.disconnect(GUILD, 4022);
  await waiting;
  const again = becomes('ready');
  clock.advance(2_000);
  await again;
  expect(metered).toEqual([4006, 'back after 0 ms', 4022, 'back after 2000 ms']);
  const where = { guildId: GUILD, channelId: CHANNEL };
  expect(logged).toEqual([
    ['voice is ready', { ...where, state: 'ready', attempt: 0, latencyMs: null }],
    ['voice closed', { ...where, state: 'ready', attempt: 0, code: 4006 }],
    ['voice is ready', { ...where, state: 'ready', attempt: 1, latencyMs: 0 }],
    ['voice closed', { ...where, state: 'ready', attempt: 1, code: 4022 }],
    [
      'voice tries again later',
      { ...where, state: 'recovering', attempt: 2, why: 'lost', waitMs: 2_000, coolDown: false },
    ],
    ['voice is ready', { ...where, state: 'ready', attempt: 2, latencyMs: 2_000 }],
  ]);
});

test('a move by staff is followed', async () => {
  await joined();
  const moved = diary.until('link', (state) => state.kind === 'ready' && state.channelId === STUDIO);
  world.letIn(GUILD, STUDIO);
  await moved;
  await seen(() => link.state.kind === 'ready');
  expect(link.state).toMatchObject({ kind: 'ready', channelId: STUDIO });
  expect(joins()).toBe(1);
});

test('after a restart it keeps trying to return', async () => {
  world.isDown = true;
  link.rejoin(CHANNEL);
  expect(link.state).toMatchObject({ kind: 'recovering', attempt: 1 });
  world.isDown = false;
  const back = becomes('ready');
  clock.advance(1_000);
  await back;
});

test('leaving says good-bye once and forgets every timer', async () => {
  await joined();
  link.leave(null);
  link.leave(null);
  expect(world.asked).toEqual([CHANNEL, null]);
  expect(link.state).toEqual({ kind: 'away', why: null });
  expect(clock.pending).toEqual([]);
});
