import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GuildService } from '../../src/services/guild-service.ts';
import { PrivacyService } from '../../src/services/privacy-service.ts';
import { UpkeepService } from '../../src/services/upkeep-service.ts';
import { connect } from '../../src/store/connection.ts';
import { CoreStage, GUILD, quietLog, refusal, STAFF, unwrap } from './core-stage.ts';

let stage: CoreStage;
let guilds: GuildService;
let privacy: PrivacyService;
let upkeep: UpkeepService;

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-keeping-'));
  path = join(folder, 'skipline.db');
  stage = await CoreStage.open(path);
  const { store, settings, bus, clock } = stage;
  guilds = new GuildService({ store, settings, clock, log: quietLog });
  privacy = new PrivacyService({ store, bus, clock });
  upkeep = new UpkeepService({ store, guilds, bus, clock, log: quietLog });
});
afterEach(async () => {
  await upkeep.stop();
  await stage.close();
  expect(stage.faults).toEqual([]);
  await rm(folder, { recursive: true });
});

const DAY = 24 * 3_600_000;

/** A member with something in every corner. */
async function aMembersTraces(userId: string): Promise<void> {
  unwrap(await stage.handles.link(GUILD, userId, `viewer${userId}`));
  await stage.award(`viewer${userId}`, 9);
  await stage.submit(userId, { line: 'free', artist: 'Real Name', title: 'Secret', note: 'call me' });
  unwrap(await stage.queue.next(GUILD, STAFF));
  await stage.submit(userId, { line: 'free', artist: 'Real Name' });
  await stage.submit(userId);
  await stage.store.transaction((tx) => tx.settings.setPreference(GUILD, userId, 'notices', '"off"'));
  await stage.set('handles.policy', 'proven');
  unwrap(await stage.handles.link(GUILD, userId, `other${userId}`));
  await stage.set('handles.policy', 'open');
}

describe("a member's own data", () => {
  test('is handed out whole, and only theirs', async () => {
    await aMembersTraces('111');
    await stage.submit('222', { line: 'free', title: 'Not yours' });
    const data = await privacy.export(GUILD, '111');
    expect(data).toMatchObject({ guildId: GUILD, userId: '111' });
    const text = JSON.stringify(data);
    for (const trace of ['Secret', 'call me', 'viewer111', 'other111', 'song-played']) expect(text).toContain(trace);
    expect(text).not.toContain('Not yours');
    expect(text).not.toContain('222');
  });

  test('tells which coins their songs hold', async () => {
    const handleId = await stage.seen('gifter');
    unwrap(await stage.handles.link(GUILD, '111', 'gifter'));
    await stage.liveWithCoins(handleId, 1_500);
    const song = await stage.submit('111');
    const data = await privacy.export(GUILD, '111');
    expect(data.coinsHeld).toMatchObject([{ submission_id: song.id, handle_id: handleId, coins: 1_500 }]);
    unwrap(await privacy.erase(GUILD, '111'));
    expect((await privacy.export(GUILD, '111')).coinsHeld).toEqual([]);
  });

  test('is deleted without a trace of the person; the numbers of the show stay', async () => {
    await aMembersTraces('111');
    const other = await stage.submit('222', { line: 'free' });
    expect(unwrap(await privacy.erase(GUILD, '111'))).toEqual({ submissions: 3 });
    expect(await stage.order()).toEqual([other.publicId]);
    const data = await privacy.export(GUILD, '111');
    expect(Object.values(data).filter((rows) => Array.isArray(rows) && rows.length > 0)).toEqual([]);
    const onAir = await stage.queue.onAir(GUILD);
    expect(onAir?.handle).toBeNull();
    expect(onAir?.submission).toMatchObject({ ownerId: 'erased', artist: 'erased', title: 'erased', note: null });
    expect((await stage.handles.leaderboard(GUILD, 0)).rows.map(({ linkedUserId }) => linkedUserId)).toEqual([]);
    expect(await stage.store.read((reads) => reads.plays.countOf(GUILD, 'erased'))).toBe(1);
    expect(refusal(await privacy.erase(GUILD, '111'))).toEqual({ code: 'nothing-stored' });
  });
});

test('the data of a member of staff is deleted wherever they did something', async () => {
  const staff = '300000000000000077';
  unwrap(await stage.handles.link(GUILD, '1', 'viewer'));
  await stage.award('viewer', 9);
  unwrap(await stage.handles.reset(GUILD, staff, { kind: 'member', userId: '1' }));
  await stage.set('channel.bookmarks', '400000000000000001');
  const song = await stage.submit('1', { line: 'free' });
  unwrap(await stage.queue.bookmark(GUILD, staff, song.id));
  unwrap(await stage.queue.move(GUILD, staff, song.id, 'skip'));
  unwrap(await stage.queue.next(GUILD, staff));
  expect(await cellsWith(path, staff)).not.toEqual([]);
  unwrap(await privacy.erase(GUILD, staff));
  expect(await cellsWith(path, staff)).toEqual([]);
});

describe('upkeep', () => {
  test('withdraws drafts nobody answered for, and leaves free songs free', async () => {
    const free = await stage.submit('1');
    const draft = await stage.submit('1');
    expect(draft.line).toBe('draft');
    await upkeep.run();
    expect((await stage.song(draft.id)).line).toBe('draft');
    await stage.clock.advance(300_001);
    await upkeep.run();
    expect(await stage.song(draft.id)).toMatchObject({ line: 'withdrawn', askedUntil: null });
    expect(await stage.song(free.id)).toMatchObject({ line: 'free', askedUntil: null });
  });

  test('goes on by itself, also after a round that failed', async () => {
    const { store, bus, clock } = stage;
    const failing = { purge: () => Promise.reject(new Error('no disk')) };
    const restless = new UpkeepService({ store, guilds: failing, bus, clock, log: quietLog });
    await stage.submit('1');
    const draft = await stage.submit('1');
    restless.start();
    for (let round = 0; round < 12; round += 1) {
      await stage.clock.advance(30_000);
      await restless.idle();
    }
    expect((await stage.song(draft.id)).line).toBe('withdrawn');
    await restless.stop();
    expect(stage.clock.waiting).toBe(0);
  });
});

describe('a guild', () => {
  test('is welcomed once ever, also when the bot leaves and comes back', async () => {
    expect(await guilds.joined(GUILD)).toEqual({ welcome: true });
    await guilds.left(GUILD);
    expect(await guilds.joined(GUILD)).toEqual({ welcome: false });
  });

  test('that came back within 30 days finds everything as it was', async () => {
    await guilds.joined(GUILD);
    const song = await stage.submit('1', { line: 'free' });
    await guilds.left(GUILD);
    await stage.clock.advance(29 * DAY);
    expect(await guilds.purge()).toEqual([]);
    await guilds.joined(GUILD);
    await stage.clock.advance(29 * DAY);
    expect(await guilds.purge()).toEqual([]);
    expect(await stage.order()).toEqual([song.publicId]);
  });

  test('that removed the bot while it was away is noticed', async () => {
    await guilds.joined(GUILD);
    await guilds.joined('900000000000000002');
    await guilds.reconcile(['900000000000000002']);
    expect(await stage.store.read((reads) => reads.guilds.present())).toEqual(['900000000000000002']);
  });

  test('keeps the progress of its setup over a restart', async () => {
    expect(await guilds.setupProgress(GUILD)).toBeNull();
    await guilds.setSetupProgress(GUILD, '{"step":2}');
    expect(await guilds.setupProgress(GUILD)).toBe('{"step":2}');
  });

  test('gone for 30 days leaves no row behind in any table, and others lose nothing', async () => {
    await guilds.joined(GUILD);
    await aMembersTraces('111');
    await stage.queue.next(GUILD, STAFF);
    const other = '900000000000000002';
    await guilds.joined(other);
    await stage.trySubmit('1', { guildId: other, line: 'free' });
    await guilds.left(GUILD);
    await stage.clock.advance(30 * DAY + 1);
    expect((await tablesNaming(path, GUILD)).length).toBeGreaterThan(8);
    expect(await guilds.purge()).toEqual([GUILD]);
    expect(await tablesNaming(path, GUILD)).toEqual([]);
    expect(await tablesNaming(path, other)).toContain('submission');
    expect((await stage.queue.page(other, 0, 9)).total).toBe(1);
    expect((await stage.settings.all(GUILD))['handles.policy']).toBe('open');
  });
});

/** Columns that hold this text somewhere. */
async function cellsWith(path: string, text: string): Promise<readonly string[]> {
  const connection = await connect(path, true);
  const columns = await connection.query(
    `SELECT m.name AS t, c.name AS c FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'`,
    [],
  );
  const found: string[] = [];
  for (const { t, c } of columns.rows as { t: string; c: string }[]) {
    const { rows } = await connection.query(`SELECT 1 FROM "${t}" WHERE instr("${c}", ?) > 0 LIMIT 1`, [text]);
    if (rows.length > 0) found.push(`${t}.${c}`);
  }
  await connection.close();
  return found;
}

/** Tables that still hold a row of the guild. */
async function tablesNaming(path: string, guildId: string): Promise<readonly string[]> {
  const connection = await connect(path, true);
  const tables = await connection.query(
    `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'guild_id'`,
    [],
  );
  const names = (tables.rows as { name: string }[]).map(({ name }) => name);
  const found: string[] = [];
  for (const name of names) {
    const { rows } = await connection.query(`SELECT 1 FROM "${name}" WHERE guild_id = ? LIMIT 1`, [guildId]);
    if (rows.length > 0) found.push(name);
  }
  await connection.close();
  return found;
}
