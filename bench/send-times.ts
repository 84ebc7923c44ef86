import dgram from 'node:dgram';

/** RTP with Discord's payload type; the library's keep-alive is shorter. */
const isSound = (packet: unknown): packet is Buffer =>
  Buffer.isBuffer(packet) && packet.length > 12 && packet[1] === 0x78;

/** When packets of sound are handed to the system, per socket: what the bot itself does, whatever the network adds. */
export class SendTimes {
  readonly #times = new Map<dgram.Socket, number[]>();
  #isOn = false;

  /** Watches every UDP socket of this process from now on. */
  install(): void {
    const seen = (socket: dgram.Socket, packet: unknown): void => {
      if (!this.#isOn || !isSound(packet)) return;
      const times = this.#times.get(socket) ?? [];
      times.push(performance.now());
      this.#times.set(socket, times);
    };
    const { send } = dgram.Socket.prototype;
    dgram.Socket.prototype.send = function watched(this: dgram.Socket, ...args: unknown[]): void {
      seen(this, args[0]);
      Reflect.apply(send, this, args);
    };
  }

  start(): void {
    this.#times.clear();
    this.#isOn = true;
  }

  /** @returns ms, one list per stream */
  stop(): readonly (readonly number[])[] {
    this.#isOn = false;
    return [...this.#times.values()];
  }
}
