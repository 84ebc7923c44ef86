/** Levels and frequencies of PCM samples between -1 and 1. Pure. */

export const toDb = (amplitude: number): number => 20 * Math.log10(Math.max(amplitude, 1e-9));

export function rms(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length === 0 ? 0 : Math.sqrt(sum / samples.length);
}

export function peak(samples: Float32Array): number {
  let highest = 0;
  for (const sample of samples) highest = Math.max(highest, Math.abs(sample));
  return highest;
}

/** Amplitude of one frequency (Goertzel): a sine of amplitude 0.5 gives about 0.5. */
export function toneAmplitude(samples: Float32Array, rate: number, hz: number): number {
  if (samples.length === 0) return 0;
  const step = (2 * Math.PI * hz) / rate;
  const factor = 2 * Math.cos(step);
  let before = 0;
  let last = 0;
  for (const sample of samples) {
    const next = sample + factor * last - before;
    before = last;
    last = next;
  }
  const real = last - before * Math.cos(step);
  const imaginary = before * Math.sin(step);
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

export interface Spectrum {
  /** Mean power per bin; bin `k` is centred on `k * binHz`. */
  readonly power: Float64Array;
  readonly binHz: number;
}

const MAX_WINDOW = 16_384;
const MIN_WINDOW = 256;

/** Averaged over half-overlapping Hann windows. Shorter than the smallest window: padded with zeros. */
export function spectrumOf(samples: Float32Array, rate: number): Spectrum {
  const size = Math.min(MAX_WINDOW, Math.max(MIN_WINDOW, 2 ** Math.floor(Math.log2(Math.max(samples.length, 1)))));
  const hann = Float64Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / size));
  const power = new Float64Array(size / 2);
  let windows = 0;
  for (let start = 0; start === 0 || start + size <= samples.length; start += size / 2) {
    const real = hann.map((weight, at) => weight * (samples[start + at] ?? 0));
    const imaginary = new Float64Array(size);
    transform(real, imaginary);
    for (let bin = 0; bin < power.length; bin += 1) {
      power[bin] = (power[bin] ?? 0) + (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
    }
    windows += 1;
  }
  return { power: power.map((sum) => sum / windows), binHz: rate / size };
}

/** The strongest frequency in Hz, finer than a bin; 0 for silence. */
export function dominantHz(samples: Float32Array, rate: number): number {
  const { power, binHz } = spectrumOf(samples, rate);
  let best = 0;
  // Bin 0 and 1 hold the offset, not a tone.
  for (let bin = 2; bin < power.length - 1; bin += 1)
    if ((power[bin] ?? 0) > (power[best] ?? 0) || best === 0) best = bin;
  const [left, middle, right] = [best - 1, best, best + 1].map((bin) => Math.log(Math.max(power[bin] ?? 0, 1e-30)));
  if (left === undefined || middle === undefined || right === undefined || (power[best] ?? 0) < 1e-9) return 0;
  const curve = left - 2 * middle + right;
  return (best + (curve === 0 ? 0 : (left - right) / (2 * curve))) * binHz;
}

/** Share of the power between two frequencies, 0 to 1. */
export function bandShare(samples: Float32Array, rate: number, band: { lowHz: number; highHz: number }): number {
  const { power, binHz } = spectrumOf(samples, rate);
  let inside = 0;
  let total = 0;
  for (const [bin, value] of power.entries()) {
    total += value;
    if (bin * binHz >= band.lowHz && bin * binHz < band.highHz) inside += value;
  }
  return total === 0 ? 0 : inside / total;
}

/** Radix-2 FFT in place; the length is a power of two. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const size = real.length;
  for (let at = 1, mirrored = 0; at < size; at += 1) {
    let bit = size >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (at < mirrored) {
      swap(real, at, mirrored);
      swap(imaginary, at, mirrored);
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    for (let start = 0; start < size; start += length) butterfly(real, imaginary, start, length);
  }
}

function butterfly(real: Float64Array, imaginary: Float64Array, start: number, length: number): void {
  const half = length / 2;
  for (let offset = 0; offset < half; offset += 1) {
    const angle = (-2 * Math.PI * offset) / length;
    const low = start + offset;
    const high = low + half;
    const highReal = real[high] ?? 0;
    const highImaginary = imaginary[high] ?? 0;
    const turnedReal = highReal * Math.cos(angle) - highImaginary * Math.sin(angle);
    const turnedImaginary = highReal * Math.sin(angle) + highImaginary * Math.cos(angle);
    real[high] = (real[low] ?? 0) - turnedReal;
    imaginary[high] = (imaginary[low] ?? 0) - turnedImaginary;
    real[low] = (real[low] ?? 0) + turnedReal;
    imaginary[low] = (imaginary[low] ?? 0) + turnedImaginary;
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const kept = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = kept;
}
