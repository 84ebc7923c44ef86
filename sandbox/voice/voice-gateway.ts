/** The TLS websocket server of voice gateway version 8. */
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { CloseCode } from './protocol.ts';
import { type SocketSurroundings, VoiceSocket } from './voice-socket.ts';

/** Versions below 4 have been rejected since 2024. */
const OLDEST_VERSION = 4;

export interface GatewayAddress {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

export class VoiceGateway {
  readonly #identity: { readonly cert: string; readonly key: string };
  readonly #around: SocketSurroundings;
  readonly #websockets = new WebSocketServer({ noServer: true });
  readonly #servers: Server[] = [];
  #connections = 0;

  constructor(identity: { readonly cert: string; readonly key: string }, around: SocketSurroundings) {
    this.#identity = identity;
    this.#around = around;
  }

  /** Websockets accepted so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Opens one more port; the others stay. */
  async listen(address: GatewayAddress): Promise<AddressInfo> {
    const server = createServer({ cert: this.#identity.cert, key: this.#identity.key });
    this.#servers.push(server);
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(address.port, address.host, () => resolve());
    });
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('the voice gateway has no port');
    return bound;
  }

  async stop(): Promise<void> {
    for (const websocket of this.#websockets.clients) websocket.terminate();
    this.#websockets.close();
    await Promise.all(this.#servers.map((server) => closed(server)));
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#around.faults.takeUpgradeRefusal();
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} Refused\r\nConnection: close\r\n\r\n`);
      return;
    }
    this.#websockets.handleUpgrade(request, socket, head, (websocket) => {
      this.#connections += 1;
      this.#around.tell({ kind: 'connected' });
      const version = Number(new URL(request.url ?? '/', 'wss://voice').searchParams.get('v') ?? 1);
      if (version >= OLDEST_VERSION) new VoiceSocket(websocket, this.#around).open();
      else websocket.close(CloseCode.badRequest, 'version too old');
    });
  }
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    if (!server.listening) {
      resolve();
      return;
    }
    server.close(() => resolve());
    server.closeAllConnections();
  });
