import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { err, ok, type Result } from '../lib/result.ts';
import { isDiskFull } from './media-folder.ts';

/** Discord's own storage. `media.discordapp.net` is its proxy; audio comes from the first one. */
const DISCORD_HOSTS: ReadonlySet<string> = new Set(['cdn.discordapp.com', 'media.discordapp.net']);

export interface DownloadLimits {
  readonly maxBytes: number;
  /** From the request to the first byte, and between two pieces. ms */
  readonly idleMs: number;
  /** For the whole file, ms. */
  readonly totalMs: number;
}

export type DownloadTrouble =
  | { readonly kind: 'host-refused' }
  /** `status` null: no answer, cut off, or too slow. */
  | { readonly kind: 'unreachable'; readonly status: number | null }
  | { readonly kind: 'too-big'; readonly bytes: number | null }
  | { readonly kind: 'disk-full' };

export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Whether a file may be fetched from there: Discord's hosts over https on the usual port, or exactly the origin of the
 * configured CDN (scheme and port included).
 * @returns null when it may not
 */
export function allowedSource(text: string, cdnUrl: string | null): URL | null {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return null;
  if (cdnUrl !== null && url.origin === URL.parse(cdnUrl)?.origin) return url;
  return url.protocol === 'https:' && url.port === '' && DISCORD_HOSTS.has(url.hostname) ? url : null;
}

/**
 * Streams a file to the disk, hashing as it comes. Redirects are refused like any other status but 200; no proxy of the
 * environment is used. What was written of a refused file is the caller's to remove.
 */
export async function download(
  url: URL,
  path: string,
  limits: DownloadLimits,
): Promise<Result<Downloaded, DownloadTrouble>> {
  const deadline = AbortSignal.timeout(limits.totalMs);
  const file = await open(path, 'wx');
  try {
    const response = await request(url, limits.idleMs, deadline);
    if (response === null) return err({ kind: 'unreachable', status: null });
    try {
      return await receive(response, file, limits, deadline);
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (isDiskFull(error)) return err({ kind: 'disk-full' });
    throw error;
  } finally {
    await file.close();
  }
}

async function receive(
  response: http.IncomingMessage,
  file: FileHandle,
  limits: DownloadLimits,
  deadline: AbortSignal,
): Promise<Result<Downloaded, DownloadTrouble>> {
  if (response.statusCode !== 200) return err({ kind: 'unreachable', status: response.statusCode ?? null });
  const claimed = Number(response.headers['content-length'] ?? Number.NaN);
  if (claimed > limits.maxBytes) return err({ kind: 'too-big', bytes: claimed });
  const hash = createHash('sha256');
  let bytes = 0;
  const pieces = response[Symbol.asyncIterator]();
  for (;;) {
    const piece = await nextPiece(pieces);
    if (piece === 'lost' || deadline.aborted) return err({ kind: 'unreachable', status: null });
    if (piece === 'end') break;
    bytes += piece.length;
    if (bytes > limits.maxBytes) return err({ kind: 'too-big', bytes: null });
    hash.update(piece);
    await file.write(piece);
  }
  // A connection that closes early does not end cleanly; a body without a length may, so the header has the last word.
  if (Number.isFinite(claimed) && bytes < claimed) return err({ kind: 'unreachable', status: null });
  return ok({ sha256: hash.digest('hex'), bytes });
}

/** The network's errors as a value; everything else is a bug and passes through. */
async function nextPiece(pieces: AsyncIterator<unknown>): Promise<Buffer | 'end' | 'lost'> {
  return pieces.next().then(
    ({ done, value }) => (done === true ? 'end' : Buffer.from(value as Buffer)),
    () => 'lost' as const,
  );
}

/** Null when there was no answer. */
function request(url: URL, idleMs: number, signal: AbortSignal): Promise<http.IncomingMessage | null> {
  const { request: send, Agent } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve) => {
    // An agent of its own: the process-wide one may be set to a proxy by the environment.
    const sent = send(url, {
      agent: new Agent({ keepAlive: false }),
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'Skipline' },
      timeout: idleMs,
      signal,
    });
    sent.once('response', resolve);
    sent.once('timeout', () => sent.destroy(new Error('timed out')));
    sent.on('error', () => resolve(null));
    sent.end();
  });
}
