/** Voice gateway version 8 on the wire: opcodes, close codes, and what a client may say. */

export const Op = {
  identify: 0,
  selectProtocol: 1,
  ready: 2,
  heartbeat: 3,
  sessionDescription: 4,
  speaking: 5,
  heartbeatAck: 6,
  resume: 7,
  hello: 8,
  resumed: 9,
  clientsConnect: 11,
  clientDisconnect: 13,
  davePrepareTransition: 21,
  daveExecuteTransition: 22,
  daveTransitionReady: 23,
  davePrepareEpoch: 24,
  daveExternalSender: 25,
  daveKeyPackage: 26,
  daveProposals: 27,
  daveCommitWelcome: 28,
  daveAnnounceCommit: 29,
  daveWelcome: 30,
  daveInvalidCommitWelcome: 31,
} as const;

export const CloseCode = {
  unknownOpcode: 4001,
  failedToDecode: 4002,
  notAuthenticated: 4003,
  authenticationFailed: 4004,
  alreadyAuthenticated: 4005,
  sessionInvalid: 4006,
  sessionTimeout: 4009,
  serverNotFound: 4011,
  unknownProtocol: 4012,
  disconnected: 4014,
  serverCrashed: 4015,
  unknownEncryption: 4016,
  daveRequired: 4017,
  badRequest: 4020,
  rateLimited: 4021,
  callTerminated: 4022,
} as const;

/** A session closed with one of these may be resumed; every other code ends it. */
export const isResumable = (code: number): boolean => code < 4000 || code === CloseCode.serverCrashed;

export interface IdentifyMessage {
  readonly kind: 'identify';
  readonly serverId: string;
  readonly userId: string;
  readonly sessionId: string;
  readonly token: string;
  /** 0: the client cannot encrypt end to end. */
  readonly maxDaveVersion: number;
}

export interface ResumeMessage {
  readonly kind: 'resume';
  readonly serverId: string;
  readonly sessionId: string;
  readonly token: string;
  /** Last sequence number the client saw, -1 for none. */
  readonly seqAck: number;
}

export interface SelectProtocolMessage {
  readonly kind: 'select-protocol';
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly mode: string;
}

export type ClientMessage =
  | IdentifyMessage
  | ResumeMessage
  | SelectProtocolMessage
  | { readonly kind: 'heartbeat'; readonly nonce: number; readonly seqAck: number }
  | { readonly kind: 'speaking'; readonly flags: number; readonly ssrc: number }
  | { readonly kind: 'dave-transition-ready'; readonly transitionId: number }
  | { readonly kind: 'dave-invalid-commit-welcome'; readonly transitionId: number }
  | { readonly kind: 'dave-key-package'; readonly payload: Buffer }
  | { readonly kind: 'dave-commit-welcome'; readonly payload: Buffer };

/** Anything else, with the code the server closes it with. */
export type Refused = { readonly kind: 'refused'; readonly code: number; readonly reason: string };

type Fields = { readonly [name: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refused = (code: number, reason: string): Refused => ({ kind: 'refused', code, reason });

const text = (fields: Fields, name: string): string | undefined => {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
};

const whole = (fields: Fields, name: string): number | undefined => {
  const value = fields[name];
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
};

export function decodeBinary(message: Buffer): ClientMessage | Refused {
  const payload = message.subarray(1);
  switch (message[0]) {
    case Op.daveKeyPackage:
      return { kind: 'dave-key-package', payload };
    case Op.daveCommitWelcome:
      return { kind: 'dave-commit-welcome', payload };
    default:
      return refused(CloseCode.unknownOpcode, 'unknown binary opcode');
  }
}

export function decodeText(message: string): ClientMessage | Refused {
  let envelope: unknown;
  try {
    envelope = JSON.parse(message);
  } catch {
    return refused(CloseCode.failedToDecode, 'not JSON');
  }
  if (!isFields(envelope)) return refused(CloseCode.failedToDecode, 'not an object');
  const fields = isFields(envelope.d) ? envelope.d : undefined;
  if (fields === undefined) return refused(CloseCode.failedToDecode, 'no data');
  return decodeFields(envelope.op, fields) ?? refused(CloseCode.failedToDecode, 'missing or malformed fields');
}

function decodeFields(op: unknown, fields: Fields): ClientMessage | Refused | undefined {
  switch (op) {
    case Op.identify:
      return identify(fields);
    case Op.selectProtocol:
      return selectProtocol(fields);
    case Op.resume:
      return resume(fields);
    case Op.heartbeat: {
      const nonce = whole(fields, 't');
      return nonce === undefined ? undefined : { kind: 'heartbeat', nonce, seqAck: whole(fields, 'seq_ack') ?? -1 };
    }
    case Op.speaking: {
      const flags = whole(fields, 'speaking');
      const ssrc = whole(fields, 'ssrc');
      return flags === undefined || ssrc === undefined ? undefined : { kind: 'speaking', flags, ssrc };
    }
    case Op.daveTransitionReady:
    case Op.daveInvalidCommitWelcome: {
      const transitionId = whole(fields, 'transition_id');
      if (transitionId === undefined) return undefined;
      const ready = op === Op.daveTransitionReady;
      return { kind: ready ? 'dave-transition-ready' : 'dave-invalid-commit-welcome', transitionId };
    }
    default:
      return refused(CloseCode.unknownOpcode, `unknown opcode ${String(op)}`);
  }
}

function identify(fields: Fields): IdentifyMessage | undefined {
  const serverId = text(fields, 'server_id');
  const userId = text(fields, 'user_id');
  const sessionId = text(fields, 'session_id');
  const token = text(fields, 'token');
  if (serverId === undefined || userId === undefined || sessionId === undefined || token === undefined)
    return undefined;
  const maxDaveVersion = whole(fields, 'max_dave_protocol_version') ?? 0;
  return { kind: 'identify', serverId, userId, sessionId, token, maxDaveVersion };
}

function resume(fields: Fields): ResumeMessage | undefined {
  const serverId = text(fields, 'server_id');
  const sessionId = text(fields, 'session_id');
  const token = text(fields, 'token');
  if (serverId === undefined || sessionId === undefined || token === undefined) return undefined;
  return { kind: 'resume', serverId, sessionId, token, seqAck: whole(fields, 'seq_ack') ?? -1 };
}

function selectProtocol(fields: Fields): SelectProtocolMessage | undefined {
  const protocol = text(fields, 'protocol');
  const choice = fields.data;
  if (protocol === undefined || !isFields(choice)) return undefined;
  const address = text(choice, 'address');
  const port = whole(choice, 'port');
  const mode = text(choice, 'mode');
  if (address === undefined || port === undefined || mode === undefined) return undefined;
  return { kind: 'select-protocol', protocol, address, port, mode };
}
