/** The unmodified @discordjs/voice against the voice sandbox, with a main gateway of a few lines. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import {
  type AudioPlayer,
  AudioResource,
  type CreateVoiceConnectionOptions,
  createAudioPlayer,
  createAudioResource,
  type DiscordGatewayAdapterCreator,
  type DiscordGatewayAdapterLibraryMethods,
  type JoinVoiceChannelOptions,
  joinVoiceChannel,
  StreamType,
  type VoiceConnection,
} from '@discordjs/voice';
import { WebSocket } from 'ws';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';

export const BOT = '100000000000000001';
export const GUILD = '200000000000000001';
export const CHANNEL = '300000000000000001';

/** Answers op 4 as Discord does, with a token of the sandbox. */
export class MainGateway {
  readonly #voice: VoiceSandbox;
  readonly stage: boolean;
  /** Channel of every op 4 the library sent; null is a leave. */
  readonly joins: (string | null)[] = [];
  /** Further joins are not answered, so that a hot loop ends. */
  answerLimit = 20;
  #methods: DiscordGatewayAdapterLibraryMethods | undefined;
  #sessions = 0;

  constructor(voice: VoiceSandbox, stage = false) {
    this.#voice = voice;
    this.stage = stage;
  }

  readonly adapterCreator: DiscordGatewayAdapterCreator = (methods) => {
    this.#methods = methods;
    return {
      sendPayload: (payload: { readonly d: { readonly guild_id: string; readonly channel_id: string | null } }) => {
        this.joins.push(payload.d.channel_id);
        if (payload.d.channel_id !== null && this.joins.length <= this.answerLimit) {
          const { guild_id: guildId, channel_id: channelId } = payload.d;
          setImmediate(() => this.sendServer(guildId, channelId));
        }
        return true;
      },
      destroy: () => {
        this.#methods = undefined;
      },
    };
  };

  /** Voice state and voice server of a join, as after an op 4. */
  sendServer(guildId: string, channelId: string): void {
    this.#sessions += 1;
    const sessionId = `main-${this.#sessions}`;
    const { token, endpoint } = this.#voice.issue({ guildId, channelId, userId: BOT, sessionId, stage: this.stage });
    const state = { guild_id: guildId, channel_id: channelId, user_id: BOT, session_id: sessionId };
    this.#methods?.onVoiceStateUpdate(
      state as Parameters<DiscordGatewayAdapterLibraryMethods['onVoiceStateUpdate']>[0],
    );
    this.#methods?.onVoiceServerUpdate({ token, guild_id: guildId, endpoint });
  }
}

export interface Client {
  readonly connection: VoiceConnection;
  readonly gateway: MainGateway;
  readonly player: AudioPlayer;
  /** Every status the connection went through, with the close code where the library tells it. */
  readonly statuses: string[];
}

export function joinVoice(
  voice: VoiceSandbox,
  options: Partial<JoinVoiceChannelOptions & CreateVoiceConnectionOptions> & {
    readonly stage?: boolean;
    readonly answerLimit?: number;
  } = {},
): Client {
  const { stage, answerLimit, ...join } = options;
  const gateway = new MainGateway(voice, stage ?? false);
  if (answerLimit !== undefined) gateway.answerLimit = answerLimit;
  const connection = joinVoiceChannel({
    guildId: GUILD,
    channelId: CHANNEL,
    adapterCreator: gateway.adapterCreator,
    ...join,
  });
  const statuses: string[] = [];
  connection.on('stateChange', (before, now) => {
    if (before.status !== now.status) statuses.push('closeCode' in now ? `${now.status} ${now.closeCode}` : now.status);
  });
  connection.on('error', (error) => statuses.push(`error: ${error.message}`));
  const player = createAudioPlayer();
  player.on('error', (error) => statuses.push(`player error: ${error.message}`));
  connection.subscribe(player);
  return { connection, gateway, player, statuses };
}

export interface Tone {
  readonly seconds: number;
  readonly hz: number;
  /** An ffmpeg filter chain after the sine, e.g. `volume=-12dB`. */
  readonly filter?: string;
  /** Default 96k. */
  readonly bitrate?: string;
}

/** An Ogg Opus tone, stereo, 20 ms frames. */
export function oggTone(tone: Tone): Buffer {
  const source = `sine=frequency=${tone.hz}:sample_rate=48000:duration=${tone.seconds}`;
  const filter = ['aformat=channel_layouts=stereo', ...(tone.filter === undefined ? [] : [tone.filter])].join(',');
  return ffmpeg(
    '-f',
    'lavfi',
    '-i',
    source,
    '-af',
    filter,
    '-ac',
    '2',
    '-c:a',
    'libopus',
    '-b:a',
    tone.bitrate ?? '96k',
    '-frame_duration',
    '20',
    '-f',
    'ogg',
    'pipe:1',
  );
}

export const ffmpeg = (...args: readonly string[]): Buffer =>
  execFileSync(process.env.FFMPEG_PATH ?? 'ffmpeg', ['-nostdin', '-hide_banner', '-loglevel', 'error', ...args], {
    maxBuffer: 1 << 28,
  });

export const oggResource = (ogg: Buffer): AudioResource =>
  createAudioResource(Readable.from([ogg], { objectMode: false }), { inputType: StreamType.OggOpus });

/** A resource of ready Opus packets, whatever they contain. */
export const packetResource = (packets: readonly Buffer[]): AudioResource =>
  new AudioResource([], [Readable.from(packets)], null, 5);

/** A voice client of a few lines, for what the real library never does. */
export class RawVoiceClient {
  readonly #socket: WebSocket;
  readonly #received: { readonly op: number; readonly d: Record<string, unknown> }[] = [];
  readonly #closed: Promise<number>;

  constructor(voice: VoiceSandbox, version = '8') {
    this.#socket = new WebSocket(`wss://${voice.endpoint}?v=${version}`, { ca: voice.cert });
    this.#closed = once(this.#socket, 'close').then(([code]) => Number(code));
    this.#socket.on('message', (message: Buffer, binary) => {
      if (!binary) this.#received.push(JSON.parse(message.toString()));
    });
    // A refused upgrade is an error and then a close; the close is what tests look at.
    this.#socket.on('error', () => undefined);
  }

  /** Close code, once closed. */
  get closed(): Promise<number> {
    return this.#closed;
  }

  async open(): Promise<this> {
    await once(this.#socket, 'open');
    return this;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Data of the first message with this opcode, received or to come. */
  async next(op: number): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.#received.find((message) => message.op === op);
      if (found !== undefined) return found.d;
      await once(this.#socket, 'message', { signal: AbortSignal.timeout(5000) });
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** The Opus packets of an Ogg file, headers left out. */
export function oggPackets(ogg: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  let open: Buffer[] = [];
  for (let page = 0; page < ogg.length; ) {
    const lacing = ogg.subarray(page + 27, page + 27 + ogg.readUInt8(page + 26));
    let at = page + 27 + lacing.length;
    for (const length of lacing) {
      open.push(ogg.subarray(at, at + length));
      at += length;
      if (length === 255) continue;
      packets.push(Buffer.concat(open));
      open = [];
    }
    page = at;
  }
  return packets.slice(2);
}
