import { PermissionFlagsBits } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { type Answer, card, DONE, refusal, update } from '../../src/discord/answer.ts';
import { textCard } from '../../src/discord/cards/card.ts';
import { StoreError } from '../../src/ports/store.ts';
import { PATIENCE } from './bot-stage.ts';
import { MODAL, panelCard, routerStage as stage } from './router-stage.ts';

describe('an answer', () => {
  test('that is quick goes out at once, for its person alone', async () => {
    const { ana, metered } = await stage();
    const seen = await ana.slash('ask');
    expect(seen).toMatchObject({ answered: 'message', ephemeral: true, text: '┃ answer' });
    await expect.poll(() => metered).toEqual(['/ask ok']);
  });

  test('that takes long is deferred in time, and fills the placeholder', async () => {
    const done = Promise.withResolvers<Answer>();
    const { ana, deferred } = await stage({ run: () => done.promise });
    const acknowledged = deferred();
    const asked = ana.slash('ask');
    await acknowledged;
    done.resolve(card(textCard('good', 'at last')));
    const seen = await asked;
    expect(seen).toMatchObject({ answered: 'deferred', ephemeral: true });
    expect(seen.firstAnswerMs).toBeLessThan(3_000);
    expect(await seen.final(PATIENCE)).toMatchObject({ ephemeral: true, text: '┃ at last' });
  });

  test('can show later states of itself', async () => {
    const later = Promise.withResolvers<void>();
    const { ana } = await stage({
      run: async (_interaction, _caller, amend) => {
        void later.promise.then(() => amend(textCard('good', 'second')));
        return card(textCard('good', 'first'));
      },
    });
    const seen = await ana.slash('ask');
    expect(seen.text).toBe('┃ first');
    later.resolve();
    expect((await seen.nextEdit(PATIENCE)).text).toBe('┃ second');
  });

  test('to a command that is no more names the way to those there are', async () => {
    const { ana, client, outdated } = await stage();
    await client.application.commands.create({ name: 'old', description: 'of another release' });
    expect((await ana.slash('old')).text).toContain("I don't have that command any more");
    expect(outdated).toEqual([]);
  });

  test('may be a modal', async () => {
    const { ana } = await stage({ answer: 'modal', run: async () => ({ kind: 'modal', modal: MODAL }) });
    expect((await ana.slash('ask')).answered).toBe('modal');
  });

  test('to a public command that is refused after a wait leaves nothing public behind', async () => {
    const done = Promise.withResolvers<Answer>();
    const { ana, deferred, people, guild, channel } = await stage({ answer: 'public', run: () => done.promise });
    const ben = people.human(guild, 'ben');
    const acknowledged = deferred();
    const asked = ana.slash('ask');
    await acknowledged;
    done.resolve(refusal({ code: 'no-sessions' }));
    const said = await (await asked).nextFollowUp(PATIENCE);
    expect(said).toMatchObject({ ephemeral: true, text: expect.stringContaining('There has been no show yet') });
    expect(ben.sees(channel)).toEqual([]);
  });
});

describe('a click', () => {
  test('draws its own message anew, and hears when that is done', async () => {
    const { ana, panel, pressed } = await stage();
    const shown: string[] = [];
    pressed('update', async () => update(panelCard('two'), async () => void shown.push('shown')));
    const seen = await ana.click(await panel(ana), { label: 'Go' });
    expect(seen).toMatchObject({ answered: 'update', text: expect.stringContaining('panel two') });
    await expect.poll(() => shown).toEqual(['shown']);
  });

  test('that takes long is acknowledged in time and draws its message afterwards', async () => {
    const { ana, panel, pressed, deferred } = await stage();
    const done = Promise.withResolvers<Answer>();
    pressed('update', () => done.promise);
    const message = await panel(ana);
    const acknowledged = deferred();
    const clicked = ana.click(message, { label: 'Go' });
    await acknowledged;
    done.resolve(update(panelCard('two')));
    expect((await (await clicked).final(PATIENCE)).text).toContain('panel two');
  });

  test.each([
    ['at once', false],
    ['after a wait', true],
  ])('that is refused %s says so to its person alone and leaves the panel as it is', async (_when, slow) => {
    const { ana, panel, pressed, deferred, people, guild, channel } = await stage();
    const ben = people.human(guild, 'ben');
    const done = Promise.withResolvers<Answer>();
    pressed('update', () => done.promise);
    const message = await panel(ana);
    const acknowledged = slow ? deferred() : Promise.resolve();
    const clicked = ana.click(message, { label: 'Go' });
    await acknowledged;
    done.resolve(refusal({ code: 'queue-empty', pending: 0 }));
    const seen = await clicked;
    const said = slow ? await seen.nextFollowUp(PATIENCE) : seen;
    expect(said).toMatchObject({ ephemeral: true, text: expect.stringContaining('The queue is empty') });
    expect(ben.sees(channel).map(({ text: shown }) => shown.split('\n')[0])).toEqual(['┃ panel one']);
  });

  test('whose id belongs to another message never takes the place of a panel: the answer comes beside it', async () => {
    const { ana, panel, panels, pressed } = await stage();
    const message = await panel(ana);
    panels.add(message.message?.id ?? '');
    pressed('update', async () => update(panelCard('something else')));
    const seen = await ana.click(message, { label: 'Go' });
    expect(seen).toMatchObject({ answered: 'message', ephemeral: true });
    expect(seen.text).toContain('something else');
    expect(ana.sees(seen.interaction.spec.channelId)[0]?.text).toContain('one');
    pressed('update', async () => update(panelCard('two'), async () => undefined));
    expect((await ana.click(message, { label: 'Go' })).answered).toBe('update');
  });

  test.each([
    ['at once', false],
    ['after a wait', true],
  ])('on a message that is deleted meanwhile is answered %s beside it, and is no fault', async (_when, slow) => {
    const { ana, panel, pressed, deferred, world, metered, reports } = await stage();
    const done = Promise.withResolvers<Answer>();
    pressed('update', () => done.promise);
    const message = await panel(ana);
    const acknowledged = slow ? deferred() : Promise.resolve();
    const clicked = ana.click(message, { label: 'Go' });
    await acknowledged;
    world.messages.delete(message.message?.channelId ?? '', message.message?.id ?? '');
    const shown: string[] = [];
    done.resolve(update(panelCard('two'), async () => void shown.push('shown')));
    const seen = slow ? await (await clicked).nextFollowUp(PATIENCE) : await clicked;
    expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('panel two') });
    await expect.poll(() => metered).toEqual(['/panel ok', 'test.go ok']);
    expect(reports).toEqual([]);
    expect(shown).toEqual([]);
  });

  test('whose answer a filter of Discord blocks is told so, and is no fault', async () => {
    const { ana, panel, pressed, discord, reports } = await stage();
    const message = await panel(ana);
    pressed('update', async () => update(panelCard('evil.example')));
    const body = { code: 240_000, message: 'Message blocked by harmful links filter' };
    discord.faults.rest({ method: 'POST', match: '/callback', status: 400, body, times: 1 });
    const seen = await ana.click(message, { label: 'Go' });
    expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('does not let me show the answer') });
    expect(reports).toEqual([]);
  });

  test('that is only taken changes nothing', async () => {
    const { ana, panel, pressed } = await stage();
    pressed('update', async () => DONE);
    expect((await ana.click(await panel(ana), { label: 'Go' })).answered).toBe('deferred');
  });

  test.each(['Old', 'Gone'])(
    'on a button of an older release ("%s") is answered, and the panel is reported',
    async (label) => {
      const { ana, panel, outdated } = await stage();
      const message = await panel(ana);
      const seen = await ana.click(message, { label });
      expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('older version') });
      expect(outdated).toEqual([message.message?.id]);
    },
  );

  test('on a button of an older release, in a flood, has no panel drawn anew', async () => {
    const { ana, panel, outdated, slowDown } = await stage();
    const message = await panel(ana);
    slowDown(4_200);
    expect((await ana.click(message, { label: 'Old' })).text).toContain('wait 5 s');
    expect(outdated).toEqual([]);
  });

  test('with a forged id reaches its module as text only, which refuses', async () => {
    const { ana, panel, pressed } = await stage();
    const heard: (readonly string[])[] = [];
    pressed('update', async (_press, _caller, args) => {
      heard.push(args);
      return refusal({ code: 'panel-outdated' });
    });
    const message = await panel(ana);
    await ana.clickRaw(message, 'v1:test.go:-1:DROP TABLE submission;:%00');
    expect(heard).toEqual([['-1', 'DROP TABLE submission;', '%00']]);
  });
});

describe('what goes wrong', () => {
  test('reaches the person as a reference, which the log and staff have too, and nothing of the error', async () => {
    const { ana, lines, reports, metered } = await stage({
      run: async () => {
        throw new Error('secret path /srv/data and token abc');
      },
    });
    const seen = await ana.slash('ask');
    const reference = /reference: ([0-9A-Z]{6})/.exec(seen.text)?.[1];
    expect(reference).toBeDefined();
    expect(seen).toMatchObject({ ephemeral: true });
    expect(seen.text).not.toMatch(/secret|token/);
    expect(lines.find(({ level }) => level === 'error')?.facts).toMatchObject({ reference });
    expect(reports).toEqual([`/ask ${reference}`]);
    await expect.poll(() => metered).toEqual(['/ask error']);
  });

  test('in the store is told as what it is', async () => {
    const { ana } = await stage({
      run: async () => {
        throw new StoreError('full', 'the disk is full');
      },
    });
    expect((await ana.slash('ask')).text).toContain("can't write to my disk");
  });

  test('after the interaction died is told by DM, because nothing else is left', async () => {
    const { ana, world, metered } = await stage();
    const asked = ana.slash('ask', {}, { deliverAfterMs: 3_100 });
    world.advance(3_000);
    expect((await asked).answered).toBe('failed');
    world.advance(200);
    expect((await ana.nextDm(PATIENCE)).text).toBe('┃ answer');
    await expect.poll(() => metered).toEqual(['/ask late']);
  });

  test('in an autocomplete is logged and suggests nothing, and the next one works', async () => {
    let broken = true;
    const { ana, lines } = await stage({
      complete: async () => {
        if (broken) throw new Error('broken');
        return Array.from({ length: 40 }, (_, index) => ({ name: 'x'.repeat(200), value: `${index}` }));
      },
    });
    expect(await ana.autocomplete('ask', 'text', 'a')).toMatchObject({ answered: 'choices', choices: [] });
    expect(lines.map(({ message }) => message)).toContain('autocomplete failed');
    broken = false;
    const seen = await ana.autocomplete('ask', 'text', 'a');
    expect(seen.choices).toHaveLength(25);
    expect(seen.choices.every(({ name }) => name.length === 100)).toBe(true);
  });
});

describe('rights', () => {
  test.each(['reviewer', 'admin'] as const)(
    'a command for a %s is refused to listeners and done for the owner',
    async (access) => {
      const { ana, nova } = await stage({ access });
      expect((await ana.slash('ask')).text).toMatch(/Only (reviewers|people with)/);
      expect((await nova.slash('ask')).text).toBe('┃ answer');
    },
  );

  test('the reviewer role is looked up at every use', async () => {
    const { world, guild, people, settings } = await stage({ access: 'reviewer' });
    const role = world.addRole(guild.id, { name: 'Reviewer' });
    const ben = people.human(guild, 'ben', { roles: [role.id] });
    expect((await ben.slash('ask')).text).toContain('Only reviewers');
    settings.put(guild.id, { 'role.reviewer': role.id });
    expect((await ben.slash('ask')).text).toBe('┃ answer');
    world.takeRole(guild.id, ben.id, role.id);
    expect((await ben.slash('ask')).text).toContain('Only reviewers');
  });

  test('Manage Server is enough for everything', async () => {
    const { people, guild } = await stage({ access: 'admin' });
    const cleo = people.human(guild, 'cleo', { permissions: PermissionFlagsBits.ManageGuild });
    expect((await cleo.slash('ask')).text).toBe('┃ answer');
  });

  test('of people in a guild that Discord has not told of yet are those that came with the interaction', async () => {
    const { ana, nova, world, guild, client } = await stage({
      access: 'reviewer',
      before: (bot) => {
        bot.client.options.waitGuildTimeout = 0;
        bot.world.setGuildAvailable(bot.guild.id, false);
      },
    });
    expect(client.guilds.cache.get(guild.id)?.available).toBe(false);
    expect((await nova.slash('ask')).text).toBe('┃ answer');
    expect((await ana.slash('panel')).text).toContain('panel one');
    expect((await ana.slash('ask')).text).toContain('Discord has trouble');
    const back = new Promise((resolve) => client.once('guildAvailable', resolve));
    world.setGuildAvailable(guild.id, true);
    await back;
    expect((await ana.slash('ask')).text).toContain('Only reviewers');
  });

  test('who floods is told to wait, and reviewers are not', async () => {
    const { ana, nova, slowDown } = await stage();
    slowDown(4_200);
    expect((await ana.slash('ask')).text).toContain('wait 5 s');
    expect((await nova.slash('ask')).text).toBe('┃ answer');
  });
});

test('closing waits for what is under way and takes nothing new', async () => {
  const done = Promise.withResolvers<Answer>();
  const started = Promise.withResolvers<void>();
  const { ana, router, world } = await stage({
    run: () => {
      started.resolve();
      return done.promise;
    },
  });
  const asked = ana.slash('ask');
  await started.promise;
  const closed = router.close();
  done.resolve(card(textCard('good', 'answer')));
  await closed;
  expect((await (await asked).final(PATIENCE)).text).toBe('┃ answer');
  const late = ana.slash('ask');
  world.advance(3_000);
  expect((await late).answered).toBe('failed');
});
