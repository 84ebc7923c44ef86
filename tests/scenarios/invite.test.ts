import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EVERYONE_DEFAULT } from '../../sandbox/discord/permissions.ts';
import { INVITED } from '../../sandbox/stage/cast.ts';
import { PATIENCE, panel, type Show, someLink, startShow, submit, submitFree, tone } from './show.ts';

const README = new URL('../../README.md', import.meta.url);

/** The number in the link that the README tells people to invite the bot with. */
async function invited(): Promise<bigint> {
  const readme = await readFile(README, 'utf8');
  const links = [...readme.matchAll(/oauth2\/authorize\?\S*permissions=(\d+)/g)].map(([, bits]) => BigInt(bits ?? 0));
  expect(links).toHaveLength(1);
  return links[0] ?? 0n;
}

let show: Show;
beforeAll(async () => {
  show = await startShow();
  const { world } = show.sandbox.discord;
  // Nothing that @everyone happens to have helps the bot: people have it by a role of their own.
  const members = world.addRole(show.guildId, { name: 'Members', permissions: EVERYONE_DEFAULT });
  for (const { id } of [show.nova, show.ana, show.ben]) world.giveRole(show.guildId, id, members.id);
  world.updateRole(show.guildId, { permissions: 0n });
  world.updateRole(world.botRole(show.guildId).id, { permissions: await invited() });
});
afterAll(() => show.stop());

it('every command that the README names is offered', async () => {
  const text = await readFile(README, 'utf8');
  const named = [...text.matchAll(/`\/([a-z][a-z-]+)/g)].map(([, name = '']) => name);
  const offered = [...show.sandbox.discord.world.commands.values()].map(({ name }) => name);
  const addresses = ['healthz', 'readyz', 'configure'];
  expect(named).toContain('setup');
  expect(named.filter((name) => !offered.includes(name) && !addresses.includes(name))).toEqual([]);
});

it('the demo’s bot has what the link grants, too', async () => {
  expect(INVITED).toBe(await invited());
});

it('a bot invited with the link of the README lacks nothing in a whole show', async () => {
  const { nova, ana, ben, channels, guildId, sandbox } = show;
  const { world } = sandbox.discord;
  const start = await nova.slash('setup');
  const role = await (await nova.click(start, { label: 'Create the channels for me' })).final(PATIENCE);
  const made = await (await nova.click(role, { label: 'Create the channels for me' })).final(PATIENCE);
  expect(made.text).toContain('✨ Made');
  await show.setUp();
  await (await nova.slash('setup-submission-portal', { channel: channels.lobby })).final(PATIENCE);

  const host = sandbox.tiktok?.host('novalive');
  const live = host?.goLive();
  await (await nova.slash('tiktok connect', { unique_id: 'novalive' })).final(PATIENCE);
  await live?.waitForConnection();
  const seen = await submit(ben, { file: { name: 'a.mp3', bytes: await tone(440, 20) }, artist: 'Ben', title: 'Tone' });
  await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
  await submitFree(ana, 'Second');
  const pasted = await ana.say(channels.submissions, someLink());
  await ana.nextDm(PATIENCE);
  expect(world.messages.in(channels.submissions.id)).not.toContainEqual(expect.objectContaining({ id: pasted.id }));

  await nova.joinVoice(channels.studio);
  expect((await (await nova.slash('join')).final(PATIENCE)).text).toContain('Studio');
  await nova.waitToSee(channels.review, /Reviewer queue[\s\S]*Tone[\s\S]*ready/, PATIENCE);
  const desk = await panel(nova, channels.review, 'Control room');
  await nova.click(desk, { label: 'Next' });
  await sandbox.voice?.captureOf(guildId)?.waitForAudio({ ms: 200 }, PATIENCE);
  await nova.waitToSee(channels.playing, /Tone/, PATIENCE);
  await (await nova.click(await panel(nova, channels.review, 'Control room'), { label: 'Bookmark' })).final(PATIENCE);
  await nova.waitToSee(channels.bookmarks, /Tone/, PATIENCE);
  expect(world.channel(channels.studio.id).voiceStatus).toContain('Tone');

  const cleo = sandbox.tiktok?.viewer('cleo');
  if (cleo !== undefined) live?.like(cleo, 5);
  host?.endLive();
  const numbers = await nova.waitToSee(channels.numbers, /novalive/, PATIENCE);
  expect(numbers.files.map(({ name }) => name.split('.').at(-1)).sort()).toEqual(['csv', 'png']);
  expect((await (await nova.slash('selfheal')).final(PATIENCE)).text).not.toMatch(/missing|lack/i);
  const refused = world.events.history('request').map(({ request }) => request);
  expect(refused.filter(({ status }) => status === 403)).toEqual([]);
});
