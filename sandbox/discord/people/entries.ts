import { Impossible } from '../interaction-model.ts';
import type { JsonObject } from '../json.ts';
import { asString, objectsIn } from '../json.ts';
import type { FileInput } from '../model.ts';

/** Somebody or something with an id: a person, a role, a channel, or the id itself. */
export type Pick = string | { readonly id: string };

export const idOf = (pick: Pick): string => (typeof pick === 'string' ? pick : pick.id);

export const isFile = (value: unknown): value is FileInput =>
  typeof value === 'object' && value !== null && 'bytes' in value && 'name' in value;

/** Options are chosen by what is written on them, or by their value. */
export const optionValue = (owner: JsonObject, wanted: string): string => {
  const options = objectsIn(owner.options);
  const option = options.find((entry) => entry.label === wanted) ?? options.find((entry) => entry.value === wanted);
  const value = asString(option?.value);
  if (value !== undefined) return value;
  const offered = options.map((entry) => `"${asString(entry.label) ?? ''}"`).join(', ');
  throw new Impossible(`"${wanted}" is not offered (${offered})`);
};
