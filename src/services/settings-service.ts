import { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import { isSettingKey, SETTINGS, type SettingKey, type Settings } from '../domain/setting.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';

export type SettingValue = number | boolean | string | readonly string[] | null;

export interface SettingEntry {
  readonly key: SettingKey;
  readonly value: SettingValue;
  readonly isDefault: boolean;
  readonly about: string;
}

export interface SettingsPorts {
  readonly store: Store;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

const SWITCH = new Map<string, boolean>([
  ...['true', 'on', 'yes', '1', 'open'].map((word) => [word, true] as const),
  ...['false', 'off', 'no', '0', 'closed'].map((word) => [word, false] as const),
]);

/** Typed settings per guild with defaults. Reads are cached until this process changes them: it is the only writer. */
export class SettingsService {
  readonly #ports: SettingsPorts;
  readonly #cache = new Map<string, Promise<Settings>>();

  constructor(ports: SettingsPorts) {
    this.#ports = ports;
  }

  all(guildId: string): Promise<Settings> {
    const known = this.#cache.get(guildId);
    if (known !== undefined) return known;
    const loading = this.#load(guildId);
    this.#cache.set(guildId, loading);
    // A failed read must not stay: the next caller tries again.
    loading.catch(() => this.#cache.delete(guildId));
    return loading;
  }

  async list(guildId: string): Promise<readonly SettingEntry[]> {
    const [all, stored] = await Promise.all([
      this.all(guildId),
      this.#ports.store.read((tx) => tx.settings.all(guildId)),
    ]);
    return settingKeys().map((key) => ({
      key,
      value: all[key],
      isDefault: !stored.has(key),
      about: SETTINGS[key].about,
    }));
  }

  /** @param raw what a person typed or chose; null clears a channel or role */
  async set(
    guildId: string,
    actor: string,
    key: SettingKey,
    raw: string | boolean | number | null,
  ): Promise<Result<Settings, Failure>> {
    const parsed = parseSetting(key, raw);
    if (!parsed.ok) return parsed;
    const before = await this.all(guildId);
    const after: Settings = { ...before, [key]: parsed.value };
    const conflict = conflictIn(after);
    if (conflict !== null) return err({ code: 'setting-invalid', key, why: conflict });
    await this.#write(guildId, actor, key, before[key], parsed.value);
    return ok(await this.all(guildId));
  }

  /** Several at once, for switches that belong together; all valid or none changed. */
  async setMany(
    guildId: string,
    actor: string,
    changes: readonly (readonly [SettingKey, boolean | number | string | null])[],
  ): Promise<Result<Settings, Failure>> {
    const before = await this.all(guildId);
    const parsed: (readonly [SettingKey, SettingValue])[] = [];
    for (const [key, raw] of changes) {
      const value = parseSetting(key, raw);
      if (!value.ok) return value;
      parsed.push([key, value.value]);
    }
    const { clock, store } = this.#ports;
    await store.transaction(async (tx) => {
      for (const [key, value] of parsed) {
        await tx.settings.put(guildId, key, JSON.stringify(value));
        await tx.audits.add({
          guildId,
          actor,
          action: 'setting.set',
          target: key,
          before: before[key],
          after: value,
          at: clock.now(),
        });
      }
    });
    this.#changed(
      guildId,
      parsed.map(([key]) => key),
    );
    return ok(await this.all(guildId));
  }

  async reset(guildId: string, actor: string, key: SettingKey): Promise<Result<Settings, Failure>> {
    const before = await this.all(guildId);
    const conflict = conflictIn({ ...before, [key]: SETTINGS[key].default });
    if (conflict !== null) return err({ code: 'setting-invalid', key, why: conflict });
    const { clock, store } = this.#ports;
    await store.transaction(async (tx) => {
      await tx.settings.drop(guildId, key);
      await tx.audits.add({
        guildId,
        actor,
        action: 'setting.reset',
        target: key,
        before: before[key],
        after: SETTINGS[key].default,
        at: clock.now(),
      });
    });
    this.#changed(guildId, [key]);
    return ok(await this.all(guildId));
  }

  /** Forgets what is cached of a guild whose rows were purged. */
  forget(guildId: string): void {
    this.#cache.delete(guildId);
  }

  async #load(guildId: string): Promise<Settings> {
    const stored = await this.#ports.store.read((tx) => tx.settings.all(guildId));
    const values = new Map<SettingKey, SettingValue>(settingKeys().map((key) => [key, SETTINGS[key].default]));
    for (const [key, text] of stored) {
      // A setting of another release, or a value that is not valid any more: the default counts.
      if (!isSettingKey(key)) continue;
      const value: unknown = JSON.parse(text);
      const checked = SCHEMAS[key].safeParse(value);
      if (checked.success) values.set(key, checked.data);
    }
    return Object.freeze(Object.fromEntries(values)) as unknown as Settings;
  }

  async #write(
    guildId: string,
    actor: string,
    key: SettingKey,
    before: SettingValue,
    after: SettingValue,
  ): Promise<void> {
    const { clock, store } = this.#ports;
    await store.transaction(async (tx) => {
      await tx.settings.put(guildId, key, JSON.stringify(after));
      await tx.audits.add({ guildId, actor, action: 'setting.set', target: key, before, after, at: clock.now() });
    });
    this.#changed(guildId, [key]);
  }

  #changed(guildId: string, keys: readonly string[]): void {
    this.#cache.delete(guildId);
    this.#ports.bus.emit('settings.changed', { guildId, keys });
  }
}

function settingKeys(): readonly SettingKey[] {
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

/** Reads what a person typed; the refusal says what would have been right. */
function parseSetting(key: SettingKey, raw: string | boolean | number | null): Result<SettingValue, Failure> {
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
        : refuse(`it must be a whole number from ${kind.min} to ${kind.max} (${kind.unit})`);
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
      if (typed === null || typed === '' || typed === 'none') return ok(null);
      const id = /^(?:<[#@]&?)?(\d{17,20})>?$/.exec(String(typed))?.[1];
      return id === undefined ? refuse(`it must be a ${kind.type}, or none`) : ok(id);
    }
    case 'list': {
      const items = [
        ...new Set(
          String(typed ?? '')
            .toLowerCase()
            .split(/[\s,]+/)
            .filter((item) => item !== ''),
        ),
      ];
      const bad = items.find((item) => !kind.itemPattern.test(item));
      if (bad !== undefined) return refuse(`${bad.slice(0, 60)} is not valid`);
      return items.length > kind.maxItems ? refuse(`at most ${kind.maxItems} entries`) : ok(items);
    }
    default:
      throw kind satisfies never;
  }
}

/** Settings that contradict each other, in words; null when all is well. */
function conflictIn(settings: Settings): string | null {
  const ascending =
    settings['gifts.skip'] < settings['gifts.double-skip'] &&
    settings['gifts.double-skip'] < settings['gifts.back-to-back'];
  return ascending ? null : 'the coins for skip, double-skip and back-to-back must rise in that order';
}
