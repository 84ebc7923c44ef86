import { type OverlayMessage, parseMessage } from '../../src/web/protocol.ts';
import { frameReader } from '../../src/web/public/sse.js';

/** An overlay without a picture: keeps the messages, and waits for the ones a test wants. */
export class EventReader {
  readonly messages: OverlayMessage[] = [];
  readonly numbers: number[] = [];
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>;
  readonly status: number;
  #taken = 0;
  #wake: () => void = () => undefined;
  #isOver = false;
  readonly #abort: AbortController;

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status;
    this.#abort = abort;
    this.ended = this.#read(response);
  }

  static async open(url: string): Promise<EventReader> {
    const abort = new AbortController();
    return new EventReader(await fetch(url, { signal: abort.signal }), abort);
  }

  /** The next message of this kind that was not taken yet; others before it are passed over. */
  async next<K extends OverlayMessage['kind']>(kind: K): Promise<Extract<OverlayMessage, { kind: K }>> {
    for (;;) {
      const message = this.messages[this.#taken];
      if (message !== undefined) {
        this.#taken += 1;
        if (isOf(message, kind)) return message;
        continue;
      }
      if (this.#isOver) throw new Error(`the stream ended without ${kind}; it had ${this.messages.map((m) => m.kind)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    const frames = frameReader();
    try {
      if (response.body === null) return;
      for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
        for (const { number, json } of frames(chunk)) {
          this.numbers.push(number);
          this.messages.push(parseMessage(json));
        }
        this.#wake();
      }
    } catch (error) {
      if (!this.#abort.signal.aborted && !isReset(error)) throw error;
    } finally {
      this.#isOver = true;
      this.#wake();
    }
  }
}

function isOf<K extends OverlayMessage['kind']>(
  message: OverlayMessage,
  kind: K,
): message is Extract<OverlayMessage, { kind: K }> {
  return message.kind === kind;
}

/** The server cut the connection. */
function isReset(error: unknown): boolean {
  return error instanceof TypeError;
}
