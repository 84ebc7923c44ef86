import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import { isPublicHost } from '../domain/link.ts';
import { isSettingKey, SETTINGS, type SettingKey, type Settings } from '../domain/setting.ts';
import { err, ok, type Result } from '../lib/result.ts';

export type SettingValue = number | boolean | string | readonly string[] | null;

const SWITCH = new Map<string, boolean>([
  ...['true', 'on', 'yes', '1', 'open'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0', 'closed'].map((word) => [word, false] as const),
]);

/** What people type to clear a setting. */
const NONE = 'none';

export function settingKeys(): readonly SettingKey[] {
  return Object.keys(SETTINGS).filter(isSettingKey);
}

/** What a stored value must look like. */
function schemaOf(key: SettingKey): z.ZodType<SettingValue> {
  const { kind } = SETTINGS[key];
  switch (kind.type) {
    case 'integer':
      return z.int().min(kind.min).max(kind.max);
    case 'switch':
      return z.boolean();
    case 'choice':
      return z.enum(kind.choices);
    case 'channel':
    case 'role':
      return z
        .string()
        .regex(/^\d{17,20}$/)
        .nullable();
    case 'list':
      return z.array(z.string().regex(kind.itemPattern)).max(kind.maxItems);
    default:
      throw kind satisfies never;
  }
}

const SCHEMAS = Object.fromEntries(settingKeys().map((key) => [key, schemaOf(key)])) as Record<
  SettingKey,
  z.ZodType<SettingValue>
>;

/** All settings of one guild from its stored texts. A setting of another release, or a value no longer valid, is as good as unset. */
export function settingsFrom(stored: ReadonlyMap<string, string>): Settings {
  const values = new Map<SettingKey, SettingValue>(settingKeys().map((key) => [key, SETTINGS[key].default]));
  for (const [key, text] of stored) {
    if (!isSettingKey(key)) continue;
    const checked = SCHEMAS[key].safeParse(jsonIn(text));
    if (checked.success) values.set(key, checked.data);
  }
  // Complete by construction: every key with a value that its schema took.
  return Object.freeze(Object.fromEntries(values)) as unknown as Settings;
}

/** @returns undefined, which no setting takes, when it is no JSON */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Reads what a person typed; the refusal says what would have been right. */
export function parseSetting(key: SettingKey, raw: string | boolean | number | null): Result<SettingValue, Failure> {
  const { kind } = SETTINGS[key];
  const typed = typeof raw === 'string' ? raw.trim() : raw;
  const refuse = (why: string) => err({ code: 'setting-invalid' as const, key, why });
  switch (kind.type) {
    case 'integer': {
      const value =
        typeof typed === 'string' && /^-?[\d,_ ]+$/.test(typed) ? Number(typed.replace(/[,_ ]/g, '')) : typed;
      const checked = SCHEMAS[key].safeParse(value);
      return checked.success
        ? ok(checked.data)
        : refuse(`it must be a whole number from ${kind.min} to ${kind.max.toLocaleString('en-US')} (${kind.unit})`);
    }
    case 'switch': {
      const value = typeof typed === 'boolean' ? typed : SWITCH.get(String(typed).toLowerCase());
      return value === undefined ? refuse('it must be on or off') : ok(value);
    }
    case 'choice': {
      const value = String(typed).toLowerCase();
      return kind.choices.includes(value as never) ? ok(value) : refuse(`it must be one of ${kind.choices.join(', ')}`);
    }
    case 'channel':
    case 'role': {
      if (typed === null || typed === '' || typed === NONE) return ok(null);
      const id = /^(?:<[#@]&?)?(\d{17,20})>?$/.exec(String(typed))?.[1];
      return id === undefined ? refuse(`it must be a ${kind.type}, or none`) : ok(id);
    }
    case 'list': {
      const items = [
        ...new Set(
          String(typed ?? '')
            .toLowerCase()
            .split(/[\s,]+/)
            .filter((item) => item !== '' && item !== NONE),
        ),
      ];
      const bad = items.find((item) => !kind.itemPattern.test(item));
      if (bad !== undefined) return refuse(`${bad.slice(0, 60)} is not valid`);
      const inside = key === 'submissions.hosts' ? items.find((host) => !isPublicHost(host)) : undefined;
      if (inside !== undefined) return refuse(`${inside.slice(0, 60)} is not a host on the public internet`);
      return items.length > kind.maxItems ? refuse(`at most ${kind.maxItems} entries`) : ok(items);
    }
    default:
      throw kind satisfies never;
  }
}

/** Settings that contradict each other, in words; null when all is well. */
export function conflictIn(settings: Settings): string | null {
  const ascending =
    settings['gifts.skip'] < settings['gifts.double-skip'] &&
    settings['gifts.double-skip'] < settings['gifts.back-to-back'];
  return ascending ? null : 'the coins for skip, double-skip and back-to-back must rise in that order';
}
