/** One voice session: made by an identify, survives dropped sockets, ended by a close code that forbids a resume. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { VoiceSessionRequest } from '../discord/voice-backend.ts';
import type { VoiceCapture } from './capture.ts';
import type { DaveCall } from './dave-call.ts';
import { isResumable, Op } from './protocol.ts';
import { type Cipher, type EncryptionMode, openRtp } from './rtp.ts';
import { RtpStream } from './rtp-stream.ts';

/** What the main gateway allowed: who may identify, with which token. */
export interface Grant extends VoiceSessionRequest {
  readonly token: string;
}

/** The websocket under a session. */
export interface VoiceLink {
  send(message: string | Buffer): void;
  close(code: number, reason: string): void;
  cut(): void;
}

/** Sound may still arrive while a session is dropped: UDP does not know that the websocket is gone. */
export type SessionState =
  | { readonly kind: 'handshaking'; readonly link: VoiceLink }
  | { readonly kind: 'live'; readonly link: VoiceLink; readonly cipher: Cipher }
  | { readonly kind: 'dropped'; readonly cipher: Cipher | undefined; readonly at: number; readonly code: number }
  | { readonly kind: 'ended'; readonly code: number };

interface Sequenced {
  readonly sequence: number;
  readonly message: string | Buffer;
}

const KEY_BYTES = 32;
const OUTBOX_LIMIT = 256;
const SEQUENCE_LIMIT = 0x1_0000;
/** Audio may overtake the speaking message, which travels by TLS; ten packets (200 ms) later it is simply missing. */
const PACKETS_BEFORE_SPEAKING = 10;

export class VoiceSession {
  readonly number: number;
  readonly grant: Grant;
  readonly ssrc: number;
  readonly capture: VoiceCapture;
  readonly call: DaveCall;
  /** 0 in stage channels, 1 elsewhere. */
  readonly daveVersion: number;
  readonly #stream = new RtpStream();
  #state: SessionState;
  #remote: { readonly address: string; readonly port: number } | undefined;
  #outbox: Sequenced[] = [];
  #sequence = 0;
  #speaking = 0;
  #spoke = false;
  #packets = 0;
  #resumes = 0;

  constructor(number: number, grant: Grant, link: VoiceLink, capture: VoiceCapture, call: DaveCall) {
    this.number = number;
    this.grant = grant;
    this.ssrc = number;
    this.capture = capture;
    this.call = call;
    this.daveVersion = grant.stage ? 0 : 1;
    this.#state = { kind: 'handshaking', link };
  }

  get state(): SessionState {
    return this.#state;
  }

  get link(): VoiceLink | undefined {
    return this.#state.kind === 'handshaking' || this.#state.kind === 'live' ? this.#state.link : undefined;
  }

  get mode(): EncryptionMode | undefined {
    return this.#cipher()?.mode;
  }

  /** Speaking flags of the last op 5; 0 is silent. */
  get speaking(): number {
    return this.#speaking;
  }

  get resumes(): number {
    return this.#resumes;
  }

  /** Chooses the key and becomes live. */
  describe(mode: EncryptionMode, remote: { readonly address: string; readonly port: number }): void {
    if (this.#state.kind !== 'handshaking' && this.#state.kind !== 'live') return;
    const cipher: Cipher = { mode, key: randomBytes(KEY_BYTES) };
    this.#remote = remote;
    this.#state = { kind: 'live', link: this.#state.link, cipher };
    this.send(Op.sessionDescription, {
      mode,
      secret_key: [...cipher.key],
      dave_protocol_version: this.daveVersion,
      audio_codec: 'opus',
      media_session_id: `sandbox-${this.number}`,
    });
  }

  speak(flags: number, ssrc: number): void {
    if (ssrc !== this.ssrc) this.capture.note('ssrc-mismatch', this.number, `speaking for ${ssrc}`);
    this.#speaking = flags;
    this.#spoke ||= flags !== 0;
  }

  /** A message that is not repeated on a resume. Lost when there is no websocket. */
  send(op: number, d: unknown): void {
    this.link?.send(JSON.stringify({ op, d }));
  }

  /** A message that a client must not miss: numbered, kept, sent again after a resume. */
  deliver(op: number, d: unknown): void {
    const sequence = this.#takeSequence();
    this.#keep({ sequence, message: JSON.stringify({ op, d, seq: sequence }) });
  }

  deliverBinary(op: number, payload: Uint8Array): void {
    const sequence = this.#takeSequence();
    const head = Buffer.alloc(3);
    head.writeUInt16BE(sequence, 0);
    head.writeUInt8(op, 2);
    this.#keep({ sequence, message: Buffer.concat([head, payload]) });
  }

  /** The socket is gone. Whether the session may be resumed depends on the code. */
  lose(link: VoiceLink, code: number, at: number): void {
    if (this.link !== link) return;
    if (isResumable(code)) this.#state = { kind: 'dropped', cipher: this.#cipher(), at, code };
    else this.end(code);
  }

  /** No resume from here on. An open socket is closed with the code. */
  end(code: number, reason = ''): void {
    const link = this.link;
    this.#state = { kind: 'ended', code };
    this.#speaking = 0;
    link?.close(code, reason);
  }

  /** Takes the session over on a new socket and repeats what was missed; false when that is no longer possible. */
  resume(link: VoiceLink, seqAck: number): boolean {
    const missed = this.#missedAfter(seqAck);
    const cipher = this.#cipher();
    if (missed === undefined || cipher === undefined || this.#state.kind === 'ended') return false;
    const before = this.link;
    this.#state = { kind: 'live', link, cipher };
    if (before !== link) before?.close(1000, 'resumed elsewhere');
    this.#resumes += 1;
    // A resumed client announces itself anew before it sends.
    this.#speaking = 0;
    this.send(Op.resumed, null);
    for (const { message } of missed) link.send(message);
    return true;
  }

  /** One datagram with this session's SSRC. */
  hear(datagram: Buffer, from: Pick<AddressInfo, 'address' | 'port'>, arrivedAt: number): void {
    const cipher = this.#cipher();
    if (cipher === undefined) return;
    const opened = openRtp(datagram, cipher);
    if (!opened.ok) {
      this.capture.note(opened.fault, this.number, `${datagram.length} bytes`);
      return;
    }
    const { packet } = opened;
    if (this.#remote !== undefined && this.#remote.port !== from.port) {
      this.capture.note('wrong-source', this.number, `port ${from.port} instead of ${this.#remote.port}`);
    }
    for (const odd of this.#stream.follow(packet)) this.capture.note(odd.kind, this.number, odd.detail);
    this.#packets += 1;
    if (!this.#spoke && this.#packets === PACKETS_BEFORE_SPEAKING) {
      this.capture.note('not-speaking', this.number, 'audio without op 5');
    }
    const heard = this.call.open(this.grant.userId, packet.payload);
    if (heard.kind === 'undecryptable') {
      this.capture.note('dave-undecryptable', this.number, heard.why);
      return;
    }
    this.capture.record({
      arrivedAt,
      session: this.number,
      sequence: packet.sequence,
      timestamp: packet.timestamp,
      opus: heard.opus,
      encryption: heard.kind,
    });
  }

  #cipher(): Cipher | undefined {
    return this.#state.kind === 'live' || this.#state.kind === 'dropped' ? this.#state.cipher : undefined;
  }

  /** 1 to 65,535, then around: the library takes 0 for "no number". */
  #takeSequence(): number {
    this.#sequence = (this.#sequence + 1) % SEQUENCE_LIMIT || 1;
    return this.#sequence;
  }

  #keep(item: Sequenced): void {
    this.#outbox.push(item);
    if (this.#outbox.length > OUTBOX_LIMIT) this.#outbox.shift();
    this.link?.send(item.message);
  }

  #missedAfter(seqAck: number): readonly Sequenced[] | undefined {
    if (seqAck === this.#sequence || this.#sequence === 0) return [];
    if (seqAck < 0) return this.#outbox.length < OUTBOX_LIMIT ? this.#outbox : undefined;
    const seen = this.#outbox.findIndex((item) => item.sequence === seqAck);
    return seen < 0 ? undefined : this.#outbox.slice(seen + 1);
  }
}
