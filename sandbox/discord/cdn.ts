import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { CdnFault, Faults } from './faults.ts';
import type { Attachment } from './model.ts';
import type { Method } from './rest/router.ts';
import type { World } from './world.ts';

const GONE = 'This content is no longer available.';

const refuse = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain;charset=UTF-8', 'content-length': Buffer.byteLength(text) });
  response.end(text);
};

interface Slice {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
  readonly partial: boolean;
}

const sliceOf = (header: string | undefined, size: number): Slice => {
  const range = /^bytes=(\d+)-(\d*)$/.exec(header ?? '');
  const start = Number(range?.[1] ?? 0);
  const end = Math.min(range?.[2] ? Number(range[2]) : size - 1, size - 1);
  return range !== null && start <= end ? { start, end, partial: true } : { start: 0, end: size - 1, partial: false };
};

const send = (
  request: IncomingMessage,
  response: ServerResponse,
  attachment: Attachment,
  bytes: Uint8Array,
  fault: CdnFault | undefined,
): void => {
  const { start, end, partial } = sliceOf(request.headers.range, bytes.byteLength);
  response.writeHead(partial ? 206 : 200, {
    'content-type': attachment.contentType ?? 'application/octet-stream',
    ...(fault?.unsized === true ? {} : { 'content-length': end - start + 1 }),
    'content-disposition': `attachment; filename="${attachment.filename}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=31536000',
    ...(partial ? { 'content-range': `bytes ${start}-${end}/${bytes.byteLength}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else if (fault?.cutAfterBytes === undefined) response.end(bytes.subarray(start, end + 1));
  else response.write(bytes.subarray(start, start + fault.cutAfterBytes), () => request.socket.destroy());
};

/** Serves attachments under signed URLs. Anything unsigned, expired or deleted reads the same from outside: 404. */
export const cdnListener = (world: World, faults: Faults) => {
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const method = (request.method ?? 'GET') as Method;
    const fault = faults.takeCdn(method, url.pathname);
    if (fault?.delayMs !== undefined) await wait(fault.delayMs);
    const found = world.files.open(url.pathname, url.searchParams);
    world.events.emit('cdn-request', { path: url.pathname, outcome: typeof found === 'string' ? found : 'served' });
    if (fault?.status !== undefined) refuse(response, fault.status, 'injected');
    else if (typeof found === 'string') refuse(response, 404, GONE);
    else send(request, response, found.attachment, fault?.bytes ?? found.bytes, fault);
  };
  return (request: IncomingMessage, response: ServerResponse): void => {
    void serve(request, response);
  };
};
