import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, queueText, startDesk } from './desk.ts';
import { type Show, someLink, submit } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startDesk({
    env: { MESSAGE_CONTENT: 'off' },
    sandbox: { discord: { privilegedIntents: { messageContent: false, guildMembers: false, presences: false } } },
  });
});
afterAll(() => show.stop());

it('without the Message Content intent the bot runs, says so, touches no message and takes songs by command', async () => {
  const assigned = await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  expect(assigned.text).toMatch(/Message Content/);
  expect((await ask(show.nova, 'selfheal')).text).toMatch(/Message Content/);
  const said = await show.ana.say(show.channels.submissions, someLink());
  await submit(show.ana, { link: someLink(), title: 'By Hand' });
  expect(await queueText(show)).toContain('By Hand');
  expect(show.sandbox.discord.world.messages.get(said.channelId, said.id)).toBeDefined();
  expect(await queueText(show)).toMatch(/1 song waiting/);
});

it('"Submit this track" reads the message all the same, because Discord hands it over', async () => {
  const said = await show.ben.say(show.channels.lobby, `mine: ${someLink()}`);
  const seen = await (await show.ben.contextMenu('Submit this track', said)).final();
  expect(seen.text).toMatch(/Submitted as/);
});
