import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OverlayService } from '../../src/services/overlay-service.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';
import { ManualClock } from './manual-clock.ts';

const GUILD = '900000000000000001';
const OTHER = '900000000000000002';
const STAFF = '300000000000000001';

let store: SqliteStore;
let clock: ManualClock;
let made = 0;

beforeEach(async () => {
  store = await openStore(':memory:');
  clock = new ManualClock();
  made = 0;
  await store.transaction(async (tx) => {
    for (const guild of [GUILD, OTHER]) await tx.guilds.join(guild, 1);
  });
});

afterEach(() => store.close());

/** What a process starts with. */
function started(publicUrl: string | null = 'https://bot.example'): OverlayService {
  const newKey = () => `key-number-${String(++made).padStart(20, '0')}`;
  return new OverlayService({ store, clock, newKey, publicUrl: () => publicUrl });
}

const keyIn = (path: string) => path.split('/')[2] ?? '';

describe('the address of an overlay', () => {
  test('is made once, for each guild its own, and kept over a restart', async () => {
    const first = started();
    const links = await first.links(GUILD);
    expect(links.base).toBe('https://bot.example');
    expect(links.configurePath).toBe(`${links.path}/configure`);
    expect(await first.links(GUILD)).toEqual(links);
    expect((await first.links(OTHER)).path).not.toBe(links.path);
    const again = started();
    expect(await again.guildOf(keyIn(links.path))).toBe(GUILD);
    expect(await again.links(GUILD)).toEqual(links);
  });

  test('asked for by two at once is one', async () => {
    const overlay = started();
    const [a, b] = await Promise.all([overlay.links(GUILD), overlay.links(GUILD)]);
    expect(a.path).toBe(b.path);
  });

  test('can be told without knowing the public address of the bot', async () => {
    const links = await started(null).links(GUILD);
    expect(links.base).toBeNull();
    expect(links.path).toMatch(/^\/overlay\/[\w-]+$/);
  });

  test('leaves the settings of the guild as they were', async () => {
    await started().links(GUILD);
    const all = await store.read((reads) => reads.settings.all(GUILD));
    expect([...all.keys()]).toEqual(['overlay.key']);
  });

  test('goes with the data of the guild', async () => {
    const { path } = await started().links(GUILD);
    await store.transaction((tx) => tx.guilds.purge(GUILD));
    expect(await started().guildOf(keyIn(path))).toBeNull();
  });
});

describe('a key', () => {
  test('opens its guild alone, and nothing else opens anything', async () => {
    const overlay = started();
    const [mine, other] = [await overlay.links(GUILD), await overlay.links(OTHER)];
    expect(await overlay.guildOf(keyIn(mine.path))).toBe(GUILD);
    expect(await overlay.guildOf(keyIn(other.path))).toBe(OTHER);
    for (const key of [
      '',
      'short',
      `${keyIn(mine.path)}x`,
      GUILD,
      'x'.repeat(32),
      'ü'.repeat(32),
      '../../../../../../etc/passwd',
    ]) {
      expect(await overlay.guildOf(key), key).toBeNull();
    }
  });

  test('is known to all who come at once after a restart', async () => {
    const { path } = await started().links(GUILD);
    const again = started();
    const guilds = await Promise.all(Array.from({ length: 50 }, () => again.guildOf(keyIn(path))));
    expect(new Set(guilds)).toEqual(new Set([GUILD]));
  });

  test('that is unknown makes the store work once in ten seconds', async () => {
    let reads = 0;
    const counted = new OverlayService({
      store: {
        transaction: (work) => store.transaction(work),
        read: (work) => {
          reads += 1;
          return store.read(work);
        },
      },
      clock,
      newKey: () => 'x'.repeat(32),
      publicUrl: () => null,
    });
    for (let guess = 0; guess < 100; guess += 1)
      await counted.guildOf(`guess-number-${String(guess).padStart(20, '0')}`);
    expect(reads).toBe(1);
    await clock.advance(10_001);
    const { path } = await started().links(OTHER);
    expect(await counted.guildOf(keyIn(path))).toBe(OTHER);
  });

  test('is asked for again when the store could not be read', async () => {
    const { path } = await started().links(GUILD);
    let broken = true;
    const overlay = new OverlayService({
      store: {
        transaction: (work) => store.transaction(work),
        read: (work) => (broken ? Promise.reject(new Error('busy')) : store.read(work)),
      },
      clock,
      newKey: () => 'x'.repeat(32),
      publicUrl: () => null,
    });
    await expect(overlay.guildOf(keyIn(path))).rejects.toThrow('busy');
    broken = false;
    expect(await overlay.guildOf(keyIn(path))).toBe(GUILD);
  });
});

describe('a reset', () => {
  test('ends the old key at once, tells who shows the overlay, and is audited without any key', async () => {
    const overlay = started();
    const told: string[] = [];
    const off = overlay.onReset((guildId) => told.push(guildId));
    const before = await overlay.links(GUILD);
    const after = await overlay.reset(GUILD, STAFF);
    expect(after.path).not.toBe(before.path);
    expect(await overlay.guildOf(keyIn(before.path))).toBeNull();
    expect(await overlay.guildOf(keyIn(after.path))).toBe(GUILD);
    expect(await started().guildOf(keyIn(before.path))).toBeNull();
    expect(told).toEqual([GUILD]);
    const [entry] = await store.read((reads) => reads.audits.list(GUILD, 1));
    expect(entry).toMatchObject({ actor: STAFF, action: 'overlay.reset' });
    expect(JSON.stringify(entry)).not.toContain('key-number');
    off();
    await overlay.reset(GUILD, STAFF);
    expect(told).toEqual([GUILD]);
  });

  test('while keys are being read is not undone by what was read', async () => {
    const { path } = await started().links(GUILD);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const overlay = new OverlayService({
      store: {
        transaction: (work) => store.transaction(work),
        read: async (work) => {
          const result = await store.read(work);
          await held;
          return result;
        },
      },
      clock,
      newKey: () => 'n'.repeat(32),
      publicUrl: () => null,
    });
    const late = overlay.guildOf(keyIn(path));
    await overlay.reset(GUILD, STAFF);
    release();
    expect(await late).toBeNull();
    expect(await overlay.guildOf(keyIn(path))).toBeNull();
    expect(await overlay.guildOf('n'.repeat(32))).toBe(GUILD);
  });
});
