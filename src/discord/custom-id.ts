/**
 * What a button, menu or modal carries: a version, an action's name and ids, never state. Panels outlive releases, so
 * an id of another version is answered with "outdated" and the panel is drawn anew.
 */
const VERSION = 'v1';

export interface CustomId {
  /** `<area>.<verb>`, such as `queue.next`. */
  readonly action: string;
  readonly args: readonly string[];
}

export type DecodedId =
  | { readonly kind: 'current'; readonly id: CustomId }
  /** Of another release, or of another bot that had this token before: answered all the same. */
  | { readonly kind: 'outdated' };

/** @throws RangeError when the result is over Discord's 100 characters or an argument holds the separator: a bug */
export function encodeCustomId(action: string, ...args: readonly (string | number)[]): string {
  const parts = args.map(String);
  const text = [VERSION, action, ...parts].join(':');
  if (text.length > 100 || parts.some((part) => part.includes(':'))) throw new RangeError(`custom id: ${text}`);
  return text;
}

export function decodeCustomId(text: string): DecodedId {
  const [version, action, ...args] = text.split(':');
  if (version !== VERSION || action === undefined || action === '') return { kind: 'outdated' };
  return { kind: 'current', id: { action, args } };
}

/** A row id from a custom id; null when it was forged into something else. */
export function idArgument(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}
