import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, rows, set, startDesk, submitAs } from './desk.ts';
import { PATIENCE, panel, type Show } from './show.ts';

let show: Show;
let role: { readonly id: string };
/** Sees every channel, has no rights. */
let fan: Human;
let rick: Human;
beforeAll(async () => {
  show = await startDesk();
  await show.setUp();
  role = show.sandbox.discord.world.addRole(show.guildId, { name: 'reviewer' });
  await set(show, 'role.reviewer', `<@&${role.id}>`);
  await set(show, 'submissions.free-limit', '10');
  fan = show.people.human(show.guildId, 'fan');
  rick = show.people.human(show.guildId, 'rick', { roles: ['reviewer'] });
});
afterAll(() => show.stop());

const LISTENER = [
  'submit',
  'submitfile',
  'mysubmissions',
  'queue',
  'link-tiktok',
  'unlink-tiktok',
  'my-tiktok-handles',
  'mystats',
  'leaderboard',
  'help',
  'notices',
  'privacy',
];
const ADMIN = [
  'setup',
  'setup-submission-portal',
  'setup-reviewer-channel',
  'setup-live-queue',
  'set-submission-channel',
  'setnowplayingchannel',
  'setbookmarkchannel',
  'setdebugchannel',
  'setup-post-live-metrics',
  'settings',
  'admin-link',
  'admin-unlink',
  'selfheal',
];

interface Definition {
  readonly name: string;
  readonly type: number;
  readonly required?: boolean;
  readonly options?: readonly Definition[];
}

/** Every way to type a registered command, with something in each required option. */
function typings(): readonly {
  readonly command: string;
  readonly path: string;
  readonly options: Record<string, string | number>;
}[] {
  const filled = (options: readonly Definition[] = []) =>
    Object.fromEntries(
      options.filter(({ required }) => required === true).map(({ name, type }) => [name, sample(type)]),
    );
  return show.sandbox.discord.world
    .commandsIn(null)
    .concat(show.sandbox.discord.world.commandsIn(show.guildId))
    .filter(({ type }) => type === 1)
    .flatMap(({ name, body }) => {
      const options = (body.options ?? []) as unknown as readonly Definition[];
      const subs = options.filter(({ type }) => type === 1);
      return subs.length === 0
        ? [{ command: name, path: name, options: filled(options) }]
        : subs.map((sub) => ({ command: name, path: `${name} ${sub.name}`, options: filled(sub.options) }));
    });
}
const sample = (type: number): string | number => (type === 6 ? show.ana.id : type === 4 || type === 10 ? 1 : 'skip');

const everything = async () => ({
  songs: await rows(show, 'SELECT * FROM submission'),
  settings: await rows(show, 'SELECT * FROM setting'),
  handles: await rows(show, 'SELECT * FROM handle'),
  audit: await rows(show, 'SELECT * FROM audit'),
});

describe('a listener', () => {
  it('is refused every command that is not for listeners, in words and alone', async () => {
    const before = await everything();
    const refused: string[] = [];
    for (const { command, path, options } of typings().filter((typed) => !LISTENER.includes(typed.command))) {
      const seen = await (await fan.slash(path, options, { force: true })).final(PATIENCE);
      expect(seen.text, path).toMatch(ADMIN.includes(command) ? /Only people with Manage Server/ : /Only reviewers/);
      expect(seen.ephemeral, path).toBe(true);
      refused.push(command);
    }
    expect(new Set(refused).size).toBeGreaterThan(25);
    for (const command of ADMIN) expect(refused).toContain(command);
    expect(await everything()).toEqual(before);
  });

  it('is not offered what needs Manage Server; what is for reviewers stays in the list, for their role may have it', async () => {
    const { world } = show.sandbox.discord;
    const registered = [...world.commandsIn(null), ...world.commandsIn(show.guildId)];
    const needed = registered.map(({ name, body }) => [name, body.default_member_permissions] as const);
    expect(needed.map(([name]) => name)).toEqual(expect.arrayContaining(ADMIN));
    for (const [name, bits] of needed) expect(bits, name).toBe(ADMIN.includes(name) ? '32' : null);
    await expect(fan.slash('setup')).rejects.toThrow('/setup is not offered to this person');
    await expect(rick.slash('settings show')).rejects.toThrow('/settings is not offered to this person');
    await expect(fan.autocomplete('settings show', 'key', '')).rejects.toThrow('is not offered to this person');
    expect((await ask(fan, 'next')).text).toMatch(/Only reviewers/);
  });

  it('gets no suggestions of what is not for listeners', async () => {
    await submitAs(show.ana, 'Secretly Waiting', 'free');
    for (const [path, option] of [
      ['move', 'song'],
      ['remove', 'song'],
      ['resetpoints', 'handle'],
      ['settings show', 'key'],
      ['admin-unlink', 'tiktok_handle'],
    ] as const) {
      const seen = await fan.autocomplete(path, option, '', { force: true });
      expect(seen.choices, path).toEqual([]);
    }
  });

  it('is refused every button and menu of the panels, and every button behind them', async () => {
    const id = await submitAs(show.ben, 'Not For Fans', 'pending');
    const { id: row } = (await rows(show, 'SELECT id FROM submission WHERE public_id = ?', id))[0] ?? {};
    const seen = await show.nova.waitToSee(show.channels.review, new RegExp(`Pending skips[\\s\\S]*#${id}`), PATIENCE);
    const song = await show.nova.select(seen, { index: 0 }, String(row), { force: true });
    const room = await panel(show.nova, show.channels.review, 'Control room');
    const queue = await panel(show.nova, show.channels.review, 'Reviewer queue');
    const playing = await panel(show.nova, show.channels.playing, /./.source);
    const clear = await ask(show.nova, 'clearfree');
    const all = [
      room,
      queue,
      seen,
      playing,
      await song.final(PATIENCE),
      clear,
      await ask(show.nova, 'resetpoints', { reset_all: true }),
      await ask(show.nova, 'setup'),
    ];
    const ids = new Set(all.flatMap(({ message }) => customIds(message?.components)));
    // Modals and what only comes later in a flow.
    for (const more of [
      `v1:song.remove-now:${row}`,
      `v1:pending.reject-now:${row}`,
      `v1:pending.decide:${row}`,
      `v1:song.play-next:${row}`,
      `v1:song.move:${row}:skip`,
      'v1:reviewer.unclear:x',
      'v1:gifts.page:0',
      'v1:gifts.pick:0',
      'v1:gifts.reverse:1:0',
      'v1:setup.create:all',
      'v1:setup.role',
      'v1:setup.channel:debug',
      'v1:setup.test',
      'v1:setup.finish',
      'v1:voice.play:0',
      'v1:voice.pause:0',
      'v1:voice.stop:0',
      'v1:reviewer.page:0',
      'v1:pending.page:0',
      'v1:room.open:all',
      'v1:room.close:all',
    ])
      ids.add(more);
    const before = await everything();
    const open = await panel(fan, show.channels.queue, 'Live queue');
    for (const customId of ids) {
      const answer = await (await fan.clickRaw(open, customId)).final(PATIENCE);
      const told = answer.answered === 'message' ? answer.text : (await answer.nextFollowUp(PATIENCE)).text;
      expect(told, customId).toMatch(/Only reviewers|Only people with Manage Server/);
    }
    expect(ids.size).toBeGreaterThan(30);
    expect(await everything()).toEqual(before);
  });

  it('is told with /help what there is for listeners, and no more', async () => {
    const help = (await ask(fan, 'help')).text;
    expect(help).toContain('/submit ');
    expect(help).not.toMatch(/\/next|\/setup/);
    expect((await ask(rick, 'help')).text).toMatch(/\/next/);
    expect((await ask(rick, 'help')).text).not.toMatch(/\/setup/);
    expect((await ask(show.nova, 'help')).text).toMatch(/\/setup/);
  });
});

describe('the reviewer role', () => {
  it('runs the show and sets nothing up', async () => {
    expect((await ask(rick, 'closesubmissions', { line: 'Skip' })).text).toMatch(/Skip: 🔒 closed/);
    expect((await ask(rick, 'opensubmissions')).text).toMatch(/Skip: 🟢 open/);
    const settings = await (await rick.slash('settings show', {}, { force: true })).final(PATIENCE);
    expect(settings.text).toMatch(/Only people with Manage Server/);
    const queue = await panel(rick, show.channels.review, 'Reviewer queue');
    const next = await rick.click(queue, { label: 'Next' });
    expect((await next.final(PATIENCE)).text).toMatch(/On air/);
  });

  it('taken away is gone at once, and given is there at once', async () => {
    const { world } = show.sandbox.discord;
    world.takeRole(show.guildId, rick.id, role.id);
    expect((await ask(rick, 'next')).text).toMatch(/Only reviewers/);
    const queue = await panel(rick, show.channels.review, 'Reviewer queue');
    const undo = await (await rick.clickRaw(queue, 'v1:reviewer.undo:1')).final(PATIENCE);
    expect(undo.answered === 'message' ? undo.text : (await undo.nextFollowUp(PATIENCE)).text).toMatch(
      /Only reviewers/,
    );
    world.giveRole(show.guildId, fan.id, role.id);
    expect((await ask(fan, 'next')).text).not.toMatch(/Only reviewers/);
    world.takeRole(show.guildId, fan.id, role.id);
  });

  it('of another choice counts from that moment on', async () => {
    const { world } = show.sandbox.discord;
    world.giveRole(show.guildId, rick.id, role.id);
    const other = world.addRole(show.guildId, { name: 'new crew' });
    await set(show, 'role.reviewer', other.id);
    expect((await ask(rick, 'next')).text).toMatch(/Only reviewers/);
    world.giveRole(show.guildId, rick.id, other.id);
    expect((await ask(rick, 'next')).text).not.toMatch(/Only reviewers/);
    world.deleteRole(other.id);
    await show.nova.waitToSee(show.channels.debug, /reviewer role was deleted/, PATIENCE);
    expect((await ask(rick, 'next')).text).toMatch(/Only reviewers/);
  });

  it('is not needed with Manage Server, which counts at run time too', async () => {
    const { world } = show.sandbox.discord;
    const chief = world.addRole(show.guildId, { name: 'chief', permissions: 1n << 5n });
    world.giveRole(show.guildId, fan.id, chief.id);
    expect((await ask(fan, 'settings show')).text).toMatch(/Settings/);
    world.updateRole(chief.id, { permissions: 0n });
    expect((await (await fan.slash('settings show', {}, { force: true })).final(PATIENCE)).text).toMatch(/Only people/);
  });
});

function customIds(component: unknown): string[] {
  if (typeof component !== 'object' || component === null) return [];
  const own = 'custom_id' in component && typeof component.custom_id === 'string' ? [component.custom_id] : [];
  return [...own, ...Object.values(component).flatMap(customIds)];
}
