/** The local voice server: start it, give it to the local Discord as its voice backend, ask it what was heard. */
import { EventEmitter } from 'node:events';
import type { VoiceBackend, VoiceSessionRequest } from '../discord/voice-backend.ts';
import type { CapturedFrame, Patience, VoiceCapture } from './capture.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { VoiceFaults } from './faults.ts';
import { MediaSocket } from './media-socket.ts';
import { CloseCode, isResumable } from './protocol.ts';
import { ENCRYPTION_MODES, type EncryptionMode } from './rtp.ts';
import { SessionBook } from './session-book.ts';
import type { VoiceEvent, VoiceEventKind, VoiceEventOf } from './voice-events.ts';
import { VoiceGateway } from './voice-gateway.ts';
import type { SessionState } from './voice-session.ts';

export interface VoiceOptions {
  /** Loopback address to bind and to announce. Default `127.0.0.1`. */
  readonly host?: string;
  /** TCP and UDP port; default 0, any free one. */
  readonly port?: number;
  /** Folder for the certificate; default a new temporary one, removed at the stop. */
  readonly certDir?: string;
  /** What op 2 offers, best first. Default both AEAD modes. */
  readonly modes?: readonly EncryptionMode[];
  /** Default 13,750, as Discord's. */
  readonly heartbeatIntervalMs?: number;
  /** Sound kept per client, minutes. Default 30, about 30 MB. */
  readonly maxMinutes?: number;
  /** How long a dropped session may be resumed. Default 60,000. */
  readonly resumeWindowMs?: number;
}

export interface VoiceSessionView {
  readonly number: number;
  readonly guildId: string;
  readonly channelId: string;
  readonly userId: string;
  readonly state: SessionState['kind'];
  /** How its last websocket closed; undefined while one is open. */
  readonly closeCode: number | undefined;
  readonly ssrc: number;
  readonly mode: EncryptionMode | undefined;
  readonly daveVersion: number;
  /** Members of the channel's end-to-end encrypted group; empty while the client is alone. */
  readonly groupMembers: readonly string[];
  readonly epoch: number;
  readonly speaking: boolean;
  readonly resumes: number;
}

interface SandboxEvents {
  readonly event: [VoiceEvent];
  /** Every frame of every client, as it arrives. */
  readonly frame: [CapturedFrame, VoiceCapture];
}

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_EVENTS = 5000;

/** Starts a voice server on loopback. */
export async function startVoice(options: VoiceOptions = {}): Promise<VoiceSandbox> {
  const certificate = await makeCertificate(options.host ?? '127.0.0.1', options.certDir);
  const sandbox = new VoiceSandbox(certificate, options);
  await sandbox.listen();
  return sandbox;
}

export class VoiceSandbox extends EventEmitter<SandboxEvents> implements VoiceBackend {
  readonly #options: VoiceOptions;
  readonly #certificate: Certificate;
  readonly #book: SessionBook;
  readonly #gateway: VoiceGateway;
  readonly #media: MediaSocket;
  readonly #followed = new Set<VoiceCapture>();
  readonly faults: VoiceFaults;
  #modes: readonly EncryptionMode[];
  #events: VoiceEvent[] = [];
  #endpoint = '';
  #udp = { address: '127.0.0.1', port: 0 };

  /** Use `startVoice`. */
  constructor(certificate: Certificate, options: VoiceOptions) {
    super();
    this.setMaxListeners(0);
    const now = (): number => performance.now();
    this.#options = options;
    this.#certificate = certificate;
    this.#modes = options.modes ?? ENCRYPTION_MODES;
    this.#book = new SessionBook({
      maxMinutes: options.maxMinutes ?? 30,
      resumeWindowMs: options.resumeWindowMs ?? 60_000,
      now,
      onGroup: (call) => {
        this.#tell({ kind: 'group', channelId: call.channelId, epoch: call.epoch, members: call.groupMembers });
      },
    });
    this.faults = new VoiceFaults({
      close: (guildId, code) => this.disconnect(guildId, code),
      cut: (guildId) => {
        for (const session of this.#book.openIn(guildId)) session.link?.cut();
      },
    });
    this.#media = new MediaSocket(this.#book, this.faults, now);
    this.#gateway = new VoiceGateway(certificate, {
      book: this.#book,
      faults: this.faults,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? 13_750,
      now,
      modes: () => this.#modes,
      udp: () => this.#udp,
      tell: (event) => this.#tell(event),
    });
  }

  /** `NODE_EXTRA_CA_CERTS` of a client process. */
  get certPath(): string {
    return this.#certificate.path;
  }

  /** The same certificate, PEM. */
  get cert(): string {
    return this.#certificate.cert;
  }

  /** `host:port`, as VOICE_SERVER_UPDATE carries it. */
  get endpoint(): string {
    return this.#endpoint;
  }

  /** Websockets accepted so far: what a hot loop would drive up. */
  get connections(): number {
    return this.#gateway.connections;
  }

  /** Oldest first; at least the last 2,500 are kept. */
  get events(): readonly VoiceEvent[] {
    return this.#events;
  }

  async listen(): Promise<void> {
    const host = this.#options.host ?? '127.0.0.1';
    const { port } = await this.#gateway.listen({ host, port: this.#options.port ?? 0 });
    this.#endpoint = `${host}:${port}`;
    this.#udp = await this.#media.listen(host, this.#options.port ?? 0);
  }

  issue(request: VoiceSessionRequest): { readonly token: string; readonly endpoint: string } {
    return { token: this.#book.grant(request).token, endpoint: this.#endpoint };
  }

  onChannelDeleted(guildId: string, channelId: string): void {
    for (const session of this.#book.openIn(guildId)) {
      if (session.grant.channelId !== channelId) continue;
      this.#book.retire(session.grant.token);
      this.#book.end(session, CloseCode.callTerminated, 'channel deleted');
    }
  }

  disconnect(guildId: string, code: number): void {
    for (const session of this.#book.openIn(guildId)) {
      // 1005 and 1006 never travel: they are what a client sees of a cut connection.
      if (code === 1005 || code === 1006) session.link?.cut();
      else if (isResumable(code)) session.link?.close(code, '');
      else {
        this.#book.retire(session.grant.token);
        this.#book.end(session, code);
      }
    }
  }

  setMembers(guildId: string, channelId: string, userIds: readonly string[]): void {
    this.#book.setPresence(guildId, channelId, userIds);
  }

  /** The voice server of a guild is gone (VOICE_SERVER_UPDATE without endpoint): its sessions cannot be resumed. */
  endpointGone(guildId: string): void {
    this.disconnect(guildId, CloseCode.callTerminated);
  }

  /** Opens a second address; what is issued from now on points there. Sessions at the old one go on until closed. */
  async changeEndpoint(): Promise<string> {
    const host = this.#options.host ?? '127.0.0.1';
    const { port } = await this.#gateway.listen({ host, port: 0 });
    this.#endpoint = `${host}:${port}`;
    return this.#endpoint;
  }

  /** What op 2 offers from the next identify on. */
  offerModes(modes: readonly EncryptionMode[]): void {
    this.#modes = modes;
  }

  /** What was heard in a guild; without a user, from the first client there. Kept across sessions. */
  captureOf(guildId: string, userId?: string): VoiceCapture {
    const capture = this.#book.captureOf(guildId, userId);
    this.#follow(capture);
    return capture;
  }

  /** Every session there ever was, oldest first. */
  sessions(): readonly VoiceSessionView[] {
    return this.#book.sessions.map((session) => ({
      number: session.number,
      guildId: session.grant.guildId,
      channelId: session.grant.channelId,
      userId: session.grant.userId,
      state: session.state.kind,
      closeCode: 'code' in session.state ? session.state.code : undefined,
      ssrc: session.ssrc,
      mode: session.mode,
      daveVersion: session.daveVersion,
      groupMembers: session.call.groupMembers,
      epoch: session.call.epoch,
      speaking: session.speaking !== 0,
      resumes: session.resumes,
    }));
  }

  /** The next event of this kind that passes the test; events before the call do not count. */
  waitFor<K extends VoiceEventKind>(
    kind: K,
    options: Patience & { readonly where?: (event: VoiceEventOf<K>) => boolean } = {},
  ): Promise<VoiceEventOf<K>> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const onEvent = (event: VoiceEvent): void => {
        if (!isKind(event, kind) || options.where?.(event) === false) return;
        clearTimeout(timer);
        this.off('event', onEvent);
        resolve(event);
      };
      const timer = setTimeout(() => {
        this.off('event', onEvent);
        reject(new Error(`no '${kind}' within ${timeoutMs} ms`));
      }, timeoutMs);
      this.on('event', onEvent);
    });
  }

  /** Closes every socket and removes the certificate. Whoever waits for sound is told. Safe to call twice. */
  async stop(): Promise<void> {
    for (const capture of this.#book.captures) capture.end();
    await this.#gateway.stop();
    await this.#media.stop();
    await this.#certificate.remove();
  }

  #tell(event: VoiceEvent): void {
    if (event.kind === 'identified') this.captureOf(event.guildId, event.userId);
    this.#events.push(event);
    if (this.#events.length > MAX_EVENTS) this.#events = this.#events.slice(MAX_EVENTS / 2);
    this.emit('event', event);
  }

  #follow(capture: VoiceCapture): void {
    if (this.#followed.has(capture)) return;
    this.#followed.add(capture);
    capture.on('frame', (frame) => this.emit('frame', frame, capture));
  }
}

const isKind = <K extends VoiceEventKind>(event: VoiceEvent, kind: K): event is VoiceEventOf<K> => event.kind === kind;
