import type { Json, JsonObject } from '../json.ts';
import { isObject } from '../json.ts';

/** The body of a 400 answer. `errors` mirrors the request: every leaf is a list called `_errors`. */
export interface FormError {
  readonly code: number;
  readonly message: string;
  readonly errors?: JsonObject;
}

/** What Discord says to a body: fine, or an error body to answer with HTTP 400. */
export type Verdict = { readonly ok: true } | { readonly ok: false; readonly error: FormError };

export type Path = readonly (string | number)[];

interface Issue {
  readonly path: Path;
  readonly code: string;
  readonly message: string;
}

/** Discord counts code points, not UTF-16 units: an emoji outside the basic plane is one. */
export const lengthOf = (text: string): number => {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
};

interface LengthRange {
  readonly min?: number;
  readonly max: number;
}
interface NumberRange {
  readonly min: number;
  readonly max: number;
}
interface Need {
  readonly required?: boolean;
}

/**
 * One place in a request body. Its checks note what is wrong with the value there and answer the value when it is usable,
 * so that a caller goes on with the rest and every problem is reported at once, as Discord does.
 */
export class Spot {
  readonly path: Path;
  readonly value: unknown;
  #issues: Issue[];

  constructor(value: unknown, path: Path, issues: Issue[]) {
    this.value = value;
    this.path = path;
    this.#issues = issues;
  }

  /** Left out, or null, which most fields treat alike. */
  get absent(): boolean {
    return this.value === undefined || this.value === null;
  }

  at(key: string | number): Spot {
    const value: unknown = isObject(this.value) ? this.value[key] : undefined;
    return new Spot(value, [...this.path, key], this.#issues);
  }

  refuse(code: string, message: string): void {
    this.#issues.push({ path: this.path, code, message });
  }

  requireValue(): void {
    this.refuse('BASE_TYPE_REQUIRED', 'This field is required');
  }

  /** A string within limits, measured without the white space around it. */
  text(range: LengthRange & Need): string | undefined {
    if (this.absent) {
      if (range.required === true) this.requireValue();
      return undefined;
    }
    if (typeof this.value !== 'string') {
      this.refuse('STRING_TYPE_CONVERT', `Could not interpret "${String(this.value)}" as string.`);
      return undefined;
    }
    const text = this.value.trim();
    if (text === '' && range.required === true && range.min === undefined) {
      this.requireValue();
      return undefined;
    }
    return this.#withinLength(lengthOf(text), range) ? text : undefined;
  }

  integer(range: Partial<NumberRange> & Need): number | undefined {
    const number = this.number(range);
    if (number === undefined || Number.isSafeInteger(number)) return number;
    this.refuse('NUMBER_TYPE_COERCE', `Value "${number}" is not int.`);
    return undefined;
  }

  number(range: Partial<NumberRange> & Need): number | undefined {
    if (this.absent) {
      if (range.required === true) this.requireValue();
      return undefined;
    }
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) {
      this.refuse('NUMBER_TYPE_COERCE', `Value "${String(this.value)}" is not int.`);
      return undefined;
    }
    const { min, max } = range;
    if (min !== undefined && this.value < min) {
      this.refuse('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
    } else if (max !== undefined && this.value > max) {
      this.refuse('NUMBER_TYPE_MAX', `int value should be less than or equal to ${max}.`);
    } else return this.value;
    return undefined;
  }

  boolean(): boolean | undefined {
    if (this.absent) return undefined;
    if (typeof this.value === 'boolean') return this.value;
    this.refuse('BOOLEAN_TYPE_CONVERT', 'Must be either true or false.');
    return undefined;
  }

  snowflake(need: Need = {}): string | undefined {
    if (this.absent) {
      if (need.required === true) this.requireValue();
      return undefined;
    }
    const id = String(this.value);
    if (/^\d{1,20}$/.test(id)) return id;
    this.refuse('NUMBER_TYPE_COERCE', `Value "${id}" is not snowflake.`);
    return undefined;
  }

  oneOf<T extends string | number>(values: readonly T[], need: Need = {}): T | undefined {
    if (this.absent) {
      if (need.required === true) this.requireValue();
      return undefined;
    }
    const found = values.find((value) => value === this.value);
    if (found === undefined) {
      const list = values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value)));
      this.refuse('BASE_TYPE_CHOICES', `Value must be one of (${list.join(', ')}).`);
    }
    return found;
  }

  /** The elements of a list, empty when there is none or it is no list. */
  list(range: LengthRange & Need): readonly Spot[] {
    if (this.absent) {
      if (range.required === true) this.requireValue();
      return [];
    }
    if (!Array.isArray(this.value)) {
      this.refuse('LIST_TYPE_CONVERT', 'Only iterables may be used in a ListType');
      return [];
    }
    this.#withinLength(this.value.length, range);
    return this.value.map((value: unknown, index) => new Spot(value, [...this.path, index], this.#issues));
  }

  /** Itself when it holds an object. */
  object(need: Need = {}): Spot | undefined {
    if (this.absent) {
      if (need.required === true) this.requireValue();
      return undefined;
    }
    if (isObject(this.value)) return this;
    this.refuse('DICT_TYPE_CONVERT', 'Only dictionaries may be used in a DictType');
    return undefined;
  }

  /** A well-formed absolute URL with one of these schemes. */
  url(schemes: readonly string[], maxLength: number, need: Need = {}): URL | undefined {
    const text = this.text({ min: 1, max: maxLength, ...need });
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (url === null) {
      this.refuse('URL_TYPE_INVALID_URL', 'Not a well formed URL.');
      return undefined;
    }
    const scheme = url.protocol.slice(0, -1);
    if (schemes.includes(scheme)) return url;
    const known = schemes.map((name) => `'${name}'`).join(', ');
    this.refuse('URL_TYPE_INVALID_SCHEME', `Scheme "${scheme}" is not supported. Scheme must be one of (${known}).`);
    return undefined;
  }

  #withinLength(length: number, { min = 0, max }: LengthRange): boolean {
    if (length >= min && length <= max) return true;
    if (min > 0) this.refuse('BASE_TYPE_BAD_LENGTH', `Must be between ${min} and ${max} in length.`);
    else this.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
    return false;
  }
}

type Branch = { [key: string]: Json | Branch };

const treeOf = (issues: readonly Issue[]): JsonObject => {
  const root: Branch = {};
  for (const { path, code, message } of issues) {
    let branch = root;
    for (const key of path) {
      const next = (branch[key] ?? {}) as Branch;
      branch[key] = next;
      branch = next;
    }
    const known = (branch._errors ?? []) as readonly Json[];
    branch._errors = [...known, { code, message }];
  }
  return root as JsonObject;
};

export const refusal = (code: number, message: string): Verdict => ({ ok: false, error: { code, message } });

export const accepted: Verdict = { ok: true };

/**
 * Runs checks over a body. `under` is where the error tree hangs the body, such as `['data']` for a message inside an
 * interaction callback.
 */
export const judge = (body: unknown, check: (root: Spot) => Verdict | undefined, under: Path = []): Verdict => {
  const issues: Issue[] = [];
  const verdict = check(new Spot(body, under, issues));
  if (issues.length > 0) {
    return { ok: false, error: { code: 50035, message: 'Invalid Form Body', errors: treeOf(issues) } };
  }
  return verdict ?? accepted;
};
