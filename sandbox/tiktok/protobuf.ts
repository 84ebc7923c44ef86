import { gzipSync } from 'node:zlib';
import { BaseProtoMessage, ProtoMessageFetchResult, WebcastPushFrame } from 'tiktok-live-proto/v3';

/** A generated codec, of which we need the two halves only. */
interface Codec<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

const NOTHING = new Uint8Array(0);

/** The generated encoders want every field; decoding no bytes yields them all with their defaults. */
export function build<T>(codec: Codec<T>, fields: Partial<T>): T {
  return { ...codec.decode(NOTHING), ...fields };
}

export function encode<T>(codec: Codec<T>, fields: Partial<T>): Uint8Array {
  return codec.encode(build(codec, fields)).finish();
}

/** One message of a room as it is kept in the history: the payload is the encoded `Webcast…` message. */
export interface RoomMessage {
  readonly method: string;
  /** 19 digits, unique in this sandbox. */
  readonly msgId: string;
  readonly payload: Uint8Array;
}

export function batchEntry(message: RoomMessage, isHistory: boolean): BaseProtoMessage {
  return build(BaseProtoMessage, {
    method: message.method,
    msgId: message.msgId,
    payload: Buffer.from(message.payload),
    isHistory,
  });
}

export interface PushOptions {
  readonly gzip: boolean;
  readonly logId: string;
  readonly cursor: string;
  /** Server time in ms. */
  readonly now: number;
}

/** A websocket frame as TikTok pushes it: asks for an ack, usually gzipped, one or several messages inside. */
export function pushFrame(messages: readonly RoomMessage[], options: PushOptions): Uint8Array {
  const batch = encode(ProtoMessageFetchResult, {
    messages: messages.map((message) => batchEntry(message, false)),
    cursor: options.cursor,
    now: String(options.now),
    internalExt: internalExt(options.cursor, options.now),
    needAck: true,
    heartbeatDuration: '10000',
  });
  return encode(WebcastPushFrame, {
    seqId: options.logId,
    logId: options.logId,
    headers: options.gzip ? [{ key: 'compress_type', value: 'gzip' }] : [],
    payloadEncoding: 'pb',
    payloadType: 'msg',
    payload: options.gzip ? gzipSync(batch, { level: 1 }) : Buffer.from(batch),
  });
}

/** Answers without messages: to a heartbeat (`hb`) or to entering a room (`im_enter_room_resp`). */
export function replyFrame(payloadType: 'hb' | 'im_enter_room_resp', logId: string): Uint8Array {
  return encode(WebcastPushFrame, { seqId: logId, logId, payloadEncoding: 'pb', payloadType });
}

export function internalExt(cursor: string, now: number): string {
  return `fetch_time:${now}|start_time:${now}|ack_ids:,,|flag:0|seq:1|next_cursor:${cursor}|wss_info:0-${now}-0-0`;
}
