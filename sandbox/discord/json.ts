/** JSON as it travels on the wire. Reading helpers answer `undefined` instead of guessing. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [key: string]: Json | undefined };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const asObject = (value: unknown): JsonObject | undefined => (isObject(value) ? value : undefined);

export const asString = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const asNumber = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

export const asBoolean = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

export const asArray = (value: unknown): readonly Json[] | undefined =>
  Array.isArray(value) ? (value as readonly Json[]) : undefined;

/** Every element that is an object; anything else in the list is dropped. */
export const objectsIn = (value: unknown): readonly JsonObject[] => (asArray(value) ?? []).filter(isObject);

/** Every element that is a string; anything else in the list is dropped. */
export const stringsIn = (value: unknown): readonly string[] =>
  (asArray(value) ?? []).filter((entry): entry is string => typeof entry === 'string');
