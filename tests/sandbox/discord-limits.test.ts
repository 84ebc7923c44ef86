import type { TextChannel } from 'discord.js';
import { expect, test } from 'vitest';
import { asNumber } from '../../sandbox/discord/json.ts';
import { login, type Stage, stage } from './discord-harness.ts';

const HOUR_MS = 3_600_000;

const repeat = async (times: number, act: (index: number) => ReturnType<Stage['call']>) => {
  const answers = [];
  for (let index = 0; index < times; index += 1) answers.push(await act(index));
  return answers;
};

const own = (scene: Stage): string =>
  scene.world.messages.post({ channelId: scene.channel.id, authorId: scene.world.bot.id, content: 'panel' }).id;

test('five messages in five seconds, then 429 with headers and body, then the window opens again', async () => {
  const scene = await stage();
  const path = `/channels/${scene.channel.id}/messages`;
  const answers = await repeat(6, () => scene.call('POST', path, { content: 'x' }));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(answers.map((answer) => answer.headers.get('x-ratelimit-remaining'))).toEqual(['4', '3', '2', '1', '0', '0']);
  const last = answers.at(-1);
  expect(last?.body).toMatchObject({ message: 'You are being rate limited.', global: false });
  expect(asNumber(last?.body.retry_after)).toBeGreaterThan(4);
  expect(last?.headers.get('retry-after')).toBe('5');
  expect(last?.headers.get('x-ratelimit-scope')).toBe('user');
  // Another channel and another method have buckets of their own.
  const other = scene.world.addChannel(scene.guild.id, { name: 'other' });
  expect((await scene.call('POST', `/channels/${other.id}/messages`, { content: 'x' })).status).toBe(200);
  expect((await scene.call('PATCH', `${path}/${own(scene)}`, { content: 'y' })).status).toBe(200);
  scene.world.advance(5_000);
  expect((await scene.call('POST', path, { content: 'x' })).status).toBe(200);
  expect(scene.discord.limits.invalidRequests()).toBe(1);
});

test('edits share one bucket per channel, whatever the message', async () => {
  const scene = await stage();
  const ids = [own(scene), own(scene)];
  const answers = await repeat(6, (index) =>
    scene.call('PATCH', `/channels/${scene.channel.id}/messages/${ids[index % 2]}`, { content: `${index}` }),
  );
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 429]);
});

test('messages older than an hour take three edits in six seconds, and nothing warns of it', async () => {
  const scene = await stage();
  const old = own(scene);
  scene.world.advance(HOUR_MS + 1);
  const path = `/channels/${scene.channel.id}/messages/${old}`;
  const answers = await repeat(4, (index) => scene.call('PATCH', path, { content: `${index}` }));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429]);
  expect(answers[2]?.headers.get('x-ratelimit-remaining')).toBe('2');
  const refused = answers[3];
  expect(refused).toMatchObject({ code: 30_046, body: { global: false } });
  expect(refused?.headers.get('x-ratelimit-remaining')).toBeNull();
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(scene.world.events.history('rate-limited')).toMatchObject([{ code: 30_046 }]);
  scene.world.advance(6_000);
  expect((await scene.call('PATCH', path, { content: 'later' })).status).toBe(200);
});

test('discord.js waits for 30046 by itself and the last edit wins', async () => {
  const scene = await stage();
  const old = own(scene);
  scene.world.advance(HOUR_MS + 1);
  const client = await login(scene.discord);
  const text = (await client.channels.fetch(scene.channel.id)) as TextChannel;
  for (const content of ['1', '2', '3']) await text.messages.edit(old, { content });
  const limited = scene.world.events.waitFor('rate-limited');
  const fourth = text.messages.edit(old, { content: '4' });
  const { retryAfterMs } = await limited;
  expect(retryAfterMs).toBeGreaterThan(4_000);
  // The library sleeps in real time; the proof that it would retry is that it has not failed.
  const state = await Promise.race([
    fourth.then(
      () => 'done',
      () => 'failed',
    ),
    Promise.resolve('waiting'),
  ]);
  expect(state).toBe('waiting');
  expect(scene.world.messages.in(scene.channel.id)[0]?.content).toBe('3');
});

test('a channel is renamed twice in ten minutes; other changes go on', async () => {
  const scene = await stage();
  const path = `/channels/${scene.channel.id}`;
  const answers = await repeat(3, (index) => scene.call('PATCH', path, { name: `name-${index}` }));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
  expect(asNumber(answers[2]?.body.retry_after)).toBeGreaterThan(590);
  expect((await scene.call('PATCH', path, { nsfw: true })).status).toBe(200);
});

test('50 requests a second in total, from which interaction callbacks are exempt', async () => {
  const scene = await stage();
  const answers = await Promise.all(Array.from({ length: 51 }, () => scene.call('GET', '/users/@me')));
  const refused = answers.filter((answer) => answer.status === 429);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.headers.get('x-ratelimit-global')).toBe('true');
  expect(refused[0]?.body).toMatchObject({ global: true });
  const callback = await scene.call('POST', `/interactions/${scene.guild.id}/token/callback`, { type: 5 });
  expect(callback).toMatchObject({ status: 404, code: 10_062 });
});

test('invalid requests of the last ten minutes are counted', async () => {
  const scene = await stage();
  await repeat(3, () => scene.call('GET', '/users/@me', undefined, { authorization: 'Bot nope' }));
  await scene.call('GET', `/channels/${scene.world.application.id}`);
  expect(scene.discord.limits.invalidRequests()).toBe(3);
  scene.world.advance(600_000);
  expect(scene.discord.limits.invalidRequests()).toBe(0);
});
