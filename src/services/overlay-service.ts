import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { Store, StoreReads } from '../ports/store.ts';

/** Stored beside the guild's settings, so that it goes when the guild's data goes. Not a setting: nobody types it. */
const STORED_AS = 'overlay.key';
/** At least 128 bits as base64url. */
const KEY = /^[A-Za-z0-9_-]{22,64}$/;
/** An unknown key makes the service look into the store again, at most this often. ms */
const LOOK_AGAIN_MS = 10_000;

export interface OverlayPorts {
  readonly store: Store;
  readonly clock: Clock;
  /** Unguessable, at least 128 bits, base64url. */
  readonly newKey: () => string;
  /** How people reach the HTTP server, without a trailing slash; null when that cannot be known. */
  readonly publicUrl: () => string | null;
}

/** Where a guild's overlay is. `base` is null when nobody told the bot its public address. */
export interface OverlayLinks {
  readonly base: string | null;
  /** Below `base`, from the slash on. */
  readonly path: string;
  readonly configurePath: string;
}

interface KnownKey {
  readonly guildId: string;
  readonly digest: Buffer;
}

/**
 * The secret addresses of the overlays: one per guild, made when first asked for, replaced when it leaked. Whoever knows
 * it may look, and only that.
 */
export class OverlayService {
  readonly #ports: OverlayPorts;
  #known: readonly KnownKey[] = [];
  /** Rises with every key made here. */
  #learned = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  readonly #resetListeners = new Set<(guildId: string) => void>();

  constructor(ports: OverlayPorts) {
    this.#ports = ports;
  }

  async links(guildId: string): Promise<OverlayLinks> {
    const { store, newKey } = this.#ports;
    const stored = await store.read((reads) => keyOf(reads, guildId));
    if (stored !== null) return this.#learn(guildId, stored);
    const key = await store.transaction(async (tx) => {
      const meanwhile = await keyOf(tx, guildId);
      if (meanwhile !== null) return meanwhile;
      const made = newKey();
      await tx.settings.put(guildId, STORED_AS, JSON.stringify(made));
      return made;
    });
    return this.#learn(guildId, key);
  }

  /** A new address; the old one ends at once, for open overlays too. */
  async reset(guildId: string, actor: string): Promise<OverlayLinks> {
    const { store, clock, newKey } = this.#ports;
    const key = newKey();
    await store.transaction(async (tx) => {
      await tx.settings.put(guildId, STORED_AS, JSON.stringify(key));
      await tx.audits.add({
        guildId,
        actor,
        action: 'overlay.reset',
        target: null,
        before: null,
        after: null,
        at: clock.now(),
      });
    });
    const links = this.#learn(guildId, key);
    for (const listener of this.#resetListeners) listener(guildId);
    return links;
  }

  /** @returns the call that ends it. The listener must not throw. */
  onReset(listener: (guildId: string) => void): () => void {
    this.#resetListeners.add(listener);
    return () => this.#resetListeners.delete(listener);
  }

  /** The guild whose overlay this key opens; null for any other text. */
  async guildOf(key: string): Promise<string | null> {
    if (!KEY.test(key)) return null;
    const digest = digestOf(key);
    const known = this.#find(digest);
    if (known !== null) return known;
    // After a restart all overlays come at once: they share one look.
    if (this.#looking === null) {
      const now = this.#ports.clock.monotonic();
      if (now - this.#lookedAt < LOOK_AGAIN_MS) return null;
      this.#looking = this.#look(now).finally(() => {
        this.#looking = null;
      });
    }
    await this.#looking;
    return this.#find(digest);
  }

  /** Compares with every key in constant time: how long it takes tells nothing about any of them. */
  #find(digest: Buffer): string | null {
    let found: string | null = null;
    for (const known of this.#known) if (timingSafeEqual(known.digest, digest)) found = known.guildId;
    return found;
  }

  async #look(now: number): Promise<void> {
    const learned = this.#learned;
    const found = await this.#ports.store.read(async (reads) => {
      const keys: KnownKey[] = [];
      for (const guildId of await reads.guilds.present()) {
        const key = await keyOf(reads, guildId);
        if (key !== null) keys.push({ guildId, digest: digestOf(key) });
      }
      return keys;
    });
    // A key made meanwhile is newer than what was read: the next miss looks again.
    if (learned !== this.#learned) return;
    this.#known = found;
    this.#lookedAt = now;
  }

  #learn(guildId: string, key: string): OverlayLinks {
    this.#learned += 1;
    this.#known = [...this.#known.filter((known) => known.guildId !== guildId), { guildId, digest: digestOf(key) }];
    return { base: this.#ports.publicUrl(), path: `/overlay/${key}`, configurePath: `/overlay/${key}/configure` };
  }
}

async function keyOf(reads: StoreReads, guildId: string): Promise<string | null> {
  const stored = (await reads.settings.all(guildId)).get(STORED_AS);
  const key: unknown = stored === undefined ? null : JSON.parse(stored);
  return typeof key === 'string' && KEY.test(key) ? key : null;
}

/** Equal lengths, whatever the key. */
function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
