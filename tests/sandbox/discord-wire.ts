import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Discord } from '../../sandbox/discord/discord.ts';
import { asObject, asString, type Json, type JsonObject } from '../../sandbox/discord/json.ts';

interface Received {
  readonly op: number;
  readonly t: string | null;
  readonly s: number | null;
  readonly d: Json;
}

/** A gateway client of a few lines, for what a library would never send. */
export class Wire {
  readonly closed: Promise<number>;
  #socket: WebSocket;
  #frames: Received[] = [];
  #waiting = new Set<() => void>();

  constructor(discord: Discord, query = '?v=10&encoding=json') {
    this.#socket = new WebSocket(`${discord.gatewayUrl}/${query}`);
    this.#socket.on('message', (raw) => {
      this.#frames.push(JSON.parse(String(raw)) as Received);
      for (const look of [...this.#waiting]) look();
    });
    this.closed = new Promise((resolve) => this.#socket.once('close', (code) => resolve(code)));
    onTestFinished(() => this.#socket.terminate());
  }

  send(op: number, d: Json): void {
    this.sendRaw(JSON.stringify({ op, d }));
  }

  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  /** The first frame (past or future) of this opcode and, for op 0, event name. */
  frame(op: number, t?: string): Promise<Received> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#frames.find((frame) => frame.op === op && (t === undefined || frame.t === t));
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Names of dispatched events so far. */
  events(): readonly string[] {
    return this.#frames.flatMap((frame) => (frame.op === 0 && frame.t !== null ? [frame.t] : []));
  }

  async identify(discord: Discord, change: JsonObject = {}): Promise<void> {
    await this.frame(10);
    this.send(2, { token: discord.world.token, intents: 1, properties: {}, ...change });
  }

  async sessionId(): Promise<string> {
    const ready = await this.frame(0, 'READY');
    return asString(asObject(ready.d)?.session_id) ?? '';
  }

  drop(): void {
    this.#socket.terminate();
  }

  close(code: number): void {
    this.#socket.close(code);
  }
}
