/** One client's websocket: greeting, then bound to a session. What the real server refuses is closed with its code. */
import type { WebSocket } from 'ws';
import type { VoiceFaults } from './faults.ts';
import { type ClientMessage, CloseCode, decodeBinary, decodeText, isResumable, Op } from './protocol.ts';
import { ENCRYPTION_MODES, type EncryptionMode } from './rtp.ts';
import type { SessionBook } from './session-book.ts';
import type { VoiceEvent } from './voice-events.ts';
import type { VoiceLink, VoiceSession } from './voice-session.ts';

/** What a socket needs of the server around it. */
export interface SocketSurroundings {
  readonly book: SessionBook;
  readonly faults: VoiceFaults;
  readonly heartbeatIntervalMs: number;
  readonly now: () => number;
  /** Modes offered in op 2, best first. */
  modes(): readonly EncryptionMode[];
  udp(): { readonly address: string; readonly port: number };
  tell(event: VoiceEvent): void;
}

type State =
  | { readonly kind: 'greeting' }
  | { readonly kind: 'bound'; readonly session: VoiceSession }
  | { readonly kind: 'closed' };

/** Heartbeats a client may miss before it is closed with 4009. */
const PATIENCE_BEATS = 3;

export class VoiceSocket implements VoiceLink {
  readonly #socket: WebSocket;
  readonly #around: SocketSurroundings;
  readonly #timers = new Set<NodeJS.Timeout>();
  #state: State = { kind: 'greeting' };
  #pulse: NodeJS.Timeout | undefined;
  /** Set when this side closes: 1006 and 1005 on the own end say nothing. */
  #closedWith: number | undefined;
  #sendAfter = 0;

  constructor(socket: WebSocket, around: SocketSurroundings) {
    this.#socket = socket;
    this.#around = around;
  }

  /** Begins to listen and greets. */
  open(): void {
    this.#socket.on('message', (message: Buffer, binary: boolean) => {
      this.#onMessage(binary ? decodeBinary(message) : decodeText(message.toString()));
    });
    this.#socket.on('close', (code) => this.#onClose(this.#closedWith ?? code));
    // A broken frame or a reset ends in 'close' as well, which is where it is handled.
    this.#socket.on('error', () => this.#socket.terminate());
    this.send(JSON.stringify({ op: Op.hello, d: { v: 8, heartbeat_interval: this.#around.heartbeatIntervalMs } }));
    this.#restartPulse();
  }

  send(message: string | Buffer): void {
    const { gatewayDelayMs } = this.#around.faults;
    const now = this.#around.now();
    // A delay that was lowered meanwhile must not let a message overtake.
    this.#sendAfter = Math.max(this.#sendAfter, now + gatewayDelayMs);
    if (this.#sendAfter <= now) {
      this.#sendNow(message);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#sendNow(message);
    }, this.#sendAfter - now);
    this.#timers.add(timer);
  }

  close(code: number, reason: string): void {
    this.#closedWith ??= code;
    this.#socket.close(code, reason);
  }

  /** No close frame: the client sees 1006. */
  cut(): void {
    this.#closedWith ??= 1006;
    this.#socket.terminate();
  }

  #sendNow(message: string | Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message);
  }

  #onMessage(message: ClientMessage | ReturnType<typeof decodeText>): void {
    if (message.kind === 'refused') {
      this.close(message.code, message.reason);
      return;
    }
    switch (this.#state.kind) {
      case 'greeting':
        this.#greet(message);
        return;
      case 'bound':
        this.#serve(this.#state.session, message);
        return;
      case 'closed':
        return;
      default:
        this.#state satisfies never;
        return;
    }
  }

  #greet(message: ClientMessage): void {
    switch (message.kind) {
      case 'identify':
        this.#identify(message);
        return;
      case 'resume': {
        const refusal = this.#around.faults.takeResumeRefusal(message.serverId);
        if (refusal !== undefined) {
          this.#refuse(message.serverId, refusal, 'refused by the test');
          return;
        }
        const admission = this.#around.book.resume(message, this);
        if (!admission.ok) {
          this.#refuse(message.serverId, admission.code, admission.reason);
          return;
        }
        const { session } = admission;
        this.#state = { kind: 'bound', session };
        session.call.resumed(session.grant.userId);
        this.#around.tell({ kind: 'resumed', guildId: message.serverId, session: session.number });
        return;
      }
      case 'heartbeat':
        this.#beat(undefined, message.nonce, message.seqAck);
        return;
      default:
        this.close(CloseCode.notAuthenticated, 'identify first');
        return;
    }
  }

  #identify(message: Extract<ClientMessage, { kind: 'identify' }>): void {
    const { book, faults, tell } = this.#around;
    if (faults.isMuted(message.serverId)) return;
    const refusal = faults.takeIdentifyRefusal(message.serverId);
    if (refusal !== undefined) {
      book.retire(message.token);
      this.#refuse(message.serverId, refusal, 'refused by the test');
      return;
    }
    const admission = book.identify(message, this);
    if (!admission.ok) {
      this.#refuse(message.serverId, admission.code, admission.reason);
      return;
    }
    const { session } = admission;
    this.#state = { kind: 'bound', session };
    const udp = this.#around.udp();
    session.send(Op.ready, {
      ssrc: session.ssrc,
      ip: udp.address,
      port: udp.port,
      modes: this.#around.modes(),
      experiments: [],
    });
    const others = book.othersIn(message.serverId, session.grant.channelId, message.userId);
    if (others.length > 0) session.deliver(Op.clientsConnect, { user_ids: others });
    tell({ kind: 'identified', guildId: message.serverId, userId: message.userId, session: session.number });
  }

  #serve(session: VoiceSession, message: ClientMessage): void {
    const { guildId, userId } = session.grant;
    switch (message.kind) {
      case 'heartbeat':
        this.#beat(guildId, message.nonce, message.seqAck);
        return;
      case 'select-protocol':
        this.#select(session, message);
        return;
      case 'speaking':
        session.speak(message.flags, message.ssrc);
        this.#around.tell({ kind: 'speaking', guildId, session: session.number, flags: message.flags });
        return;
      case 'dave-key-package': {
        const code = session.daveVersion === 0 ? undefined : session.call.keyPackage(userId, message.payload);
        if (code !== undefined) this.close(code, 'unacceptable key package');
        return;
      }
      case 'dave-commit-welcome':
        session.call.commitWelcome(userId, message.payload);
        return;
      case 'dave-transition-ready':
        session.call.ready(userId, message.transitionId);
        return;
      case 'dave-invalid-commit-welcome':
        session.call.invalid(userId);
        return;
      case 'identify':
      case 'resume':
        this.close(CloseCode.alreadyAuthenticated, 'already identified');
        return;
      default:
        message satisfies never;
        return;
    }
  }

  #select(session: VoiceSession, message: Extract<ClientMessage, { kind: 'select-protocol' }>): void {
    if (message.protocol !== 'udp') {
      this.close(CloseCode.unknownProtocol, 'only udp');
      return;
    }
    const mode = ENCRYPTION_MODES.find((known) => known === message.mode);
    if (mode === undefined || !this.#around.modes().includes(mode)) {
      this.close(CloseCode.unknownEncryption, 'mode was not offered');
      return;
    }
    session.describe(mode, { address: message.address, port: message.port });
    if (session.daveVersion > 0) session.call.join(session.grant.userId, session);
    this.#around.tell({ kind: 'live', guildId: session.grant.guildId, session: session.number, mode });
  }

  #beat(guildId: string | undefined, nonce: number, seqAck: number): void {
    this.#restartPulse();
    if (guildId !== undefined) this.#around.tell({ kind: 'heartbeat', guildId, seqAck });
    if (!this.#around.faults.isStalled(guildId)) this.send(JSON.stringify({ op: Op.heartbeatAck, d: { t: nonce } }));
  }

  #restartPulse(): void {
    clearTimeout(this.#pulse);
    const patienceMs = this.#around.heartbeatIntervalMs * PATIENCE_BEATS;
    this.#pulse = setTimeout(() => this.close(CloseCode.sessionTimeout, 'no heartbeat'), patienceMs);
  }

  #refuse(guildId: string, code: number, reason: string): void {
    this.close(code, reason);
    this.#around.tell({ kind: 'refused', guildId, code, reason });
  }

  #onClose(code: number): void {
    clearTimeout(this.#pulse);
    for (const timer of this.#timers) clearTimeout(timer);
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind !== 'bound') return;
    const { session } = state;
    session.lose(this, code, this.#around.now());
    if (!isResumable(code)) this.#around.book.retire(session.grant.token);
    this.#around.book.settle(session);
    this.#around.tell({ kind: 'closed', guildId: session.grant.guildId, session: session.number, code });
  }
}
