import { describe, expect, test } from 'vitest';
import { validateCommands } from '../../sandbox/discord/validate/commands.ts';
import type { Card } from '../../src/discord/cards/card.ts';
import { helpCard } from '../../src/discord/cards/help-card.ts';
import { SETUP_STEPS, setupCard } from '../../src/discord/cards/setup-card.ts';
import type { CogPorts } from '../../src/discord/cogs/create-cogs.ts';
import { createCogs } from '../../src/discord/cogs/create-cogs.ts';
import { decodeCustomId } from '../../src/discord/custom-id.ts';
import { problems } from '../sandbox/validate-form.ts';
import { CARDS, PLAIN_CARDS, purposes } from './cards/every-card.ts';
import { HOSTILE, ID, textOf } from './cards/worst-case.ts';

/** Definitions and tables of the cogs touch no service, so none is needed to look at them. */
const cogs = createCogs({ services: {}, clock: { now: () => 0 }, messageContent: true } as unknown as CogPorts);
const commands = cogs.flatMap((cog) => cog.commands);
const components = cogs.flatMap((cog) => cog.components);

const LISTENER =
  'submit submitfile mysubmissions queue link-tiktok unlink-tiktok my-tiktok-handles mystats leaderboard help privacy notices';
const REVIEWER =
  'next move remove clearfree opensubmissions closesubmissions metrics resetpoints tiktok join leave play pause stop seek volume filter nowplaying voicestatus gifts';
const ADMIN =
  'setup setup-submission-portal setup-reviewer-channel setup-live-queue set-submission-channel setnowplayingchannel setbookmarkchannel setdebugchannel setup-post-live-metrics settings admin-link admin-unlink selfheal';

describe('commands', () => {
  test.each(['global', 'guild'] as const)('are taken by Discord (%s)', (scope) => {
    const definitions = cogs.flatMap((cog) =>
      [...cog.commands, ...(cog.messageCommands ?? [])].map(({ definition }) =>
        scope === 'global' ? { ...definition, contexts: [0], integration_types: [0] } : definition,
      ),
    );
    expect(problems(validateCommands(JSON.parse(JSON.stringify(definitions)), scope))).toEqual([]);
  });

  test.each([
    ['everyone', LISTENER],
    ['reviewer', REVIEWER],
    ['admin', ADMIN],
  ])('for %s are there, and for them alone', (access, names) => {
    for (const name of names.split(' ')) {
      expect([name, commands.find(({ definition }) => definition.name === name)?.access]).toEqual([name, access]);
    }
  });

  test('have a name of their own', () => {
    const names = commands.map(({ definition }) => definition.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('are all in /help, each for those who may use it', () => {
    const shown = {
      everyone: textOf(helpCard({ isReviewer: false, isAdmin: false })),
      reviewer: textOf(helpCard({ isReviewer: true, isAdmin: false })),
      admin: textOf(helpCard({ isReviewer: true, isAdmin: true })),
    };
    for (const { definition, access } of commands.filter(({ definition: { name } }) => name !== 'help')) {
      const missing = !new RegExp(`/${definition.name}(?![\\w-])`).test(shown[access]);
      expect([definition.name, missing]).toEqual([definition.name, false]);
    }
    const tooMuch = commands.filter(({ definition, access }) => {
      const named = new RegExp(`/${definition.name}(?![\\w-])`);
      return access !== 'everyone' && named.test(shown.everyone);
    });
    expect(tooMuch.map(({ definition }) => definition.name)).toEqual([]);
  });

  test('with an option that suggests have somebody who suggests', () => {
    const suggests = (value: unknown): boolean =>
      typeof value === 'object' &&
      value !== null &&
      (('autocomplete' in value && value.autocomplete === true) || Object.values(value).some(suggests));
    for (const { definition, complete } of commands)
      expect([definition.name, complete !== undefined]).toEqual([definition.name, suggests(definition)]);
  });
});

describe('buttons and menus', () => {
  const actions = new Map(components.map((component) => [component.action, component]));

  const customIds = (card: Card): readonly string[] => {
    const found: string[] = [];
    const visit = (value: unknown): void => {
      if (Array.isArray(value)) value.forEach(visit);
      else if (typeof value === 'object' && value !== null) {
        if ('custom_id' in value && typeof value.custom_id === 'string') found.push(value.custom_id);
        Object.values(value).forEach(visit);
      }
    };
    visit(card.components);
    return found;
  };

  test('have a module of their own', () => {
    expect(actions.size).toBe(components.length);
  });

  const setup = SETUP_STEPS.map((step) => {
    const state = { step, purposes: purposes('x'), roleId: ID, unseen: null, messageContent: true, news: null };
    return [`setup ${step}`, setupCard(state)] as const;
  });
  const cards = [
    ...Object.entries(CARDS).map(([name, draw]) => [name, draw(HOSTILE)] as const),
    ...Object.entries(PLAIN_CARDS),
    ...setup,
  ];

  test.each(cards)('of "%s" all lead somewhere', (_name, card) => {
    for (const customId of customIds(card)) {
      const decoded = decodeCustomId(customId);
      expect([customId, decoded.kind]).toEqual([customId, 'current']);
      if (decoded.kind === 'current') expect([customId, actions.has(decoded.id.action)]).toEqual([customId, true]);
    }
  });

  test.each(['reviewer queue', 'pending skips', 'one song', 'one pending song', 'control room, live', 'now playing'])(
    'of "%s" are for reviewers',
    (name) => {
      for (const customId of customIds(CARDS[name]?.(HOSTILE) ?? { components: [] })) {
        const decoded = decodeCustomId(customId);
        const access = decoded.kind === 'current' ? actions.get(decoded.id.action)?.access : null;
        expect([customId, access]).toEqual([customId, 'reviewer']);
      }
    },
  );
});
