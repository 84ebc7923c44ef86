import { gzipSync } from 'node:zlib';
import { ProtoMessageFetchResult, WebcastPushFrame } from 'tiktok-live-proto/v3';
import { batchEntry, encode } from './protobuf.ts';

/** Frames nobody should choke on. */
export const MALFORMED = [
  'empty-frame',
  'text-frame',
  'garbage-frame',
  'garbage-gzip',
  'truncated-gzip',
  'gzip-bomb',
  'garbage-batch',
  'garbage-message',
  'unknown-method',
] as const;
export type Malformed = (typeof MALFORMED)[number];

/** A length that promises far more than follows: no protobuf reader gets past it. */
const GARBAGE = Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x01, 0x02]);

/** Of zeros: some kilobytes on the wire. */
const BOMB_BYTES = 48 * 1024 * 1024;

export function malformedFrame(kind: Malformed, msgId: string): Uint8Array | string {
  switch (kind) {
    case 'empty-frame':
      return new Uint8Array(0);
    case 'text-frame':
      return '{"error":"not what you expected"}';
    case 'garbage-frame':
      return GARBAGE;
    case 'garbage-gzip':
      return push(Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08]), GARBAGE]));
    case 'truncated-gzip':
      return push(gzipSync(Buffer.alloc(4096, msgId)).subarray(0, 20));
    case 'gzip-bomb':
      return push(gzipSync(Buffer.alloc(BOMB_BYTES)));
    case 'garbage-batch':
      return push(GARBAGE);
    case 'garbage-message':
      return push(batchOf('WebcastGiftMessage', msgId, GARBAGE));
    case 'unknown-method':
      return push(batchOf('WebcastNobodyKnowsThisMessage', msgId, Buffer.from([0x08, 0x01])));
  }
}

function batchOf(method: string, msgId: string, payload: Uint8Array): Uint8Array {
  return encode(ProtoMessageFetchResult, { messages: [batchEntry({ method, msgId, payload }, false)] });
}

function push(payload: Uint8Array): Uint8Array {
  return encode(WebcastPushFrame, { payloadEncoding: 'pb', payloadType: 'msg', payload: Buffer.from(payload) });
}
