/** The UDP side: IP discovery, keep-alives and sound, all sessions on one port, told apart by SSRC. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { VoiceFaults } from './faults.ts';
import { isRtcp, ssrcOf } from './rtp.ts';
import type { SessionBook } from './session-book.ts';

const DISCOVERY_BYTES = 74;
const DISCOVERY_REQUEST = 1;
const DISCOVERY_RESPONSE = 2;
const KEEP_ALIVE_BYTES = 8;
/** Seconds of sound for a dozen streams, so that a busy event loop delays packets instead of losing them. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export class MediaSocket {
  readonly #book: SessionBook;
  readonly #faults: VoiceFaults;
  readonly #now: () => number;
  readonly #socket: Socket = createSocket('udp4');
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(book: SessionBook, faults: VoiceFaults, now: () => number) {
    this.#book = book;
    this.#faults = faults;
    this.#now = now;
  }

  async listen(host: string, port: number): Promise<{ readonly address: string; readonly port: number }> {
    this.#socket.on('message', (datagram, from) => this.#onDatagram(datagram, from));
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind(port, host, () => resolve());
    });
    this.#socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    const { address, port: bound } = this.#socket.address();
    return { address, port: bound };
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    if (this.#stopped) return;
    this.#stopped = true;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #onDatagram(datagram: Buffer, from: RemoteInfo): void {
    const delayMs = this.#faults.udpDelayMs;
    if (delayMs <= 0) {
      this.#handle(datagram, from);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#handle(datagram, from);
    }, delayMs);
    this.#timers.add(timer);
  }

  #handle(datagram: Buffer, from: RemoteInfo): void {
    const arrivedAt = this.#now();
    if (datagram.length === KEEP_ALIVE_BYTES) {
      if (!this.#faults.isBlackHole(undefined)) this.#socket.send(datagram, from.port, from.address);
      return;
    }
    const isDiscovery = datagram.length === DISCOVERY_BYTES && datagram.readUInt16BE(0) === DISCOVERY_REQUEST;
    const ssrc = isDiscovery ? datagram.readUInt32BE(4) : ssrcOf(datagram);
    const session = ssrc === undefined ? undefined : this.#book.bySsrc(ssrc);
    if (session === undefined || this.#faults.isBlackHole(session.grant.guildId)) return;
    if (isDiscovery) this.#socket.send(discoveryResponse(session.ssrc, from), from.port, from.address);
    else if (!isRtcp(datagram)) session.hear(datagram, from, arrivedAt);
  }
}

function discoveryResponse(ssrc: number, from: RemoteInfo): Buffer {
  const response = Buffer.alloc(DISCOVERY_BYTES);
  response.writeUInt16BE(DISCOVERY_RESPONSE, 0);
  response.writeUInt16BE(DISCOVERY_BYTES - 4, 2);
  response.writeUInt32BE(ssrc, 4);
  response.write(from.address, 8, 'latin1');
  response.writeUInt16BE(from.port, DISCOVERY_BYTES - 2);
  return response;
}
