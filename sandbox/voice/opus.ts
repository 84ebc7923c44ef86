/** What the sandbox knows of Opus without decoding it: how long a packet lasts, and Discord's silence frame. */

/** Samples per second of every Opus clock (RTP and Ogg alike). */
export const OPUS_RATE = 48_000;

/** The frame a client sends five times when it stops speaking. 20 ms of nothing. */
export const SILENCE_FRAME: Buffer = Buffer.from([0xf8, 0xff, 0xfe]);

export const isSilenceFrame = (packet: Uint8Array): boolean => SILENCE_FRAME.equals(packet);

const SILK_SAMPLES = [480, 960, 1920, 2880] as const;
const HYBRID_SAMPLES = [480, 960] as const;
const CELT_SAMPLES = [120, 240, 480, 960] as const;

/** Samples at 48 kHz in one packet (RFC 6716, section 3.1). An empty packet lasts 0. */
export function opusSamples(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  return samplesPerFrame(toc >> 3) * framesIn(packet, toc & 0b11);
}

export const opusMs = (packet: Uint8Array): number => (opusSamples(packet) * 1000) / OPUS_RATE;

function samplesPerFrame(config: number): number {
  if (config < 12) return SILK_SAMPLES[config & 0b11] ?? 0;
  if (config < 16) return HYBRID_SAMPLES[config & 0b1] ?? 0;
  return CELT_SAMPLES[config & 0b11] ?? 0;
}

function framesIn(packet: Uint8Array, code: number): number {
  if (code === 0) return 1;
  if (code < 3) return 2;
  return (packet[1] ?? 0) & 0b11_1111;
}
