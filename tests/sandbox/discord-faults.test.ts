import type { TextChannel } from 'discord.js';
import { expect, test } from 'vitest';
import { login, type Stage, stage } from './discord-harness.ts';
import { Wire } from './discord-wire.ts';

const textOf = async (scene: Stage): Promise<TextChannel> => {
  const client = await login(scene.discord);
  return (await client.channels.fetch(scene.channel.id)) as TextChannel;
};

test('a 503 that happens once is survived by the library’s retry', async () => {
  const scene = await stage();
  const text = await textOf(scene);
  scene.discord.faults.rest({ match: '/messages', method: 'POST', status: 503, times: 1 });
  await text.send('through');
  expect(scene.world.messages.in(scene.channel.id).map((message) => message.content)).toEqual(['through']);
  expect(scene.world.requests((request) => request.method === 'POST').map((request) => request.status)).toEqual([
    503, 200,
  ]);
});

test('a storm of 500s ends in an error and can be called off', async () => {
  const scene = await stage();
  const text = await textOf(scene);
  const calm = scene.discord.faults.rest({ match: /messages$/, status: 500 });
  await expect(text.send('no')).rejects.toMatchObject({ status: 500 });
  calm();
  await text.send('yes');
});

test('an abort after the fact loses the answer, not the message', async () => {
  const scene = await stage();
  const text = await textOf(scene);
  scene.discord.faults.rest({ match: '/messages', method: 'POST', abort: 'after', times: 1 });
  // Whether the library tries again or gives up is its own business.
  await Promise.allSettled([text.send('once or twice')]);
  expect(scene.world.messages.in(scene.channel.id).length).toBeGreaterThan(0);
  scene.discord.faults.rest({ match: '/messages', abort: 'before' });
  const before = scene.world.messages.in(scene.channel.id).length;
  await expect(text.send('never')).rejects.toThrow();
  expect(scene.world.messages.in(scene.channel.id)).toHaveLength(before);
});

test('a long 429 and a global one can be played', async () => {
  const scene = await stage();
  const body = { message: 'You are being rate limited.', retry_after: 120, global: true };
  const headers = { 'retry-after': '120', 'x-ratelimit-global': 'true', 'x-ratelimit-scope': 'global' };
  scene.discord.faults.rest({ status: 429, body, headers, times: 1 });
  const answer = await scene.call('GET', '/users/@me');
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('120');
  expect((await scene.call('GET', '/users/@me')).status).toBe(200);
});

test('a token that is reset in the middle of a run gives 401 and closes the gateway with 4004', async () => {
  const scene = await stage();
  const closed = scene.world.events.waitFor('gateway-closed');
  const wire = new Wire(scene.discord);
  await wire.identify(scene.discord);
  await wire.frame(0, 'READY');
  const old = scene.world.token;
  expect(scene.discord.resetToken()).not.toBe(old);
  expect((await closed).code).toBe(4004);
  expect(await scene.call('GET', '/users/@me', undefined, { authorization: `Bot ${old}` })).toMatchObject({
    status: 401,
  });
});

test('an HTML error page of the edge is no JSON', async () => {
  const scene = await stage();
  scene.discord.faults.rest({ status: 502, body: '<html>502 Bad Gateway</html>', times: 1 });
  const response = await fetch(`${scene.discord.apiUrl}/v10/gateway`);
  expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
});

test('the CDN can be slow, broken, or stop in the middle of a file', async () => {
  const scene = await stage();
  const files = [{ name: 'song.mp3', bytes: Buffer.alloc(100_000, 1) }];
  const { attachments } = scene.world.messages.post({ channelId: scene.channel.id, authorId: scene.owner.id, files });
  const [attachment] = attachments;
  const url = attachment === undefined ? '' : scene.world.files.url(attachment);
  scene.discord.faults.cdn({ status: 503, times: 1 });
  expect((await fetch(url)).status).toBe(503);
  scene.discord.faults.cdn({ cutAfterBytes: 1_000, times: 1 });
  const cut = await fetch(url);
  expect(cut.headers.get('content-length')).toBe('100000');
  await expect(cut.arrayBuffer()).rejects.toThrow();
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(100_000);
});

test('permissions taken away, messages and channels deleted: the next request says so', async () => {
  const scene = await stage({ botPermissions: 1n << 11n });
  const text = await textOf(scene);
  const sent = await text.send('panel');
  scene.world.messages.delete(scene.channel.id, sent.id);
  await expect(sent.edit('x')).rejects.toMatchObject({ code: 10_008 });
  scene.world.updateRole(scene.guild.id, { permissions: 1n << 10n });
  scene.world.updateRole(scene.world.botRole(scene.guild.id).id, { permissions: 0n });
  await expect(text.send('x')).rejects.toMatchObject({ code: 50_013 });
  scene.world.deleteChannel(scene.channel.id);
  await expect(text.send('x')).rejects.toMatchObject({ code: 10_003 });
});

test('every request stands in the journal with route, status, code and body', async () => {
  const scene = await stage();
  const mark = scene.world.events.mark();
  await scene.call('POST', `/channels/${scene.channel.id}/messages`, { content: 'hello' });
  await scene.call('GET', '/nowhere');
  const [sent, lost] = scene.world.requests(() => true, mark);
  expect(sent).toMatchObject({
    method: 'POST',
    route: '/channels/:channel/messages',
    status: 200,
    code: null,
    body: { content: 'hello' },
  });
  expect(lost).toMatchObject({ status: 404, path: '/nowhere' });
  expect(await scene.call('PUT', '/users/@me')).toMatchObject({ status: 405 });
});

test('waiting fails after its time with what was missing', async () => {
  const { world } = await stage();
  await expect(world.events.waitFor('dm', () => true, { timeoutMs: 5 })).rejects.toThrow('no "dm" event within 5 ms');
  await expect(world.events.until(() => false, { timeoutMs: 5, what: 'the panel did not change' })).rejects.toThrow(
    'the panel did not change within 5 ms',
  );
});
