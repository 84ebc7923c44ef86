import type { IncomingMessage, ServerResponse } from 'node:http';
import type { World } from './world.ts';

const GONE = 'This content is no longer available.';

/** Serves attachments under signed URLs. Anything unsigned, expired or deleted reads the same from outside: 404. */
export const cdnListener =
  (world: World) =>
  (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const found = world.files.open(url.pathname, url.searchParams);
    world.events.emit('cdn-request', { path: url.pathname, outcome: typeof found === 'string' ? found : 'served' });
    if (typeof found === 'string' || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(404, { 'content-type': 'text/plain;charset=UTF-8', 'content-length': GONE.length });
      response.end(GONE);
      return;
    }
    const { attachment, bytes } = found;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = range === null ? 0 : Number(range[1]);
    const end = range?.[2] ? Math.min(Number(range[2]), bytes.byteLength - 1) : bytes.byteLength - 1;
    const partial = range !== null && start <= end;
    response.writeHead(partial ? 206 : 200, {
      'content-type': attachment.contentType ?? 'application/octet-stream',
      'content-length': partial ? end - start + 1 : bytes.byteLength,
      'content-disposition': `attachment; filename="${attachment.filename}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000',
      ...(partial ? { 'content-range': `bytes ${start}-${end}/${bytes.byteLength}` } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : partial ? bytes.subarray(start, end + 1) : bytes);
  };
