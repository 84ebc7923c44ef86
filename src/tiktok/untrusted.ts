/** Reads a stranger's object field by field: whatever is missing or of another type becomes a harmless default. */
export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : NO_FIELDS;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Integer in [0, max]; null when it is no number at all. Strings of digits count (int64 comes as text). */
export function wholeOrNull(value: unknown, max: number): number | null {
  if (typeof value !== 'number' && (typeof value !== 'string' || value === '')) return null;
  const number = Number(value);
  if (Number.isNaN(number)) return null;
  return Math.min(max, Math.max(0, Math.trunc(number)));
}

export function whole(value: unknown, max: number): number {
  return wholeOrNull(value, max) ?? 0;
}

/** Control characters, line breaks, and the marks that turn the reading direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const UNWANTED = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g;
/** A longer text is cut before anything else looks at it. */
const ROUGH_CUT = 4;

/** One line of at most `max` UTF-16 units, without control characters and lone surrogates; '' when it is no text. */
export function line(value: unknown, max: number): string {
  if (typeof value !== 'string' || value === '') return '';
  const rough = value.length > max * ROUGH_CUT ? value.slice(0, max * ROUGH_CUT) : value;
  const clean = rough.replace(UNWANTED, ' ').trim();
  return (clean.length > max ? clean.slice(0, max).replace(/[\ud800-\udbff]$/, '') : clean).toWellFormed();
}

const ID = /^[1-9]\d{0,24}$/;

/** A decimal id as text; null when missing, zero or no number. */
export function idOrNull(value: unknown): string | null {
  if (typeof value === 'string') return ID.test(value) ? value : null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null;
}

/** What an object looks like, without its contents: for the log line of a message that could not be used. */
export function shapeOf(value: unknown, depth = 3): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], depth - 1), `x${value.length}`];
  if (value instanceof Uint8Array) return `bytes(${value.length})`;
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  if (depth <= 0) return 'object';
  const shown = Object.entries(value)
    .filter(([, inner]) => inner !== undefined && inner !== '' && inner !== 0 && inner !== false && inner !== '0')
    .slice(0, 30);
  return Object.fromEntries(shown.map(([key, inner]) => [key.slice(0, 40), shapeOf(inner, depth - 1)]));
}
