import { type Kysely, type Selectable, sql } from 'kysely';
import { type Handle, handleKey } from '../domain/handle.ts';
import type { LiveUser } from '../domain/live-event.ts';
import { toHandle } from './rows.ts';
import type { HandleTable, Tables } from './tables.ts';

type Row = Selectable<HandleTable>;

/**
 * Accounts seen in a LIVE become handles. The TikTok id is the account; the @name is only what it is called now, and may
 * have been another account's, or a row of its own that a member named before the account was ever seen.
 */
export class HandleSightings {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async record(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, Handle>> {
    const latest = new Map(users.map((user) => [user.userId, user]));
    const known = await this.#byTikTokIds(guildId, [...latest.keys()]);
    const unchanged: LiveUser[] = [];
    for (const user of latest.values()) {
      const row = known.get(user.userId);
      if (row !== undefined && row.name === user.name && row.name_key === keyOf(user)) unchanged.push(user);
      else await this.#meet(guildId, user, row ?? null, at);
    }
    if (unchanged.length > 0) await this.#refresh(guildId, unchanged, at);
    const rows = await this.#byTikTokIds(guildId, [...latest.keys()]);
    return new Map([...rows].map(([id, row]) => [id, toHandle(row)]));
  }

  async #byTikTokIds(guildId: string, ids: readonly string[]): Promise<Map<string, Row>> {
    const rows = await this.#db
      .selectFrom('handle')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('tiktok_user_id', 'is not', null)
      .where(sql<boolean>`tiktok_user_id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`)
      .execute();
    return new Map(rows.map((row) => [row.tiktok_user_id ?? '', row]));
  }

  /** A new account, or one under a new name. */
  async #meet(guildId: string, user: LiveUser, row: Row | null, at: number): Promise<void> {
    const key = keyOf(user);
    const holder = key === null ? null : await this.#holder(guildId, key);
    if (holder !== null && holder.id !== row?.id) {
      if (holder.tiktok_user_id === null) {
        if (row === null) return this.#write(holder.id, user, at);
        await this.#takeOver(holder, row);
      } else {
        // Its own new name is told when that account is seen again.
        await this.#db.updateTable('handle').set({ name_key: null }).where('id', '=', holder.id).execute();
      }
    }
    if (row !== null) return this.#write(row.id, user, at);
    await this.#db
      .insertInto('handle')
      .values({ guild_id: guildId, first_seen_at: at, ...columns(user, at) })
      .execute();
  }

  async #holder(guildId: string, key: string): Promise<Row | null> {
    const row = await this.#db
      .selectFrom('handle')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('name_key', '=', key)
      .executeTakeFirst();
    return row ?? null;
  }

  /**
   * A row that was only a name turns out to mean a known account: what hung on the name goes over to the account. A link
   * does so only if the account has none: who linked the account itself keeps it.
   */
  async #takeOver(name: Row, account: Row): Promise<void> {
    await this.#db.updateTable('handle').set({ name_key: null }).where('id', '=', name.id).execute();
    if (name.points !== 0) return;
    await this.#db.updateTable('submission').set({ handle_id: account.id }).where('handle_id', '=', name.id).execute();
    await this.#db.deleteFrom('handle').where('id', '=', name.id).execute();
    if (name.linked_user_id === null || account.linked_user_id !== null) return;
    await this.#db
      .updateTable('handle')
      .set({ linked_user_id: name.linked_user_id, linked_at: name.linked_at, proven: name.proven })
      .where('id', '=', account.id)
      .execute();
  }

  async #write(id: number, user: LiveUser, at: number): Promise<void> {
    await this.#db
      .updateTable('handle')
      .set((eb) => ({ ...columns(user, at), first_seen_at: eb.fn.coalesce('first_seen_at', eb.val(at)) }))
      .where('id', '=', id)
      .execute();
  }

  /** The common case of a busy LIVE: many known accounts under their known names, in one statement. */
  async #refresh(guildId: string, users: readonly LiveUser[], at: number): Promise<void> {
    const list = users.map((user) => [user.userId, user.nickname, user.avatarUrl, user.gifterLevel, user.fanLevel]);
    await sql`
      UPDATE handle SET nickname = seen.value ->> 1, avatar_url = coalesce(seen.value ->> 2, avatar_url),
        gifter_level = coalesce(seen.value ->> 3, gifter_level), fan_level = coalesce(seen.value ->> 4, fan_level),
        last_seen_at = ${at}
      FROM json_each(${JSON.stringify(list)}) AS seen
      WHERE handle.guild_id = ${guildId} AND handle.tiktok_user_id = seen.value ->> 0
    `.execute(this.#db);
  }
}

function keyOf(user: LiveUser): string | null {
  return user.name === '' ? null : handleKey(user.name);
}

function columns(user: LiveUser, at: number) {
  return {
    tiktok_user_id: user.userId,
    name: user.name,
    name_key: keyOf(user),
    nickname: user.nickname,
    last_seen_at: at,
    ...(user.avatarUrl === null ? {} : { avatar_url: user.avatarUrl }),
    ...(user.gifterLevel === null ? {} : { gifter_level: user.gifterLevel }),
    ...(user.fanLevel === null ? {} : { fan_level: user.fanLevel }),
  };
}
