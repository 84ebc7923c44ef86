/** A person of the sandbox in an encrypted call: a full DAVE member with keys of their own, who listens. */
import { DAVESession } from '@snazzah/davey';
import { Op } from './protocol.ts';

/** What a member says to the voice server. */
export interface DaveVoice {
  /** Several members may commit at once; in the sandbox one does, so that runs repeat. */
  mayCommit(): boolean;
  keyPackage(payload: Buffer): void;
  commitWelcome(payload: Buffer): void;
  ready(transitionId: number): void;
  invalid(): void;
}

const PROTOCOL_VERSION = 1;
/** davey's `MediaType.AUDIO`: a const enum, which isolated modules cannot read. */
const MEDIA_AUDIO = 0;

export class DaveListener {
  readonly #userId: string;
  readonly #channelId: string;
  readonly #voice: DaveVoice;
  #session: DAVESession;
  /** Before the last start over: the others still use its keys until they have started over too. */
  #previous: DAVESession | undefined;
  #externalSender: Buffer | undefined;

  constructor(userId: string, channelId: string, voice: DaveVoice) {
    this.#userId = userId;
    this.#channelId = channelId;
    this.#voice = voice;
    this.#session = new DAVESession(PROTOCOL_VERSION, userId, channelId);
  }

  sendKeyPackage(): void {
    this.#voice.keyPackage(this.#session.getSerializedKeyPackage());
  }

  deliver(op: number, d: unknown): void {
    const startsOver =
      op === Op.davePrepareEpoch && typeof d === 'object' && d !== null && 'epoch' in d && d.epoch === 1;
    if (startsOver) this.#startOver();
  }

  deliverBinary(op: number, payload: Buffer): void {
    switch (op) {
      case Op.daveExternalSender:
        this.#externalSender = payload;
        this.#session.setExternalSender(payload);
        return;
      case Op.daveProposals:
        this.#onProposals(payload);
        return;
      case Op.daveAnnounceCommit:
        this.#follow(payload, (commit) => this.#session.processCommit(commit));
        return;
      case Op.daveWelcome:
        this.#follow(payload, (welcome) => this.#session.processWelcome(welcome));
        return;
      default:
        throw new Error(`a listener knows no binary opcode ${op}`);
    }
  }

  /** Decrypts a frame of somebody in the group, or in the one before it. */
  open(userId: string, frame: Buffer): Decrypted {
    const opened = decrypt(this.#session, userId, frame);
    if (opened.ok || this.#previous === undefined) return opened;
    const before = decrypt(this.#previous, userId, frame);
    return before.ok ? before : opened;
  }

  #onProposals(payload: Buffer): void {
    const { commit, welcome } = this.#session.processProposals(payload.readUInt8(0), payload.subarray(1));
    if (commit === undefined || !this.#voice.mayCommit()) return;
    this.#voice.commitWelcome(welcome === undefined ? commit : Buffer.concat([commit, welcome]));
  }

  #follow(payload: Buffer, take: (message: Buffer) => void): void {
    const transitionId = payload.readUInt16BE(0);
    try {
      take(payload.subarray(2));
    } catch {
      // Exactly what a client does with a commit or welcome it cannot process: flag it, and start over.
      this.#voice.invalid();
      this.#startOver();
      return;
    }
    this.#voice.ready(transitionId);
  }

  #startOver(): void {
    this.#previous = this.#session;
    this.#session = new DAVESession(PROTOCOL_VERSION, this.#userId, this.#channelId);
    if (this.#externalSender !== undefined) this.#session.setExternalSender(this.#externalSender);
    this.sendKeyPackage();
  }
}

export type Decrypted = { readonly ok: true; readonly opus: Buffer } | { readonly ok: false; readonly why: string };

function decrypt(session: DAVESession, userId: string, frame: Buffer): Decrypted {
  // The native decryptor reports every failure (no key, wrong key, changed byte) as an exception.
  try {
    return { ok: true, opus: session.decrypt(userId, MEDIA_AUDIO, frame) };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
