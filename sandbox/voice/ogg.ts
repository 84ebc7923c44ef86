/** A small Ogg Opus writer (RFC 3533, RFC 7845): packets in, a file that ffmpeg and browsers decode out. */
import { OPUS_RATE, opusSamples } from './opus.ts';

const CRC_POLYNOMIAL = 0x04c11db7;
const PAGE_HEADER_BYTES = 27;
const MAX_SEGMENTS = 255;
/** A page per second: what encoders write, and small enough to stream. */
const PAGE_SAMPLES = OPUS_RATE;

const FLAG_FIRST = 0x02;
const FLAG_LAST = 0x04;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let remainder = index << 24;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 0x8000_0000 ? (remainder << 1) ^ CRC_POLYNOMIAL : remainder << 1;
  }
  return remainder >>> 0;
});

export interface OggOptions {
  /** Channels of the output. Discord's audio is stereo. */
  readonly channels?: number;
  /** Samples a player drops at the start. 0 keeps everything that was captured. */
  readonly preSkip?: number;
  readonly serial?: number;
}

/** The whole file. No packets give a valid file of 0 ms. */
export function oggOpus(packets: readonly Uint8Array[], options: OggOptions = {}): Buffer {
  const serial = options.serial ?? 1;
  const pages: Buffer[] = [
    page({ serial, number: 0, granule: 0n, flags: FLAG_FIRST, packets: [head(options)] }),
    page({ serial, number: 1, granule: 0n, flags: packets.length === 0 ? FLAG_LAST : 0, packets: [tags()] }),
  ];
  let granule = 0;
  for (const group of pageGroups(packets)) {
    granule += group.samples;
    const flags = group.last ? FLAG_LAST : 0;
    pages.push(page({ serial, number: pages.length, granule: BigInt(granule), flags, packets: group.packets }));
  }
  return Buffer.concat(pages);
}

/** The same file piece by piece, for a listener who is there while it is being played. It has no last page. */
export class OggOpusStream {
  readonly #serial: number;
  readonly #options: OggOptions;
  #number = 2;
  #granule = 0;

  constructor(options: OggOptions = {}) {
    this.#options = options;
    this.#serial = options.serial ?? 1;
  }

  /** What every listener gets first. */
  start(): Buffer {
    const first = { serial: this.#serial, granule: 0n };
    return Buffer.concat([
      page({ ...first, number: 0, flags: FLAG_FIRST, packets: [head(this.#options)] }),
      page({ ...first, number: 1, flags: 0, packets: [tags()] }),
    ]);
  }

  /** One page; at most a second of packets. */
  page(packets: readonly Uint8Array[]): Buffer {
    for (const packet of packets) this.#granule += opusSamples(packet);
    const number = this.#number;
    this.#number += 1;
    return page({ serial: this.#serial, number, granule: BigInt(this.#granule), flags: 0, packets });
  }
}

function head(options: OggOptions): Buffer {
  const bytes = Buffer.alloc(19);
  bytes.write('OpusHead', 0, 'latin1');
  bytes.writeUInt8(1, 8);
  bytes.writeUInt8(options.channels ?? 2, 9);
  bytes.writeUInt16LE(options.preSkip ?? 0, 10);
  bytes.writeUInt32LE(OPUS_RATE, 12);
  return bytes;
}

function tags(): Buffer {
  const vendor = Buffer.from('skipline sandbox');
  const bytes = Buffer.alloc(8 + 4 + vendor.length + 4);
  bytes.write('OpusTags', 0, 'latin1');
  bytes.writeUInt32LE(vendor.length, 8);
  vendor.copy(bytes, 12);
  return bytes;
}

interface PageGroup {
  readonly packets: readonly Uint8Array[];
  readonly samples: number;
  readonly last: boolean;
}

function* pageGroups(packets: readonly Uint8Array[]): Generator<PageGroup> {
  let group: Uint8Array[] = [];
  let samples = 0;
  let segments = 0;
  for (const packet of packets) {
    const needed = lacing(packet.length).length;
    if (group.length > 0 && (segments + needed > MAX_SEGMENTS || samples >= PAGE_SAMPLES)) {
      yield { packets: group, samples, last: false };
      group = [];
      samples = 0;
      segments = 0;
    }
    group.push(packet);
    samples += opusSamples(packet);
    segments += needed;
  }
  if (group.length > 0) yield { packets: group, samples, last: true };
}

/** A length as Ogg writes it: 255 as often as it fits, then the rest (0 included). */
function lacing(length: number): readonly number[] {
  return [...Array.from({ length: Math.floor(length / 255) }, () => 255), length % 255];
}

interface Page {
  readonly serial: number;
  readonly number: number;
  readonly granule: bigint;
  readonly flags: number;
  readonly packets: readonly Uint8Array[];
}

function page(content: Page): Buffer {
  const segments = content.packets.flatMap((packet) => lacing(packet.length));
  const header = Buffer.alloc(PAGE_HEADER_BYTES + segments.length);
  header.write('OggS', 0, 'latin1');
  header.writeUInt8(content.flags, 5);
  header.writeBigUInt64LE(content.granule, 6);
  header.writeUInt32LE(content.serial, 14);
  header.writeUInt32LE(content.number, 18);
  header.writeUInt8(segments.length, 26);
  header.set(segments, PAGE_HEADER_BYTES);
  const bytes = Buffer.concat([header, ...content.packets]);
  bytes.writeUInt32LE(checksum(bytes), 22);
  return bytes;
}

/** Ogg's CRC-32: not reflected, zero start, over the page with the checksum field 0. */
function checksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (CRC_TABLE[((crc >>> 24) ^ byte) & 0xff] ?? 0)) >>> 0;
  return crc;
}
