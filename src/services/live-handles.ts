import type { LiveUser } from '../domain/live-event.ts';
import type { StoreTx } from '../ports/store.ts';

/** Accounts remembered per session; the longest unused are forgotten first. */
const REMEMBERED = 20_000;
/** A known account's nickname, levels and "last seen" are written again at most this often, ms. */
const REFRESH_MS = 300_000;

interface Known {
  readonly handleId: number;
  /** Everything about the account that is kept. */
  readonly profile: string;
  readonly writtenAt: number;
}

/** Row ids of the accounts in one LIVE, by TikTok id. What is found out in a transaction counts only after its commit. */
export class LiveHandles {
  readonly #guildId: string;
  #known = new Map<string, Known>();
  #found = new Map<string, Known>();

  constructor(guildId: string) {
    this.#guildId = guildId;
  }

  /** Row ids of all these accounts; strangers become known, changes are followed. */
  async resolve(tx: StoreTx, users: readonly LiveUser[], now: number): Promise<ReadonlyMap<string, number>> {
    this.#found = new Map();
    const ids = new Map<string, number>();
    const strangers: LiveUser[] = [];
    const stale: LiveUser[] = [];
    for (const user of users) {
      const known = this.#known.get(user.userId);
      if (known === undefined) {
        strangers.push(user);
        continue;
      }
      ids.set(user.userId, known.handleId);
      if (user.name === '') continue;
      if (known.profile !== profileOf(user) || now - known.writtenAt >= REFRESH_MS) stale.push(user);
    }
    if (strangers.length > 0) {
      const met = await tx.lives.meet(this.#guildId, strangers, now);
      for (const user of strangers) {
        const handleId = met.get(user.userId);
        // Left out: it has a new name, or one that another row holds.
        if (handleId === undefined) stale.push(user);
        else this.#learn(ids, user, handleId, now);
      }
    }
    if (stale.length > 0) {
      const seen = await tx.handles.seen(this.#guildId, stale, now);
      for (const user of stale) {
        const handle = seen.get(user.userId);
        if (handle !== undefined) this.#learn(ids, user, handle.id, now);
      }
    }
    return ids;
  }

  committed(): void {
    for (const [userId, known] of this.#found) {
      this.#known.delete(userId);
      this.#known.set(userId, known);
    }
    this.#found = new Map();
    for (const userId of this.#known.keys()) {
      if (this.#known.size <= REMEMBERED) break;
      this.#known.delete(userId);
    }
  }

  /** Rows may be gone: somebody's data was deleted. */
  forget(): void {
    this.#known = new Map();
    this.#found = new Map();
  }

  #learn(ids: Map<string, number>, user: LiveUser, handleId: number, now: number): void {
    ids.set(user.userId, handleId);
    this.#found.set(user.userId, { handleId, profile: profileOf(user), writtenAt: now });
  }
}

function profileOf({ name, nickname, gifterLevel, fanLevel }: LiveUser): string {
  return `${name}\n${nickname}\n${gifterLevel ?? ''}\n${fanLevel ?? ''}`;
}
