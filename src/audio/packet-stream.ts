import { Readable } from 'node:stream';
import type { StreamingChild } from './children.ts';
import { OggOpusParser } from './ogg-opus.ts';
import type { OpusFile } from './opus-file.ts';

/** Packets read ahead: two seconds. */
const AHEAD = 100;
/** A page of ffmpeg's lasts a fraction of a second; more than this without a whole page is no Ogg. */
const MAX_PENDING = 1 << 20;

/** Opus packets of 20 ms, in object mode, as the audio player takes them. Closes what it reads from. */
export class FilePackets extends Readable {
  readonly #file: OpusFile;

  constructor(file: OpusFile) {
    super({ objectMode: true, highWaterMark: AHEAD });
    this.#file = file;
  }

  override _read(): void {
    this.#file.next().then(
      (packets) => {
        for (const packet of packets) this.push(packet);
        if (packets.length === 0) this.push(null);
      },
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#file.close().then(
      () => done(error),
      (fault: Error) => done(error ?? fault),
    );
  }
}

/** The same from a child that writes Ogg Opus as fast as it is read. The child ends with the stream. */
export class ChildPackets extends Readable {
  readonly #child: StreamingChild;
  readonly #parser = new OggOpusParser();

  constructor(child: StreamingChild) {
    super({ objectMode: true, highWaterMark: AHEAD });
    this.#child = child;
  }

  override _construct(done: (error?: Error) => void): void {
    const { stdout, ended } = this.#child;
    stdout.on('data', (piece: Buffer) => this.#take(piece));
    ended.then((end) => {
      if (this.destroyed) return;
      if (end.kind === 'exited' && end.code === 0) this.push(null);
      else this.destroy(new Error(`the filter ended early: ${end.kind}`));
    }, done);
    done();
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    this.#child.ended.then(
      () => done(error),
      () => done(error),
    );
  }

  #take(piece: Buffer): void {
    try {
      let wantsMore = true;
      for (const packet of this.#parser.push(piece)) wantsMore = this.push(packet);
      if (this.#parser.pending > MAX_PENDING) throw new Error('the filter sends no Ogg');
      if (!wantsMore) this.#child.stdout.pause();
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
