import { type FileHandle, open } from 'node:fs/promises';
import { MAX_PAGE_BYTES, OggOpusParser, PACKET_MS, PACKET_SAMPLES, readPage } from './ogg-opus.ts';

/** About eight seconds of music. */
const READ_BYTES = 128 * 1024;
/** Below this reading on is cheaper than looking again. */
const NEAR_BYTES = 2 * READ_BYTES;

/** One of our own encoded songs, read packet by packet from any position. Every packet lasts 20 ms. */
export class OpusFile {
  readonly #file: FileHandle;
  readonly #size: number;
  /** Samples that decoders drop at the start. */
  readonly #preSkip: number;
  #parser: OggOpusParser;
  #at: number;
  /** Packets still to be dropped after a seek. */
  #drop = 0;

  constructor(file: FileHandle, size: number, preSkip: number) {
    this.#file = file;
    this.#size = size;
    this.#preSkip = preSkip;
    this.#parser = new OggOpusParser();
    this.#at = 0;
  }

  /** @returns null when there is no such file. Throws when it is no Ogg Opus. */
  static async open(path: string): Promise<OpusFile | null> {
    const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (file === null) return null;
    try {
      const { size } = await file.stat();
      const head = Buffer.alloc(Math.min(size, 256));
      await file.read(head, 0, head.length, 0);
      const [packet] = readPage(head, 0)?.pieces ?? [];
      if (packet?.toString('latin1', 0, 8) !== 'OpusHead') throw new Error('not an Ogg Opus file');
      return new OpusFile(file, size, packet.readUInt16LE(10));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * The next packet is the one that sounds at this position.
   * @returns the position it begins at, at most 20 ms earlier
   */
  async seek(positionMs: number): Promise<number> {
    const target = Math.max(0, Math.floor((positionMs * 48 + this.#preSkip) / PACKET_SAMPLES));
    if (target === 0) {
      this.#restart(0, 2, 0);
      return 0;
    }
    const { at, packets } = await this.#pageBefore(target);
    if (at === 0) this.#restart(0, 2, target);
    else this.#restart(at, 0, target - packets);
    return Math.max(0, target * PACKET_MS - this.#preSkip / 48);
  }

  /** Packets in order, some at a time; none at the end. */
  async next(): Promise<readonly Buffer[]> {
    while (this.#at < this.#size) {
      const piece = Buffer.allocUnsafe(Math.min(READ_BYTES, this.#size - this.#at));
      const { bytesRead } = await this.#file.read(piece, 0, piece.length, this.#at);
      if (bytesRead === 0) break;
      this.#at += bytesRead;
      const packets = this.#parser.push(piece.subarray(0, bytesRead));
      const kept = packets.slice(this.#drop);
      this.#drop -= packets.length - kept.length;
      if (kept.length > 0) return kept;
    }
    return [];
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #restart(at: number, headers: number, drop: number): void {
    this.#parser = new OggOpusParser(headers);
    this.#at = at;
    this.#drop = drop;
  }

  /**
   * Halves the file until the page before the target is near: its granule tells how many packets end before the page
   * behind it.
   * @returns where the following page begins, and how many packets end before it; 0 and 0 for the very start
   */
  async #pageBefore(target: number): Promise<{ readonly at: number; readonly packets: number }> {
    let best = { at: 0, packets: 0 };
    let low = 0;
    let high = this.#size;
    while (high - low > NEAR_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const page = await this.#pageFrom(middle, high);
      if (page === null || page.packets > target) high = middle;
      else {
        best = { at: page.end, packets: page.packets };
        low = page.end;
      }
    }
    return best;
  }

  /** The first page that begins at or behind `from` and ends a packet. */
  async #pageFrom(from: number, to: number): Promise<{ readonly end: number; readonly packets: number } | null> {
    const piece = Buffer.allocUnsafe(Math.min(2 * MAX_PAGE_BYTES, this.#size - from));
    const { bytesRead } = await this.#file.read(piece, 0, piece.length, from);
    const buffer = piece.subarray(0, bytesRead);
    for (let at = buffer.indexOf('OggS'); at >= 0 && from + at < to; at = buffer.indexOf('OggS', at + 4)) {
      const page = readPage(buffer, at);
      if (page === null) return null;
      // The last page's granule is cut to the song's end, and a packet may say OggS: both are no multiple.
      const isOurs = page.granule !== null && page.granule % PACKET_SAMPLES === 0 && !page.open;
      if (isOurs) return { end: from + at + page.bytes, packets: (page.granule ?? 0) / PACKET_SAMPLES };
    }
    return null;
  }
}
