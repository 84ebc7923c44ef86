import { FILTER_NAMES, type FilterName } from './setting.ts';

/** What a filter does to time and sound; the chains that do it belong to the audio layer. */
export interface FilterPreset {
  /** How many ms of the song one ms of playing takes: above 1 is faster. */
  readonly tempo: number;
  readonly about: string;
}

export const FILTERS = {
  'bass-boost': { tempo: 1, about: '+9 dB below 110 Hz' },
  reverb: { tempo: 1, about: 'echoes of a hall' },
  slow: { tempo: 0.85, about: '0.85x tempo, same pitch' },
  speed: { tempo: 1.2, about: '1.2x tempo, same pitch' },
  '8d': { tempo: 1, about: 'circles around the head every 8 s' },
  nightcore: { tempo: 1.25, about: '1.25x tempo and pitch' },
  vaporwave: { tempo: 0.8, about: '0.8x tempo and pitch' },
} as const satisfies Record<FilterName, FilterPreset>;

/** Song time per played time with all of these filters together. */
export function tempoOf(filters: readonly FilterName[]): number {
  return filters.reduce((tempo, name) => tempo * FILTERS[name].tempo, 1);
}

export function isFilterName(text: string): text is FilterName {
  return (FILTER_NAMES as readonly string[]).includes(text);
}

/** Percent. Past 200 even levelled songs only distort. */
export const MIN_VOLUME = 1;
export const MAX_VOLUME = 200;

const MAX_POSITION_MS = 24 * 3_600_000;

/**
 * A position as people type it: `83`, `1:23`, `1:02:03`, `1m23s`, `83.5`.
 * @returns ms from the start, or null when it is none
 */
export function parsePosition(text: string): number | null {
  const typed = text.trim().toLowerCase();
  const colons = /^(?:(?:(\d{1,2}):)?(\d{1,3}):)?(\d{1,5}(?:\.\d{1,3})?)$/.exec(typed);
  const units = /^(?:(\d{1,2})\s*h)?\s*(?:(\d{1,3})\s*m(?:in)?)?\s*(?:(\d{1,5}(?:\.\d{1,3})?)\s*s(?:ec)?)?$/.exec(
    typed,
  );
  const found = colons ?? (typed === '' ? null : units);
  if (found === null) return null;
  const [hours, minutes, seconds] = [1, 2, 3].map((group) => Number(found[group] ?? 0));
  if (hours === undefined || minutes === undefined || seconds === undefined) return null;
  const hasMinutes = found[2] !== undefined;
  const isClock = colons !== null && hasMinutes;
  // 1:75 is a slip of the hand, 75 alone is not.
  if (isClock && (seconds >= 60 || (found[1] !== undefined && minutes >= 60))) return null;
  const ms = Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
  return ms <= MAX_POSITION_MS ? ms : null;
}
