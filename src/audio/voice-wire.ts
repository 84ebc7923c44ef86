import {
  type DiscordGatewayAdapterCreator,
  joinVoiceChannel,
  type VoiceConnection,
  VoiceConnectionDisconnectReason,
  VoiceConnectionStatus,
} from '@discordjs/voice';
import type { VoiceAdapterCreator, VoiceStateEvent } from '../ports/audio-out.ts';
import type { PacketOutput } from './voice-player.ts';

/** `kicked-or-moved`: close code 4014. `no-server`: Discord takes the voice server away and will name another one. */
export type DisconnectCause = 'kicked-or-moved' | 'no-server' | 'main-connection';

/** What the library's connection tells, in the link's words. */
export interface WireListener {
  /** Sound can be sent. */
  ready(wire: VoiceWire): void;
  /** Not now, but the library is at it. */
  interrupted(wire: VoiceWire): void;
  disconnected(wire: VoiceWire, cause: DisconnectCause): void;
  /** Any close by Discord, resumable or not. */
  closed(wire: VoiceWire, code: number): void;
  /** Will be resumed. */
  resuming(wire: VoiceWire): void;
  /** Cannot be resumed. Called before the library reacts: what ends the wire here keeps the library from rejoining. */
  closedForGood(wire: VoiceWire, code: number): void;
  /** The bot's own voice state. */
  ownChannel(wire: VoiceWire, channelId: string | null): void;
  /** Ended by somebody else: the main connection is down. */
  ended(wire: VoiceWire): void;
  trouble(wire: VoiceWire, error: Error): void;
}

type Networking = Extract<VoiceConnection['state'], { networking: unknown }>['networking'];
type Socket = Extract<Networking['state'], { ws: unknown }>['ws'];

const CAUSES = {
  [VoiceConnectionDisconnectReason.WebSocketClose]: 'kicked-or-moved',
  [VoiceConnectionDisconnectReason.EndpointRemoved]: 'no-server',
  [VoiceConnectionDisconnectReason.AdapterUnavailable]: 'main-connection',
  [VoiceConnectionDisconnectReason.Manual]: 'main-connection',
} as const satisfies Record<VoiceConnectionDisconnectReason, DisconnectCause>;

/** The library's code for a networking that was closed. */
const NETWORKING_CLOSED = 6;

const isResumable = (code: number): boolean => code < 4000 || code === 4015;

/** One connection of the library, watched where the library tells and where it does not. */
export class VoiceWire implements PacketOutput {
  readonly #listener: WireListener;
  readonly #seenNetworkings = new WeakSet<Networking>();
  readonly #seenSockets = new WeakSet<Socket>();
  #connection: VoiceConnection | null = null;

  constructor(listener: WireListener) {
    this.#listener = listener;
  }

  /** Asks Discord to join. Nothing answers when that is not allowed: whoever opens a wire sets a deadline. */
  open(
    where: { readonly guildId: string; readonly channelId: string; readonly group: string },
    creator: VoiceAdapterCreator,
  ): void {
    const connection = joinVoiceChannel({ ...where, selfDeaf: true, adapterCreator: this.#watched(creator) });
    this.#connection = connection;
    connection.on('error', (error) => this.#listener.trouble(this, error));
    connection.on('stateChange', (before, now) => {
      if (this.#connection !== connection) return;
      if ('networking' in now) this.#watchNetworking(now.networking);
      if (before.status === now.status) return;
      this.#onStatus(now);
    });
    // The main connection may have been down at once.
    if (connection.state.status === VoiceConnectionStatus.Disconnected)
      this.#listener.disconnected(this, 'main-connection');
  }

  get isReady(): boolean {
    return this.#connection?.state.status === VoiceConnectionStatus.Ready;
  }

  prepare(packet: Buffer): void {
    this.#connection?.prepareAudioPacket(packet);
  }

  dispatch(): void {
    this.#connection?.dispatchAudio();
  }

  hush(): void {
    this.#connection?.setSpeaking(false);
  }

  get pingMs(): number | null {
    const ping = this.#connection?.ping;
    return ping?.udp ?? ping?.ws ?? null;
  }

  /** False when the main connection is down. */
  move(channelId: string): boolean {
    return this.#connection?.rejoin({ ...this.#connection.joinConfig, channelId }) ?? false;
  }

  /** A move was refused: the library must not go there later. */
  settle(channelId: string): void {
    if (this.#connection !== null) this.#connection.joinConfig.channelId = channelId;
  }

  /** Leaves the channel. Nothing is told any more. */
  end(): void {
    const connection = this.#connection;
    this.#connection = null;
    if (connection !== null && connection.state.status !== VoiceConnectionStatus.Destroyed) connection.destroy();
  }

  #onStatus(state: VoiceConnection['state']): void {
    switch (state.status) {
      case VoiceConnectionStatus.Ready:
        this.#listener.ready(this);
        break;
      case VoiceConnectionStatus.Signalling:
      case VoiceConnectionStatus.Connecting:
        this.#listener.interrupted(this);
        break;
      case VoiceConnectionStatus.Destroyed:
        this.#connection = null;
        this.#listener.ended(this);
        break;
      case VoiceConnectionStatus.Disconnected:
        this.#listener.disconnected(this, CAUSES[state.reason]);
        break;
    }
  }

  #watchNetworking(networking: Networking): void {
    if (this.#seenNetworkings.has(networking)) return;
    this.#seenNetworkings.add(networking);
    this.#watchSocket(networking);
    networking.on('stateChange', () => this.#watchSocket(networking));
    // In front of the library's own listener, which rejoins at once on every code but 4014.
    networking.prependListener('close', (code: number) => {
      if (this.#connection !== null) this.#listener.closedForGood(this, code);
    });
  }

  /** The library tells close codes only of what it gives up; people want to see the others too. */
  #watchSocket(networking: Networking): void {
    const state = networking.state;
    if (!('ws' in state) || this.#seenSockets.has(state.ws)) return;
    this.#seenSockets.add(state.ws);
    state.ws.prependListener('close', ({ code }: { readonly code: number }) => {
      // Closed by ourselves, or replaced.
      if (this.#connection === null || networking.state.code === NETWORKING_CLOSED) return;
      this.#listener.closed(this, code);
      if (isResumable(code)) this.#listener.resuming(this);
    });
  }

  /** Lets the bot's own voice state through to the link, behind the library. */
  #watched(creator: VoiceAdapterCreator): DiscordGatewayAdapterCreator {
    return (methods) =>
      creator({
        onVoiceServerUpdate: (event) => methods.onVoiceServerUpdate(event),
        onVoiceStateUpdate: (event: VoiceStateEvent) => {
          // The library reads more fields than the port names; the gateway passes the whole event.
          methods.onVoiceStateUpdate(event as Parameters<typeof methods.onVoiceStateUpdate>[0]);
          if (this.#connection !== null) this.#listener.ownChannel(this, event.channel_id);
        },
        destroy: () => methods.destroy(),
      });
  }
}
