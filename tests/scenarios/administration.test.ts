import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission, type PermissionName } from '../../sandbox/discord/permissions.ts';
import { ask, auditLog, PushedClock, rows, set, startDesk } from './desk.ts';
import { PATIENCE, type Show } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
});
afterAll(() => show.stop());

const channel = (name: string) => show.sandbox.discord.world.addChannel(show.guildId, { name });
/** A new channel in which the bot may not do these. */
function shut(name: string, ...denied: readonly PermissionName[]) {
  const { world } = show.sandbox.discord;
  const { id, permissions } = world.botRole(show.guildId);
  world.updateRole(id, { permissions: permissions & ~Permission.ADMINISTRATOR });
  const place = channel(name);
  const deny = denied.reduce((bits, permission) => bits | Permission[permission], 0n);
  return world.setOverwrite(place.id, { id, type: 0, allow: 0n, deny });
}
const settingOf = async (key: string) =>
  (await rows(show, 'SELECT value FROM setting WHERE guild_id = ? AND key = ?', show.guildId, key))[0]?.value;

const COMMANDS: readonly (readonly [string, string, RegExp | null])[] = [
  ['setup-reviewer-channel', 'channel.reviewer', /Control room/],
  ['setup-live-queue', 'channel.live-queue', /Live queue/],
  ['setnowplayingchannel', 'channel.now-playing', /Now playing|Nothing on air/],
  ['setup-submission-portal', 'channel.portal', /Submit your music/],
  ['set-submission-channel', 'channel.submissions', null],
  ['setup-post-live-metrics', 'channel.metrics', null],
  ['setbookmarkchannel', 'channel.bookmarks', null],
  ['setdebugchannel', 'channel.debug', null],
];

describe.each(COMMANDS)('/%s', (command, key, panel) => {
  it('gives a channel its purpose, shows what belongs there, and is audited', async () => {
    const place = channel(`for-${command}`);
    const seen = await ask(show.nova, command, { channel: place });
    expect(seen.text).toMatch(/✅/);
    expect(seen.ephemeral).toBe(true);
    expect(await settingOf(key)).toBe(JSON.stringify(place.id));
    if (panel !== null) await show.nova.waitToSee(place, panel, PATIENCE);
    expect(await auditLog(show)).toContain(`setting.set ${key}`);
  });

  it('names a missing permission, and changes nothing', async () => {
    const before = await settingOf(key);
    const place = shut(`poor-${command}`, 'SEND_MESSAGES');
    const seen = await ask(show.nova, command, { channel: place });
    expect(seen.text).toMatch(/I'm missing: Send Messages\. Grant that/);
    expect(await settingOf(key)).toBe(before);
  });

  it('refuses a channel that was deleted on the way, and changes nothing', async () => {
    const { world } = show.sandbox.discord;
    const before = await settingOf(key);
    const place = channel(`doomed-${command}`);
    const asked = show.nova.slash(command, { channel: place }, { deliverAfterMs: 1_000 });
    world.deleteChannel(place.id);
    world.advance(1_000);
    expect((await (await asked).final(PATIENCE)).text).toMatch(/does not exist any more/);
    expect(await settingOf(key)).toBe(before);
  });
});

describe('several missing permissions', () => {
  it('are named one by one', async () => {
    const hidden = shut('hidden', 'VIEW_CHANNEL');
    expect((await ask(show.nova, 'setup-live-queue', { channel: hidden })).text).toMatch(/View Channel/);
    const mute = shut('mute', 'SEND_MESSAGES', 'ATTACH_FILES', 'READ_MESSAGE_HISTORY');
    const seen = await ask(show.nova, 'setup-live-queue', { channel: mute });
    for (const name of ['Send Messages', 'Attach Files', 'Read Message History']) expect(seen.text).toContain(name);
  });
});

describe('a channel that is deleted later', () => {
  it('clears its setting, and staff is told once', async () => {
    const id = JSON.parse(String(await settingOf('channel.bookmarks'))) as string;
    const debug = JSON.parse(String(await settingOf('channel.debug'))) as string;
    show.sandbox.discord.world.deleteChannel(id);
    await show.nova.waitToSee(debug, /Channel where bookmarked songs go/, PATIENCE);
    expect((await ask(show.nova, 'settings show', { key: 'channel.bookmarks' })).text).toMatch(/not set/);
  });
});

describe('/settings', () => {
  const change = async (key: string, value: string) => (await ask(show.nova, 'settings set', { key, value })).text;

  it('shows everything, or one with what it is for', async () => {
    const all = (await ask(show.nova, 'settings show')).text;
    for (const key of [
      'submissions.free-limit 1 songs',
      'handles.policy open',
      'points.like 1 points',
      'gifts.skip 1,000 coins',
    ])
      expect(all).toContain(key);
    expect((await ask(show.nova, 'settings show', { key: 'media.keep-days' })).text).toMatch(/30 days[\s\S]*kept/);
  });

  it.each([
    ['submissions.free-limit', ' 3 ', '3 songs'],
    ['gifts.back-to-back', '10,000', '10,000 coins'],
    ['submissions.open.free', 'OFF', 'off'],
    ['handles.policy', 'Seen', 'seen'],
    ['submissions.hosts', 'SoundCloud.com, example.org', 'soundcloud\\.com, example\\.org'],
    ['playback.filters', 'reverb slow', 'reverb, slow'],
    ['playback.filters', 'none', 'none'],
    ['submissions.hosts', 'None', 'none'],
    ['channel.debug', 'none', 'not set'],
  ])('sets %s to %j, and resets it', async (key, typed, shown) => {
    expect(await change(key, typed)).toMatch(new RegExp(`Saved: ${key} = ${shown}`));
    expect((await ask(show.nova, 'settings show')).text).toMatch(/✏️/);
    expect((await ask(show.nova, 'settings reset', { key })).text).toMatch(new RegExp(`Saved: ${key}`));
    expect(await settingOf(key)).toBeUndefined();
    const log = await auditLog(show);
    expect(log).toContain(`setting.set ${key}`);
    expect(log.at(-1)).toBe(`setting.reset ${key}`);
  });

  it.each([
    ['submissions.free-limit', '11', /whole number from 1 to 10/],
    ['submissions.free-limit', '0', /whole number/],
    ['submissions.free-limit', '1.5', /whole number/],
    ['submissions.free-limit', 'NaN', /whole number/],
    ['submissions.free-limit', '9'.repeat(400), /whole number/],
    ['points.like', '-1', /whole number from 0/],
    ['submissions.open.free', 'maybe', /on or off/],
    ['handles.policy', 'closed', /one of open, seen, proven/],
    ['submissions.hosts', 'https://soundcloud.com', /not valid/],
    ['submissions.hosts', '127.0.0.1', /not valid|not a public/],
    ['submissions.hosts', 'printer.local', /not valid|public/],
    ['playback.filters', 'explode', /not valid/],
    ['channel.metrics', 'general', /must be a channel/],
    ['channel.metrics', '123456789012345678', /does not exist/],
    ['role.reviewer', 'mods', /must be a role/],
    ['role.reviewer', '123456789012345678', /role/],
    ['gifts.skip', '2000', /must rise in that order/],
    ['gifts.back-to-back', '1999', /must rise in that order/],
    ['no.such.setting', '1', /no setting/],
    ['__proto__', '1', /no setting/],
    ['constructor', '1', /no setting/],
  ])('refuses %s = %j in words, and changes nothing', async (key, typed, words) => {
    const before = [await settingOf(key), (await auditLog(show)).length];
    expect(await change(key, typed)).toMatch(words);
    expect([await settingOf(key), (await auditLog(show)).length]).toEqual(before);
  });

  it('warns before a channel of conversation is cleared of it', async () => {
    const seen = await ask(show.nova, 'settings show', { key: 'channel.submissions' });
    expect(seen.text).toMatch(/other messages of members are deleted/);
  });

  it('lets the player offer the filters that are allowed, and no others', async () => {
    const offered = async () => /▾ Filters: none: (.*)/.exec((await ask(show.nova, 'nowplaying')).text)?.[1];
    await change('playback.filters', 'slow, 8d');
    expect(await offered()).toMatch(/^slow \(.*\) · 8d \([^()]*\)$/);
    await change('playback.filters', 'none');
    expect(await offered()).toBeUndefined();
    await ask(show.nova, 'settings reset', { key: 'playback.filters' });
    expect(await offered()).toContain('nightcore');
  });

  it('refuses everyone as the reviewer role', async () => {
    expect(await change('role.reviewer', show.guildId)).toMatch(/must not be everyone/);
  });

  it('moves a panel along when its channel is set by hand, and takes it away when it is cleared', async () => {
    const place = channel('queue-two');
    await change('channel.live-queue', `<#${place.id}>`);
    await show.nova.waitToSee(place, 'Live queue', PATIENCE);
    await change('channel.live-queue', 'none');
    await show.sandbox.discord.world.events.until(() => show.nova.sees(place).length === 0, PATIENCE);
  });

  it('suggests keys by a piece of them or of what they are for', async () => {
    const keys = async (typed: string) =>
      (await show.nova.autocomplete('settings set', 'key', typed)).choices.map(({ value }) => value);
    expect(await keys('free-lim')).toEqual(['submissions.free-limit']);
    expect(await keys('coins that buy')).toEqual(['gifts.skip', 'gifts.double-skip', 'gifts.back-to-back']);
    expect(await keys('')).toHaveLength(25);
  });

  it('takes a stored value that is no longer valid as unset', async () => {
    await set(show, 'submissions.free-limit', '5');
    await rows(show, "UPDATE setting SET value = '99' WHERE key = 'submissions.free-limit'");
    await rows(
      show,
      "INSERT INTO setting (guild_id, key, value) VALUES (?, 'from.an.older.release', '1')",
      show.guildId,
    );
    await rows(
      show,
      "INSERT INTO setting (guild_id, key, value) VALUES (?, 'handles.policy', '{broken')",
      show.guildId,
    );
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    const all = (await ask(show.nova, 'settings show')).text;
    expect(all).toContain('submissions.free-limit 1 songs');
    expect(all).toContain('handles.policy open');
    expect(all).not.toContain('older.release');
    expect((await ask(show.nova, 'settings reset', { key: 'submissions.free-limit' })).text).toMatch(/1 songs/);
  });
});
