import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { isOutage } from '../../src/discord/send.ts';

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a request that got no answer', () => {
  it('is an outage when none of the several addresses of Discord could be reached', async () => {
    const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
    const socket = connect({
      host: 'discord.test',
      port: await closedPort(),
      autoSelectFamily: true,
      lookup: (_host, _options, found) => found(null, addresses),
    });
    const failure = await new Promise((resolve) => socket.once('error', resolve));
    expect(failure).toMatchObject({ name: 'AggregateError', message: '' });
    expect(isOutage(failure)).toBe(true);
  });

  it.each([
    ['a name that is not found', 'getaddrinfo ENOTFOUND discord.com', 'ENOTFOUND', true],
    ['a network that is down', 'connect ENETUNREACH 162.159.138.232:443', 'ENETUNREACH', true],
    ['a connection that never comes up', 'Connect Timeout Error (timeout: 10000ms)', 'UND_ERR_CONNECT_TIMEOUT', true],
    ['an answer that never begins', 'Headers Timeout Error', 'UND_ERR_HEADERS_TIMEOUT', true],
    ['a bug of ours', 'Invalid header value', 'ERR_INVALID_CHAR', false],
  ])('because of %s: told by its code', (_name, message, code, expected) => {
    expect(isOutage(Object.assign(new Error(message), { code }))).toBe(expected);
  });
});
