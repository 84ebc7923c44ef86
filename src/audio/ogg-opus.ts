/** A small reader of Ogg Opus (RFC 3533, RFC 7845): bytes in, packets out. */

/** Opus always counts in 48 kHz, and every packet we write lasts 20 ms. */
export const PACKET_SAMPLES = 960;
export const PACKET_MS = 20;

const HEADER_BYTES = 27;
const FLAG_CONTINUED = 0x01;
/** Largest page there can be: header, 255 segment lengths, 255 segments of 255 bytes. */
export const MAX_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;
/** Of an Opus packet; more is no Opus. */
const MAX_PACKET_BYTES = 61_440;

export interface OggPage {
  /** From the first byte of the page. */
  readonly bytes: number;
  /** Samples up to the end of the last packet that ends here; null when none does. */
  readonly granule: number | null;
  /** The first piece goes on where the page before ended. */
  readonly continued: boolean;
  /** The last piece goes on in the next page. */
  readonly open: boolean;
  readonly pieces: readonly Buffer[];
}

/** @returns null when the buffer does not hold the whole page yet */
export function readPage(buffer: Buffer, at: number): OggPage | null {
  if (at + HEADER_BYTES > buffer.length) return null;
  if (buffer.toString('latin1', at, at + 4) !== 'OggS') throw new Error('not an Ogg page');
  const segments = buffer[at + 26] ?? 0;
  const body = at + HEADER_BYTES + segments;
  if (body > buffer.length) return null;
  const pieces: Buffer[] = [];
  let start = body;
  let end = body;
  let open = false;
  for (let segment = 0; segment < segments; segment += 1) {
    const length = buffer[at + HEADER_BYTES + segment] ?? 0;
    end += length;
    open = length === 255;
    if (open) continue;
    pieces.push(buffer.subarray(start, end));
    start = end;
  }
  if (end > buffer.length) return null;
  if (open) pieces.push(buffer.subarray(start, end));
  const granule = buffer.readBigInt64LE(at + 6);
  return {
    bytes: end - at,
    granule: granule < 0n ? null : Number(granule),
    continued: ((buffer[at + 5] ?? 0) & FLAG_CONTINUED) !== 0,
    open,
    pieces,
  };
}

/** Audio packets from bytes that come in any pieces; the two header packets are left out. */
export class OggOpusParser {
  #rest: Buffer = Buffer.alloc(0);
  #unfinished: Buffer[] = [];
  #headersLeft: number;

  /** @param headers how many packets at the start are no audio: 2, or 0 behind a seek */
  constructor(headers = 2) {
    this.#headersLeft = headers;
  }

  /** Bytes kept because their page is not complete yet. */
  get pending(): number {
    return this.#rest.length;
  }

  /** Throws when the bytes are no Ogg Opus. */
  push(piece: Buffer): readonly Buffer[] {
    const buffer = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    const packets: Buffer[] = [];
    let at = 0;
    for (let page = readPage(buffer, at); page !== null; page = readPage(buffer, at)) {
      this.#collect(page, packets);
      at += page.bytes;
    }
    this.#rest = buffer.subarray(at);
    return packets;
  }

  #collect(page: OggPage, packets: Buffer[]): void {
    for (const [index, piece] of page.pieces.entries()) {
      const isLast = index === page.pieces.length - 1;
      // The end of a packet whose start was before the seek.
      if (index === 0 && page.continued && this.#unfinished.length === 0) continue;
      const whole = this.#unfinished.length === 0 ? piece : Buffer.concat([...this.#unfinished, piece]);
      if (whole.length > MAX_PACKET_BYTES) throw new Error('not an Opus packet');
      this.#unfinished = isLast && page.open ? [whole] : [];
      if (isLast && page.open) return;
      if (this.#headersLeft > 0) this.#headersLeft -= 1;
      else packets.push(whole);
    }
  }
}
