import type { IncomingMessage } from 'node:http';
import { Busboy } from '@fastify/busboy';
import type { Json } from '../json.ts';
import { fieldError, refusal } from './api-error.ts';
import type { UploadedFile } from './router.ts';

/** Larger requests are cut off with 413, whatever they contain. */
const MAX_REQUEST_BYTES = 128 * 1024 * 1024;

export interface ReadBody {
  readonly body: Json | undefined;
  readonly files: readonly UploadedFile[];
}

const parseJson = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw refusal('invalidJson');
  }
};

const collect = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > MAX_REQUEST_BYTES) throw refusal('requestTooLarge');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
};

const readMultipart = (contentType: string, raw: Buffer): Promise<ReadBody> =>
  new Promise((resolve, reject) => {
    const parser = new Busboy({ headers: { 'content-type': contentType } });
    const files: UploadedFile[] = [];
    const fields = new Map<string, string>();
    parser.on('field', (name, value) => fields.set(name, value));
    parser.on('file', (field, stream, filename, _encoding, mime) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const index = Number(/^files\[(\d+)\]$/.exec(field)?.[1] ?? files.length);
        files.push({ index, name: filename || 'unknown', bytes: Buffer.concat(chunks), contentType: mime });
      });
    });
    parser.on('error', () => reject(refusal('invalidJson')));
    parser.on('finish', () => {
      try {
        const payload = fields.get('payload_json');
        resolve({ body: payload === undefined ? Object.fromEntries(fields) : parseJson(payload), files });
      } catch (error) {
        reject(error);
      }
    });
    parser.end(raw);
  });

/** Reads JSON or multipart; anything else is refused with 50035 as Discord does. */
export const readBody = async (request: IncomingMessage): Promise<ReadBody> => {
  const raw = await collect(request);
  const contentType = request.headers['content-type'] ?? '';
  if (raw.length === 0) return { body: undefined, files: [] };
  if (contentType.startsWith('multipart/form-data')) return readMultipart(contentType, raw);
  if (contentType.startsWith('application/json')) return { body: parseJson(raw.toString('utf8')), files: [] };
  throw fieldError(
    [],
    'CONTENT_TYPE_INVALID',
    'Expected "Content-Type" header to be one of {"application/json", "multipart/form-data"}.',
  );
};
