import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

/** Of the mono sound that peaks are taken from. Hz */
export const PEAK_RATE = 8_000;
/** Slices of a stored waveform. */
export const PEAK_COUNT = 240;

const BLOCK_SAMPLES = PEAK_RATE / 50;
const FULL_SCALE = 32_768;

/** Collects the loudest sample of every 20 ms of 16-bit little-endian mono, however it is cut into pieces. */
export class PeakMeter {
  readonly #blocks: number[] = [];
  #odd: number | undefined;
  #loudest = 0;
  #filled = 0;
  #samples = 0;

  /** ms of sound so far */
  get durationMs(): number {
    return (this.#samples * 1000) / PEAK_RATE;
  }

  add(piece: Buffer): void {
    let at = 0;
    if (this.#odd !== undefined && piece.length > 0) {
      this.#sample((((piece[0] ?? 0) << 24) >> 16) | this.#odd);
      this.#odd = undefined;
      at = 1;
    }
    for (; at + 1 < piece.length; at += 2) this.#sample(piece.readInt16LE(at));
    if (at < piece.length) this.#odd = piece[at];
  }

  /** `count` slices over the whole song, 0..255. */
  peaks(count = PEAK_COUNT): readonly number[] {
    const blocks = this.#filled > 0 ? [...this.#blocks, this.#loudest] : this.#blocks;
    return Array.from({ length: count }, (_, slice) => {
      const from = Math.floor((slice * blocks.length) / count);
      const to = Math.max(from + 1, Math.floor(((slice + 1) * blocks.length) / count));
      let loudest = 0;
      for (let at = from; at < to && at < blocks.length; at += 1) loudest = Math.max(loudest, blocks[at] ?? 0);
      return Math.min(255, Math.round((loudest * 255) / FULL_SCALE));
    });
  }

  #sample(value: number): void {
    const size = Math.abs(value);
    if (size > this.#loudest) this.#loudest = size;
    this.#samples += 1;
    this.#filled += 1;
    if (this.#filled < BLOCK_SAMPLES) return;
    this.#blocks.push(this.#loudest);
    this.#loudest = 0;
    this.#filled = 0;
  }
}

/** px */
const WIDTH = 720;
const HEIGHT = 96;
const BAR = 2;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Transparent, and a violet that can be seen on light and on dark. */
const PALETTE = Buffer.from([0, 0, 0, 0x88, 0x7b, 0xf0]);
const TRANSPARENCY = Buffer.from([0, 255]);

const compress = promisify(deflate);

/** The waveform as a small PNG with a transparent ground: bars, mirrored at the middle. */
export async function waveformPng(peaks: readonly number[]): Promise<Uint8Array> {
  const highest = Math.max(1, ...peaks);
  // One bit per pixel: each row a filter byte and the packed pixels.
  const rowBytes = 1 + WIDTH / 8;
  const rows = Buffer.alloc(rowBytes * HEIGHT);
  for (let x = 0; x < WIDTH; x += 1) {
    if (x % (BAR + 1) === BAR) continue;
    const peak = peaks[Math.floor((x * peaks.length) / WIDTH)] ?? 0;
    const reach = Math.max(1, Math.round(((peak / highest) * HEIGHT) / 2));
    for (let y = HEIGHT / 2 - reach; y < HEIGHT / 2 + reach; y += 1) {
      const at = y * rowBytes + 1 + (x >> 3);
      rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.writeUInt8(1, 8);
  header.writeUInt8(3, 9);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', PALETTE),
    chunk('tRNS', TRANSPARENCY),
    chunk('IDAT', await compress(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(content.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
}
