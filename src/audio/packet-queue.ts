import type { StreamingChild } from './children.ts';
import { OggOpusParser } from './ogg-opus.ts';
import type { OpusFile } from './opus-file.ts';

/** Opus packets of 20 ms, read ahead of their time. */
export interface PacketQueue {
  /** The next packet; null when none is there (yet). Never waits. */
  read(): Buffer | null;
  /** Every packet was read, and there will be no more. */
  readonly isFinished: boolean;
  /** Resolves with true when the first packet is there, with false when there will be none. */
  readonly ready: Promise<boolean>;
  /** Ends what it reads from. */
  close(): void;
}

/** Below this more is read, packets: one second. */
const LOW = 50;
/** A page of ffmpeg's lasts a fraction of a second; more than this without a whole page is no Ogg. */
const MAX_PENDING = 1 << 20;

/** Packets in order, with an end that is either good or not. */
abstract class Queue {
  readonly ready: Promise<boolean>;
  #packets: readonly Buffer[] = [];
  #at = 0;
  #end: 'open' | 'good' | 'broken' = 'open';
  #tellReady: (hasPackets: boolean) => void = () => undefined;

  constructor() {
    this.ready = new Promise((resolve) => {
      this.#tellReady = resolve;
    });
  }

  get isFinished(): boolean {
    return this.#end === 'good' && this.length === 0;
  }

  protected get length(): number {
    return this.#packets.length - this.#at;
  }

  protected get isOpen(): boolean {
    return this.#end === 'open';
  }

  protected take(): Buffer | null {
    const packet = this.#packets[this.#at];
    if (packet === undefined) return null;
    this.#at += 1;
    return packet;
  }

  protected put(packets: readonly Buffer[]): void {
    if (packets.length === 0) return;
    this.#packets = this.length === 0 ? packets : [...this.#packets.slice(this.#at), ...packets];
    this.#at = 0;
    this.#tellReady(true);
  }

  protected end(how: 'good' | 'broken'): void {
    if (this.#end === 'open') this.#end = how;
    this.#tellReady(this.length > 0);
  }
}

/** Straight from one of our own files. */
export class FilePackets extends Queue implements PacketQueue {
  readonly #file: OpusFile;
  readonly #onError: (error: unknown) => void;
  #isReading = false;
  #isClosed = false;

  /** @param onError what the file system said; the queue then is over, but not finished */
  constructor(file: OpusFile, onError: (error: unknown) => void) {
    super();
    this.#file = file;
    this.#onError = onError;
  }

  /** Begins to read. */
  start(): this {
    this.#fill();
    return this;
  }

  read(): Buffer | null {
    const packet = this.take();
    if (this.length < LOW) this.#fill();
    return packet;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.end('broken');
    if (!this.#isReading) this.#release();
  }

  #fill(): void {
    if (this.#isReading || this.#isClosed || !this.isOpen) return;
    this.#isReading = true;
    this.#file
      .next()
      .then(
        (packets) => {
          this.put(packets);
          if (packets.length === 0) this.end('good');
        },
        (error: unknown) => {
          this.end('broken');
          this.#onError(error);
        },
      )
      .finally(() => {
        this.#isReading = false;
        if (this.#isClosed) this.#release();
      });
  }

  #release(): void {
    this.#file.close().catch(this.#onError);
  }
}

/** From a child that writes Ogg Opus as fast as it is read. The child ends with the queue. */
export class ChildPackets extends Queue implements PacketQueue {
  readonly #child: StreamingChild;
  readonly #onError: (error: unknown) => void;
  readonly #parser = new OggOpusParser();

  constructor(child: StreamingChild, onError: (error: unknown) => void) {
    super();
    this.#child = child;
    this.#onError = onError;
  }

  /** Begins to listen. */
  start(): this {
    const { stdout, ended } = this.#child;
    stdout.on('data', (piece: Buffer) => this.#take(piece));
    void ended.then((end) => this.end(end.kind === 'exited' && end.code === 0 ? 'good' : 'broken'));
    return this;
  }

  read(): Buffer | null {
    const packet = this.take();
    if (this.length < LOW) this.#child.stdout.resume();
    return packet;
  }

  close(): void {
    this.end('broken');
    this.#child.kill();
  }

  #take(piece: Buffer): void {
    if (!this.isOpen) return;
    try {
      this.put(this.#parser.push(piece));
      if (this.#parser.pending > MAX_PENDING) throw new Error('the filter sends no Ogg');
      if (this.length > 2 * LOW) this.#child.stdout.pause();
    } catch (error) {
      this.close();
      this.#onError(error);
    }
  }
}
