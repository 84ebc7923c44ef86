import { describe, expect, test } from 'vitest';
import { validateCommand } from '../../sandbox/discord/validate/commands.ts';
import type { Access, AnswerMode } from '../../src/discord/answer.ts';
import { type CogPorts, createCogs } from '../../src/discord/cogs/create-cogs.ts';
import { problems } from '../sandbox/validate-form.ts';

/** Composing the surface uses no service: a call would fail here, on `undefined`. */
const cogs = createCogs({ services: {}, clock: { now: () => 0 }, messageContent: true } as unknown as CogPorts);
const commands = cogs.flatMap((cog) => cog.commands);
const messageCommands = cogs.flatMap((cog) => cog.messageCommands ?? []);
const components = cogs.flatMap((cog) => cog.components);

/** Who may use what, and how the first answer goes out. Something new is entered here, with who may use it. */
type Row = readonly [access: Access, answer: AnswerMode, names: string];

const COMMANDS: readonly Row[] = [
  ['everyone', 'modal', 'submit'],
  ['everyone', 'private', 'submitfile mysubmissions queue'],
  ['everyone', 'private', 'link-tiktok unlink-tiktok my-tiktok-handles mystats leaderboard'],
  ['everyone', 'private', 'help privacy notices'],
  [
    'reviewer',
    'private',
    'next move remove clearfree opensubmissions closesubmissions resetpoints tiktok gifts overlay',
  ],
  ['reviewer', 'private', 'join leave play pause stop seek volume filter nowplaying voicestatus'],
  ['reviewer', 'public', 'metrics'],
  ['admin', 'private', 'setup selfheal settings admin-link admin-unlink'],
  ['admin', 'private', 'setup-submission-portal setup-reviewer-channel setup-live-queue setup-post-live-metrics'],
  ['admin', 'private', 'set-submission-channel setnowplayingchannel setbookmarkchannel setdebugchannel'],
];

const COMPONENTS: readonly Row[] = [
  ['everyone', 'modal', 'portal.submit portal.link submission.retry'],
  ['everyone', 'private', 'portal.mine portal.again portal.link-now submission.modal live-queue.page'],
  ['everyone', 'update', 'submission.skip submission.own-page submission.own-act submission.again'],
  ['everyone', 'update', 'queue.page leaderboard.page privacy.erase privacy.keep'],
  ['reviewer', 'modal', 'song.remove pending.reject pending.reason'],
  ['reviewer', 'private', 'reviewer.pick pending.pick song.history'],
  ['reviewer', 'update', 'reviewer.next reviewer.undo reviewer.clear reviewer.keep reviewer.unclear reviewer.page'],
  ['reviewer', 'update', 'song.move song.play-next song.remove-now song.bookmark reviewer.finish'],
  ['reviewer', 'update', 'pending.approve pending.reject-now pending.decide pending.page'],
  [
    'reviewer',
    'update',
    'room.open room.close voice.play voice.pause voice.stop voice.seek voice.volume voice.filters points.reset-all points.keep',
  ],
  ['reviewer', 'update', 'gifts.page gifts.pick gifts.reverse'],
  ['admin', 'update', 'setup.step setup.create setup.role setup.channel setup.test setup.finish'],
];

/** One line each, so that a difference names what differs. */
const lines = (rows: readonly Row[]) =>
  rows.flatMap(([access, answer, names]) => names.split(' ').map((name) => `${name}: ${access}, ${answer}`)).toSorted();

describe('the surface', () => {
  test('has these commands, each for those who may use it', () => {
    const registered = commands.map(({ definition, access, answer }) => `${definition.name}: ${access}, ${answer}`);
    expect(registered.toSorted()).toEqual(lines(COMMANDS));
  });

  test('has one entry in the menu of a message', () => {
    expect(messageCommands.map(({ definition, access }) => [definition.name, access])).toEqual([
      ['Submit this track', 'everyone'],
    ]);
  });

  test('has these buttons, menus and modals, each once and for those who may use it', () => {
    const known = components.map(({ action, access, answer }) => `${action}: ${access}, ${answer}`);
    expect(known.toSorted()).toEqual(lines(COMPONENTS));
  });
});

describe('a definition', () => {
  const definitions = [...commands, ...messageCommands].map(({ definition }) => [definition.name, definition] as const);

  test.each(definitions)('of %s is taken by Discord', (_name, definition) => {
    expect(problems(validateCommand(JSON.parse(JSON.stringify(definition)), 'guild'))).toEqual([]);
  });
});
