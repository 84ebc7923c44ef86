import type { Verdict } from '../../sandbox/discord/validate/form.ts';

/** A verdict as one line per problem: `data.components[0].custom_id BASE_TYPE_REQUIRED`, or the bare code. */
export const problems = (verdict: Verdict): readonly string[] => {
  if (verdict.ok) return [];
  const { code, errors } = verdict.error;
  return errors === undefined ? [String(code)] : leaves(errors, '');
};

const leaves = (branch: unknown, path: string): readonly string[] => {
  if (typeof branch !== 'object' || branch === null) return [];
  return Object.entries(branch).flatMap(([key, value]: [string, unknown]) => {
    if (key === '_errors' && Array.isArray(value)) {
      return value.map((entry: { readonly code: string }) => `${path} ${entry.code}`.trim());
    }
    return leaves(value, /^\d+$/.test(key) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`);
  });
};

export const times = <T>(count: number, make: (index: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const long = (length: number): string => 'x'.repeat(length);
