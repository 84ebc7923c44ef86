/** What every song is levelled to. */
export const TARGET_LUFS = -16;
/** True peak, dBTP: nothing that is sent goes above. */
export const CEILING_DBTP = -1;

/** What EBU R128 says of a piece of sound. */
export interface Loudness {
  /** Integrated loudness, LUFS; null when there was nothing loud enough to measure. */
  readonly lufs: number | null;
  /** dBTP; null for digital silence. */
  readonly truePeak: number | null;
}

/** How a song is brought to the target: one gain for all of it, and a limiter only where its peaks need one. */
export interface Levelling {
  readonly gainDb: number;
  /** dBFS; null when no peak comes near the ceiling. */
  readonly limitDb: number | null;
}

/** The limiter works on samples, and the codec adds a little of its own: room for both below the ceiling. */
const LIMIT_DB = CEILING_DBTP - 1;
/** Beyond this a "song" is hiss, and would come out as loud hiss. */
const MAX_GAIN_DB = 30;
/** Limiting costs loudness; more than this is not given back, it would only be limited away again. */
const MAX_MAKE_UP_DB = 6;
/** Heard by nobody. LU */
const TOLERANCE_LU = 0.4;

/** ebur128's value for "no block passed the gate". */
const FLOOR_LUFS = -69.5;

export function levellingFor({ lufs, truePeak }: Loudness): Levelling {
  const gainDb = lufs === null ? 0 : Math.min(MAX_GAIN_DB, TARGET_LUFS - lufs);
  return { gainDb, limitDb: truePeak !== null && truePeak + gainDb > LIMIT_DB ? LIMIT_DB : null };
}

/**
 * A second try after the first one was measured.
 * @returns null when the first one is good, or as good as it gets
 */
export function correctedLevelling(first: Levelling, source: Loudness, heard: Loudness): Levelling | null {
  const isTooLoud = heard.truePeak !== null && heard.truePeak > CEILING_DBTP - 0.2;
  const limitDb = isTooLoud ? LIMIT_DB - ((heard.truePeak ?? 0) - (CEILING_DBTP - 0.2)) : first.limitDb;
  const missing = heard.lufs === null ? 0 : TARGET_LUFS - heard.lufs;
  const room = levellingFor(source).gainDb + MAX_MAKE_UP_DB - first.gainDb;
  const more = Math.min(missing, room);
  if (!isTooLoud && Math.abs(more) <= TOLERANCE_LU) return null;
  return { gainDb: first.gainDb + more, limitDb: limitDb ?? LIMIT_DB };
}

/** ffmpeg's filters for it. Oversampled, because peaks between samples count. */
export function levellingFilters({ gainDb, limitDb }: Levelling): readonly string[] {
  const gain = `volume=${gainDb.toFixed(2)}dB`;
  if (limitDb === null) return [gain];
  const limit = (10 ** (limitDb / 20)).toFixed(4);
  return [gain, 'aresample=192000', `alimiter=limit=${limit}:level=disabled:attack=5:release=80`, 'aresample=48000'];
}

/** Passes the sound on unchanged and prints a summary at the end; `verbose` hides its ten lines a second. */
export const METER = 'ebur128=peak=true:framelog=verbose';

/** @param log ffmpeg's standard error after a run with `METER`; null when there is no summary in it */
export function readLoudness(log: string): Loudness | null {
  const lufs = lastNumber(log, /^\s+I:\s+(-?[\d.]+) LUFS/gm);
  const peak = /Peak:\s+-inf dBFS/.test(log) ? null : lastNumber(log, /^\s+Peak:\s+(-?[\d.]+) dBFS/gm);
  if (lufs === undefined || peak === undefined) return null;
  return { lufs: lufs <= FLOOR_LUFS ? null : lufs, truePeak: peak };
}

function lastNumber(text: string, pattern: RegExp): number | undefined {
  const found = [...text.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}
