import type { Failure } from '../domain/failure.ts';
import { SETTINGS, type SettingKey, type Settings } from '../domain/setting.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { applyWaitingCredit, type MovedSong, tellMoves } from './gift-credit.ts';
import { conflictIn, parseSetting, type SettingValue, settingKeys, settingsFrom } from './setting-values.ts';
import { audit } from './staff-record.ts';

export type { SettingValue } from './setting-values.ts';

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

/** A valid new value, or back to the default. */
type Change =
  | { readonly key: SettingKey; readonly kind: 'set'; readonly value: SettingValue }
  | { readonly key: SettingKey; readonly kind: 'reset' };

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
    const loading = this.#ports.store.read(async (reads) => settingsFrom(await reads.settings.all(guildId)));
    this.#cache.set(guildId, loading);
    // A failed read must not stay: the next caller tries again.
    loading.catch(() => this.#cache.delete(guildId));
    return loading;
  }

  async list(guildId: string): Promise<readonly SettingEntry[]> {
    const stored = await this.#ports.store.read((reads) => reads.settings.all(guildId));
    const all = settingsFrom(stored);
    return settingKeys().map((key) => ({
      key,
      value: all[key],
      isDefault: !stored.has(key),
      about: SETTINGS[key].about,
    }));
  }

  /** @param raw what a person typed or chose; null clears a channel or role */
  set(
    guildId: string,
    actor: string,
    key: SettingKey,
    raw: string | boolean | number | null,
  ): Promise<Result<Settings, Failure>> {
    return this.setMany(guildId, actor, [[key, raw]]);
  }

  /** Several at once, for what belongs together: all valid or none changed. */
  async setMany(
    guildId: string,
    actor: string,
    changes: readonly (readonly [SettingKey, boolean | number | string | null])[],
  ): Promise<Result<Settings, Failure>> {
    const parsed: Change[] = [];
    for (const [key, raw] of changes) {
      const value = parseSetting(key, raw);
      if (!value.ok) return value;
      // The role of that id is everybody.
      if (key === 'role.reviewer' && value.value === guildId) {
        return err({ code: 'setting-invalid', key, why: 'it must not be everyone' });
      }
      parsed.push({ key, kind: 'set', value: value.value });
    }
    return this.#change(guildId, actor, parsed);
  }

  reset(guildId: string, actor: string, key: SettingKey): Promise<Result<Settings, Failure>> {
    return this.#change(guildId, actor, [{ key, kind: 'reset' }]);
  }

  /** Forgets what is cached of a guild whose rows were purged. */
  forget(guildId: string): void {
    this.#cache.delete(guildId);
  }

  async #change(guildId: string, actor: string, changes: readonly Change[]): Promise<Result<Settings, Failure>> {
    const { store, clock, bus } = this.#ports;
    const keys = changes.map(({ key }) => key);
    let moved: readonly MovedSong[] = [];
    const changed = await store.transaction(async (tx): Promise<Result<Settings, Failure>> => {
      const before = settingsFrom(await tx.settings.all(guildId));
      const values = changes.map((change) => [
        change.key,
        change.kind === 'set' ? change.value : SETTINGS[change.key].default,
      ]);
      const after: Settings = { ...before, ...Object.fromEntries(values) };
      const conflict = conflictIn(after);
      if (conflict !== null) return err({ code: 'setting-invalid', key: changes[0]?.key ?? '', why: conflict });
      for (const change of changes) {
        const { key, kind } = change;
        if (kind === 'set') await tx.settings.put(guildId, key, JSON.stringify(change.value));
        else await tx.settings.drop(guildId, key);
        await audit(tx, guildId, actor, `setting.${kind}`, key, before[key], after[key], clock.now());
      }
      moved = await applyWaitingCredit(tx, guildId, keys, clock.now());
      return ok(Object.freeze(after));
    });
    if (!changed.ok) return changed;
    this.#cache.delete(guildId);
    bus.emit('settings.changed', { guildId, keys });
    tellMoves(bus, guildId, moved);
    return changed;
  }
}
