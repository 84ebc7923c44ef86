import { lookup } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchText, isAllowed, isPublicAddress, lookupPublic } from '../../src/audio/public-fetch.ts';

test.each([
  ['8.8.8.8', true],
  ['2606:4700::1111', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.31.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['224.0.0.251', false],
  ['::1', false],
  ['::', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:7f00:1', false],
  ['::ffff:10.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['64:ff9b:1::7f00:1', false],
  ['::127.0.0.1', false],
  ['::ffff:0:127.0.0.1', false],
  ['fec0::1', false],
  ['2002:7f00:1::', false],
  ['fe80::1', false],
  ['fd00::1', false],
  ['ff02::1', false],
  ['not an address', false],
])('%s on the public internet: %s', (address, isPublic) => {
  expect(isPublicAddress(address)).toBe(isPublic);
});

describe('an address', () => {
  test.each([
    'https://soundcloud.com/a/b',
    'https://8.8.8.8/song.mp3',
    'https://[2606:4700::1111]/song.mp3',
    'https://cdn.example.org:8443/song.mp3',
  ])('of the public internet may be asked: %s', (url) => {
    expect(isAllowed(new URL(url), new Set())).toBe(true);
  });

  test.each([
    ['over plain http', 'http://soundcloud.com/a/b'],
    ['of the machine by number', 'https://127.0.0.1/'],
    ['in one decimal number', 'https://2130706433/'],
    ['in hexadecimal', 'https://0x7f000001/'],
    ['in octal', 'https://0177.0.0.1/'],
    ['in two parts', 'https://127.1/'],
    ['in full-width digits', 'https://１２７.0.0.1/'],
    ['of IPv6', 'https://[::1]/'],
    ['of IPv4 inside IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['of IPv4 behind NAT64', 'https://[64:ff9b::a00:1]/'],
    ['of the link', 'https://169.254.169.254/latest/meta-data/'],
    ['of no place', 'https://0.0.0.0/'],
    ['with a name in front of the host', 'https://soundcloud.com@8.8.8.8/'],
    ['of a file', 'file:///etc/passwd'],
    ['of data', 'data:text/plain,x'],
  ])('%s is never asked', (_what, url) => {
    expect(isAllowed(new URL(url), new Set())).toBe(false);
  });
});

describe('a name', () => {
  const looked = (all: boolean) =>
    new Promise<{ readonly error: Error | null; readonly found: unknown }>((resolve) => {
      lookupPublic('localhost', { all }, (error, found) => resolve({ error, found }));
    });

  test.each([true, false])('that leads to this machine leads nowhere (all: %s), though it is known', async (all) => {
    const known = await new Promise<string>((resolve) => lookup('localhost', (_error, address) => resolve(address)));
    expect(isPublicAddress(known)).toBe(false);
    const { error, found } = await looked(all);
    expect(error?.message).toContain('not on the public internet');
    expect(found).toBe('');
  });
});

describe('a redirect', () => {
  /** Where platforms may answer, in these tests. */
  let site: Server;
  /** On the same machine, and not to be talked to: it takes any connection, encrypted or not. */
  const ear = createSocketServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  let heard = 0;
  let origin = '';
  let earPort = 0;
  const asked: string[] = [];
  beforeAll(async () => {
    site = createServer((request, response) => {
      asked.push(request.url ?? '');
      const to = decodeURIComponent((request.url ?? '').slice(1));
      response.writeHead(302, { location: to === 'loop' ? '/loop' : to }).end();
    });
    const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => ear.listen(0, resolve));
    origin = `http://127.0.0.1:${port(site)}`;
    earPort = port(ear);
  });
  afterAll(() => {
    site.close();
    site.closeAllConnections();
    ear.close();
  });

  const fetched = (path: string) =>
    fetchText(new URL(`${origin}/${path}`), {
      headers: {},
      maxBytes: 1_000,
      idleMs: 2_000,
      signal: AbortSignal.timeout(5_000),
      trusted: new Set([origin]),
    });

  test.each([
    ['to an address of this machine', 'https://127.0.0.1:EAR/'],
    ['to its IPv6 address', 'https://[::1]:EAR/'],
    ['to IPv4 inside IPv6', 'https://[::ffff:127.0.0.1]:EAR/'],
    ['to a decimal number', 'https://2130706433:EAR/'],
    ['to an octal number', 'https://0177.0.0.1:EAR/'],
    ['to a name of this machine', 'https://localhost:EAR/'],
    ['to that name with a dot', 'https://localhost.:EAR/'],
    ['to plain http', 'http://127.0.0.1:EAR/'],
    ['without a scheme', '//127.0.0.1:EAR/'],
    ['with a name in front', 'https://soundcloud.com@127.0.0.1:EAR/'],
    ['to another scheme', 'ftp://127.0.0.1:EAR/'],
    ['to a file', 'file:///etc/passwd'],
  ])('%s is not followed', async (_what, to) => {
    const result = await fetched(encodeURIComponent(to.replace('EAR', String(earPort))));
    expect(result).toMatchObject({ ok: false });
    expect(heard).toBe(0);
  });

  test('to itself ends after six requests', async () => {
    asked.splice(0);
    expect(await fetched('loop')).toMatchObject({ ok: false, error: { kind: 'failed' } });
    expect(asked).toHaveLength(6);
  });
});
