import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SETTINGS, type SettingKey } from '../../src/domain/setting.ts';
import { SettingsService } from '../../src/services/settings-service.ts';
import { CoreStage, GUILD, refusal, STAFF, unwrap } from './core-stage.ts';

let stage: CoreStage;

beforeEach(async () => {
  stage = await CoreStage.open();
});
afterEach(() => stage.close());

const set = (key: SettingKey, raw: string | boolean | number | null) => stage.settings.set(GUILD, STAFF, key, raw);

describe('a setting', () => {
  test.each<[SettingKey, string | boolean | number | null, unknown]>([
    ['points.like', '3', 3],
    ['points.like', ' 1,000 ', 1_000],
    ['submissions.open.free', 'off', false],
    ['submissions.open.free', 'Yes', true],
    ['submissions.open.free', false, false],
    ['handles.policy', 'PROVEN', 'proven'],
    ['channel.debug', '<#123456789012345678>', '123456789012345678'],
    ['channel.debug', '123456789012345678', '123456789012345678'],
    ['channel.debug', 'none', null],
    ['channel.debug', null, null],
    ['role.reviewer', '<@&123456789012345678>', '123456789012345678'],
    ['submissions.hosts', 'SoundCloud.com, youtu.be  youtu.be', ['soundcloud.com', 'youtu.be']],
    ['playback.filters', '', []],
  ])('%s takes %j', async (key, raw, expected) => {
    expect(unwrap(await set(key, raw))[key]).toEqual(expected);
    expect((await stage.settings.all(GUILD))[key]).toEqual(expected);
    expect((await new SettingsService(stage).all(GUILD))[key]).toEqual(expected);
  });

  test('that was read before it was changed is read anew', async () => {
    expect((await stage.settings.all(GUILD))['points.like']).toBe(1);
    unwrap(await set('points.like', '3'));
    expect((await stage.settings.all(GUILD))['points.like']).toBe(3);
    unwrap(await stage.settings.reset(GUILD, STAFF, 'points.like'));
    expect((await stage.settings.all(GUILD))['points.like']).toBe(1);
  });

  test.each<[SettingKey, string | boolean | number | null]>([
    ['points.like', 'many'],
    ['points.like', '-1'],
    ['points.like', '2.5'],
    ['points.like', '1e9'],
    ['points.like', ''],
    ['points.like', null],
    ['points.like', true],
    ['points.like', '100001'],
    ['submissions.free-limit', 0],
    ['submissions.open.free', 'perhaps'],
    ['submissions.open.free', null],
    ['handles.policy', 'strict'],
    ['channel.debug', '#general'],
    ['channel.debug', '12345'],
    ['role.reviewer', '@everyone'],
    ['role.reviewer', GUILD],
    ['submissions.hosts', 'https://soundcloud.com/'],
    ['submissions.hosts', 'localhost'],
    ['submissions.hosts', '127.0.0.1'],
    ['submissions.hosts', 'router.lan'],
    ['playback.filters', 'loud'],
  ])('%s refuses %j, says why, and stays as it was', async (key, raw) => {
    const before = await stage.settings.all(GUILD);
    const failure = refusal(await set(key, raw));
    expect(failure).toMatchObject({ code: 'setting-invalid', key, why: expect.stringMatching(/\w/) });
    expect(await stage.settings.all(GUILD)).toEqual(before);
    expect(stage.facts).toEqual([]);
  });

  test('of coins must rise from line to line', async () => {
    expect(refusal(await set('gifts.skip', 2_000)).code).toBe('setting-invalid');
    expect(refusal(await set('gifts.back-to-back', '1999')).code).toBe('setting-invalid');
    unwrap(await set('gifts.back-to-back', 9_000));
    unwrap(await set('gifts.double-skip', 8_000));
    unwrap(await set('gifts.skip', 7_000));
    // The default would lie above the one before it.
    expect(refusal(await stage.settings.reset(GUILD, STAFF, 'gifts.double-skip')).code).toBe('setting-invalid');
  });

  test('that is reset has its default again', async () => {
    unwrap(await set('points.like', 9));
    expect(unwrap(await stage.settings.reset(GUILD, STAFF, 'points.like'))['points.like']).toBe(1);
    const listed = (await stage.settings.list(GUILD)).find(({ key }) => key === 'points.like');
    expect(listed).toMatchObject({ value: 1, isDefault: true });
  });

  test('of one guild is not that of another', async () => {
    unwrap(await set('points.like', 9));
    expect((await stage.settings.all('900000000000000009'))['points.like']).toBe(1);
  });
});

test('every setting has its default until somebody changes it', async () => {
  const all = await stage.settings.all(GUILD);
  for (const { key, value, isDefault } of await stage.settings.list(GUILD)) {
    expect(isDefault).toBe(true);
    expect(value).toEqual(SETTINGS[key].default);
    expect(all[key]).toEqual(SETTINGS[key].default);
  }
});

test('stored values that no longer make sense, or of settings that are gone, count as unset', async () => {
  await stage.store.transaction(async (tx) => {
    await tx.settings.put(GUILD, 'points.like', '"many"');
    await tx.settings.put(GUILD, 'points.comment', '{broken');
    await tx.settings.put(GUILD, 'points.dance', '4');
  });
  const all = await stage.settings.all(GUILD);
  expect(all['points.like']).toBe(1);
  expect(all['points.comment']).toBe(2);
});

test('a change is told and stands in the audit log with before and after', async () => {
  unwrap(await set('points.like', 9));
  expect(stage.facts).toEqual([['settings.changed', { guildId: GUILD, keys: ['points.like'] }]]);
  const log = await stage.store.read((reads) => reads.audits.list(GUILD, 9));
  expect(log).toEqual([
    {
      guildId: GUILD,
      actor: STAFF,
      action: 'setting.set',
      target: 'points.like',
      before: 1,
      after: 9,
      at: stage.clock.now(),
    },
  ]);
});

test('several that belong together are all changed or none', async () => {
  const refused = await stage.settings.setMany(GUILD, STAFF, [
    ['submissions.open.free', false],
    ['submissions.open.skip', 'perhaps'],
  ]);
  expect(refusal(refused).code).toBe('setting-invalid');
  expect((await stage.settings.all(GUILD))['submissions.open.free']).toBe(true);
  const gifts = await stage.settings.setMany(GUILD, STAFF, [
    ['gifts.skip', 10_000],
    ['gifts.double-skip', 9_000],
  ]);
  expect(refusal(gifts).code).toBe('setting-invalid');
});
