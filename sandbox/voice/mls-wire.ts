/**
 * The few MLS structures (RFC 9420) a DAVE voice server must build and read: external proposals, and the outer layers of
 * key packages and commits. Everything secret stays with the members.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const MLS_10 = 1;
const WIRE_PUBLIC_MESSAGE = 1;
const WIRE_KEY_PACKAGE = 5;
const SENDER_MEMBER = 1;
const SENDER_EXTERNAL = 2;
const CONTENT_PROPOSAL = 2;
const CONTENT_COMMIT = 3;
const PROPOSAL_ADD = 1;
const PROPOSAL_REMOVE = 3;
const BY_REFERENCE = 2;
const CREDENTIAL_BASIC = 1;
const SOURCE_KEY_PACKAGE = 1;
const SOURCE_COMMIT = 3;

const u8 = (value: number): Buffer => Buffer.from([value]);

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

export const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

/** `opaque<V>`: the length in the two top bits' style of RFC 9000, then the bytes. */
export function variable(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length < 0x40) return Buffer.concat([u8(length), bytes]);
  if (length < 0x4000) return Buffer.concat([u16(length | 0x4000), bytes]);
  return Buffer.concat([u32((length | 0x8000_0000) >>> 0), bytes]);
}

/** The voice server's own identity in every group: the only one that may propose. */
export class ExternalSender {
  readonly #key: KeyObject;
  /** Payload of op 25. */
  readonly credentialPackage: Buffer;

  constructor() {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x, y } = pair.publicKey.export({ format: 'jwk' });
    const point = Buffer.concat([u8(4), Buffer.from(x ?? '', 'base64url'), Buffer.from(y ?? '', 'base64url')]);
    this.#key = pair.privateKey;
    this.credentialPackage = Buffer.concat([
      variable(point),
      u16(CREDENTIAL_BASIC),
      variable(Buffer.from('skipline-sandbox')),
    ]);
  }

  /** A signed proposal as `MLSMessage`, with the reference by which a commit names it. */
  propose(groupId: bigint, epoch: bigint, proposal: Buffer): { readonly message: Buffer; readonly reference: string } {
    const content = Buffer.concat([
      variable(u64(groupId)),
      u64(epoch),
      u8(SENDER_EXTERNAL),
      u32(0),
      variable(Buffer.alloc(0)),
      u8(CONTENT_PROPOSAL),
      proposal,
    ]);
    const framed = Buffer.concat([u16(WIRE_PUBLIC_MESSAGE), content]);
    const toSign = labelled('FramedContentTBS', Buffer.concat([u16(MLS_10), framed]));
    const authenticated = Buffer.concat([framed, variable(sign('sha256', toSign, this.#key))]);
    return { message: Buffer.concat([u16(MLS_10), authenticated]), reference: referenceOf(authenticated) };
  }
}

export const addProposal = (keyPackage: Buffer): Buffer => Buffer.concat([u16(PROPOSAL_ADD), keyPackage]);

export const removeProposal = (leaf: number): Buffer => Buffer.concat([u16(PROPOSAL_REMOVE), u32(leaf)]);

/** Payload of op 27 that appends these proposal messages. */
export const appendProposals = (messages: readonly Buffer[]): Buffer =>
  Buffer.concat([u8(0), variable(Buffer.concat(messages))]);

/** Payload of op 29 and op 30. */
export const withTransition = (transitionId: number, message: Buffer): Buffer =>
  Buffer.concat([u16(transitionId), message]);

const labelled = (label: string, content: Buffer): Buffer =>
  Buffer.concat([variable(Buffer.from(`MLS 1.0 ${label}`)), variable(content)]);

const referenceOf = (authenticatedContent: Buffer): string =>
  createHash('sha256').update(labelled('Proposal Reference', authenticatedContent)).digest('hex');

/** Reads forward; a message that ends too early throws RangeError. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get position(): number {
    return this.#at;
  }

  u8(): number {
    return this.take(1).readUInt8();
  }

  u16(): number {
    return this.take(2).readUInt16BE();
  }

  u32(): number {
    return this.take(4).readUInt32BE();
  }

  u64(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('message ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  variable(): Buffer {
    const first = this.u8();
    const kind = first >> 6;
    if (kind === 0) return this.take(first);
    if (kind === 1) return this.take(((first & 0x3f) << 8) | this.u8());
    if (kind === 2) return this.take(((first & 0x3f) << 24) | (this.u8() << 16) | this.u16());
    throw new RangeError('reserved length');
  }
}

export interface KeyPackage {
  /** The bare structure, ready for an add proposal. */
  readonly bytes: Buffer;
  readonly userId: string;
}

/** Accepts op 26 with or without the `MLSMessage` wrapper (both exist in the field). */
export function readKeyPackage(payload: Buffer): KeyPackage | undefined {
  return guarded(() => {
    const wrapped = payload.readUInt16BE(2) === WIRE_KEY_PACKAGE && payload.readUInt16BE(4) === MLS_10;
    const bytes = Buffer.from(wrapped ? payload.subarray(4) : payload);
    const reader = new Reader(bytes);
    reader.u16(); // protocol version
    reader.u16(); // cipher suite
    reader.variable(); // init key
    const identity = readLeaf(reader);
    return { bytes, userId: identity.readBigUInt64BE().toString() };
  });
}

/** Moves past a leaf node and answers its credential's identity. */
function readLeaf(reader: Reader): Buffer {
  reader.variable(); // encryption key
  reader.variable(); // signature key
  if (reader.u16() !== CREDENTIAL_BASIC) throw new RangeError('not a basic credential');
  const identity = reader.variable();
  for (let capability = 0; capability < 5; capability += 1) reader.variable();
  const source = reader.u8();
  if (source === SOURCE_KEY_PACKAGE) reader.take(16);
  if (source === SOURCE_COMMIT) reader.variable();
  reader.variable(); // extensions
  reader.variable(); // signature
  return identity;
}

export interface CommitWelcome {
  /** `MLSMessage`, to be announced as it is. */
  readonly commit: Buffer;
  readonly welcome: Buffer | undefined;
  readonly epoch: bigint;
  readonly groupId: bigint;
  /** References of the proposals it commits, in the order in which they take effect. */
  readonly references: readonly string[];
}

/** Splits op 28: the commit has no length of its own, so it is read through to its end. */
export function readCommitWelcome(payload: Buffer): CommitWelcome | undefined {
  return guarded(() => {
    const reader = new Reader(payload);
    if (reader.u16() !== MLS_10 || reader.u16() !== WIRE_PUBLIC_MESSAGE) throw new RangeError('not a public message');
    const groupId = reader.variable().readBigUInt64BE();
    const epoch = reader.u64();
    if (reader.u8() !== SENDER_MEMBER) throw new RangeError('not from a member');
    reader.u32(); // leaf
    reader.variable(); // authenticated data
    if (reader.u8() !== CONTENT_COMMIT) throw new RangeError('not a commit');
    const references = readReferences(reader.variable());
    if (reader.u8() === 1) {
      readLeaf(reader);
      reader.variable(); // path nodes
    }
    reader.variable(); // signature
    reader.variable(); // confirmation tag
    reader.variable(); // membership tag
    const rest = payload.subarray(reader.position);
    return {
      commit: Buffer.from(payload.subarray(0, reader.position)),
      welcome: rest.length > 0 ? Buffer.from(rest) : undefined,
      epoch,
      groupId,
      references,
    };
  });
}

function readReferences(list: Buffer): readonly string[] {
  const reader = new Reader(list);
  const references: string[] = [];
  while (reader.position < list.length) {
    if (reader.u8() !== BY_REFERENCE) throw new RangeError('a proposal by value');
    references.push(reader.variable().toString('hex'));
  }
  return references;
}

/** What a client sends may be anything: unreadable is a value, not an error. */
function guarded<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
