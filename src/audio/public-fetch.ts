import { lookup as resolveName } from 'node:dns';
import { type FileHandle, open } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { err, ok, type Result } from '../lib/result.ts';

/**
 * Fetching from hosts that a platform names: any of them, but only on the public internet. A page must not be able to
 * make the bot talk to this machine or its network, by address, by name or by redirect.
 */
export interface PublicFetchOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly maxBytes: number;
  /** Between two pieces, ms. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** Origins that are fetched wherever they are, also over http: for tests. */
  readonly trusted: ReadonlySet<string>;
}

export type FetchTrouble =
  | { readonly kind: 'refused' }
  /** `status` null: no answer, cut off, or cancelled. */
  | { readonly kind: 'failed'; readonly status: number | null }
  | { readonly kind: 'too-big' };

const MAX_REDIRECTS = 5;

/** Of IPv6 the public internet is in here; whatever else means this machine, this network or an IPv4 address. */
const GLOBAL_V6 = ['2000::', 3] as const;
/** What is not the public internet: of IPv4 all of that, of IPv6 what is inside of the network above. */
const PRIVATE = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;

function listOf(networks: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4');
  return list;
}

const privateNetworks = listOf(PRIVATE);
const globalV6 = listOf([GLOBAL_V6]);

export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 6) return globalV6.check(address, 'ipv6') && !privateNetworks.check(address, 'ipv6');
  return family === 4 && !privateNetworks.check(address, 'ipv4');
}

/** The address that is connected to is the address that was looked at. */
export const lookupPublic: LookupFunction = (host, options, done) => {
  resolveName(host, { ...options, all: true }, (error, addresses) => {
    const found = error === null ? addresses.filter(({ address }) => isPublicAddress(address)) : [];
    const [first] = found;
    if (first === undefined) done(error ?? new Error(`${host} is not on the public internet`), '', 0);
    else if (options.all === true) done(null, found);
    else done(null, first.address, first.family);
  });
};

/** Whether this may be asked for at all. */
export function isAllowed(url: URL, trusted: ReadonlySet<string>): boolean {
  if (trusted.has(url.origin)) return true;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return url.protocol === 'https:' && url.username === '' && (isIP(host) === 0 || isPublicAddress(host));
}

/** The answer behind at most five redirects. Its body must be consumed or destroyed. */
async function get(start: URL, options: PublicFetchOptions): Promise<Result<http.IncomingMessage, FetchTrouble>> {
  let url = start;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    if (!isAllowed(url, options.trusted)) return err({ kind: 'refused' });
    const response = await request(url, options);
    if (response === null) return err({ kind: 'failed', status: null });
    const status = response.statusCode ?? 0;
    const location = response.headers.location;
    if (status >= 200 && status < 300) return ok(response);
    response.destroy();
    const next = status >= 300 && status < 400 && location !== undefined ? URL.parse(location, url.href) : null;
    if (next === null) return err({ kind: 'failed', status });
    url = next;
  }
  return err({ kind: 'failed', status: null });
}

function request(url: URL, { headers, idleMs, signal, trusted }: PublicFetchOptions) {
  const lookup = trusted.has(url.origin) ? {} : { lookup: lookupPublic };
  const settings = { headers: { 'accept-encoding': 'identity', ...headers }, timeout: idleMs, signal, ...lookup };
  return new Promise<http.IncomingMessage | null>((resolve) => {
    const sent =
      url.protocol === 'https:'
        ? https.request(url, { ...settings, agent: new https.Agent() })
        : http.request(url, { ...settings, agent: new http.Agent() });
    sent.once('response', resolve);
    sent.once('timeout', () => sent.destroy(new Error('timed out')));
    sent.on('error', () => resolve(null));
    sent.end();
  });
}

/** A small text. */
export async function fetchText(url: URL, options: PublicFetchOptions): Promise<Result<string, FetchTrouble>> {
  const pieces: Buffer[] = [];
  const fetched = await consume(url, options, async (piece) => {
    pieces.push(piece);
  });
  return fetched.ok ? ok(Buffer.concat(pieces).toString('utf8')) : fetched;
}

/**
 * A file onto the disk. What was written of a failed one is the caller's to remove; a full disk is thrown.
 * @param chunkBytes asked for in pieces of this size, because some platforms slow down whole files
 */
export async function fetchFile(
  url: URL,
  path: string,
  options: PublicFetchOptions & { readonly chunkBytes: number | null },
): Promise<Result<number, FetchTrouble>> {
  const file = await open(path, 'w');
  try {
    return await (options.chunkBytes === null
      ? consume(url, options, async (piece) => void (await file.write(piece)))
      : inChunks(url, file, options, options.chunkBytes));
  } finally {
    await file.close();
  }
}

async function inChunks(
  url: URL,
  file: FileHandle,
  options: PublicFetchOptions,
  chunkBytes: number,
): Promise<Result<number, FetchTrouble>> {
  for (let bytes = 0; ; ) {
    const headers = { ...options.headers, range: `bytes=${bytes}-${bytes + chunkBytes - 1}` };
    const left = { ...options, headers, maxBytes: options.maxBytes - bytes };
    const piece = await consume(url, left, async (part) => void (await file.write(part)));
    if (!piece.ok) {
      // Exactly at the end there is no further piece.
      const isOver = bytes > 0 && piece.error.kind === 'failed' && piece.error.status === 416;
      return isOver ? ok(bytes) : piece;
    }
    bytes += piece.value;
    if (piece.value < chunkBytes) return ok(bytes);
  }
}

/** @returns bytes taken */
async function consume(
  url: URL,
  options: PublicFetchOptions,
  take: (piece: Buffer) => Promise<void>,
): Promise<Result<number, FetchTrouble>> {
  const answer = await get(url, options);
  if (!answer.ok) return answer;
  const response = answer.value;
  try {
    if (Number(response.headers['content-length'] ?? 0) > options.maxBytes) return err({ kind: 'too-big' });
    const pieces = response[Symbol.asyncIterator]();
    let bytes = 0;
    for (;;) {
      const piece = await pieces.next().then(
        ({ done, value }) => (done === true ? null : (value as Buffer)),
        () => 'lost' as const,
      );
      if (piece === 'lost' || options.signal.aborted) return err({ kind: 'failed', status: null });
      if (piece === null) return ok(bytes);
      bytes += piece.length;
      if (bytes > options.maxBytes) return err({ kind: 'too-big' });
      await take(piece);
    }
  } finally {
    response.destroy();
  }
}
