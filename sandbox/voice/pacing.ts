/** How evenly frames arrived: intervals, jitter, gaps. Pure. */
import type { CapturedFrame } from './capture.ts';
import { opusMs } from './opus.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Gap {
  /** Index of the last frame before it. */
  readonly after: number;
  /** Ms after the first frame at which it began. */
  readonly atMs: number;
  /** From one arrival to the next, ms. */
  readonly ms: number;
}

export interface PacingReport {
  readonly frames: number;
  readonly audioFrames: number;
  readonly silenceFrames: number;
  /** First arrival to last arrival, ms. */
  readonly spanMs: number;
  /** Between neighbouring arrivals, gaps left out. */
  readonly intervalMs: Percentiles;
  /** How far those intervals are from the frame's own length. */
  readonly jitterMs: Percentiles;
  /** Intervals longer than `gapMs`: stalls, pauses, reconnects. */
  readonly gaps: readonly Gap[];
}

/** `gapMs`: longer than this is a gap and not jitter. Default 60. */
export function pacingOf(frames: readonly CapturedFrame[], gapMs = 60): PacingReport {
  const intervals: number[] = [];
  const jitters: number[] = [];
  const gaps: Gap[] = [];
  const first = frames[0];
  for (const [at, frame] of frames.entries()) {
    const previous = frames[at - 1];
    if (previous === undefined || first === undefined) continue;
    const interval = frame.arrivedAt - previous.arrivedAt;
    if (interval > gapMs) {
      gaps.push({ after: previous.index, atMs: previous.arrivedAt - first.arrivedAt, ms: interval });
      continue;
    }
    intervals.push(interval);
    jitters.push(Math.abs(interval - opusMs(previous.opus)));
  }
  const silenceFrames = frames.filter((frame) => frame.silence).length;
  return {
    frames: frames.length,
    audioFrames: frames.length - silenceFrames,
    silenceFrames,
    spanMs: (frames.at(-1)?.arrivedAt ?? 0) - (first?.arrivedAt ?? 0),
    intervalMs: percentiles(intervals),
    jitterMs: percentiles(jitters),
    gaps,
  };
}

/** Nearest-rank percentiles; all 0 without values. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: sorted.at(-1) ?? 0 };
}
