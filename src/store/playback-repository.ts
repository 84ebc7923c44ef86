import type { Kysely, Selectable } from 'kysely';
import { isFilterName } from '../domain/playback.ts';
import type { PlaybackRow, PlaybackStore } from '../ports/playback-store.ts';
import type { PlaybackTable, Tables } from './tables.ts';

const STATES = ['idle', 'playing', 'paused'] as const;

/** What each guild's player does. */
export class PlaybackRepository implements PlaybackStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(guildId: string): Promise<PlaybackRow | null> {
    const row = await this.#db.selectFrom('playback').selectAll().where('guild_id', '=', guildId).executeTakeFirst();
    return row === undefined ? null : toPlayback(row);
  }

  async wanted(): Promise<readonly PlaybackRow[]> {
    const rows = await this.#db
      .selectFrom('playback')
      .selectAll()
      .where('channel_id', 'is not', null)
      .orderBy('guild_id')
      .execute();
    return rows.map(toPlayback);
  }

  async put(row: PlaybackRow): Promise<void> {
    const values = {
      channel_id: row.channelId,
      play_id: row.playId,
      state: row.state,
      position_ms: Math.round(row.positionMs),
      volume: row.volume,
      filters: JSON.stringify(row.filters),
      at: row.at,
    };
    await this.#db
      .insertInto('playback')
      .values({ guild_id: row.guildId, ...values })
      .onConflict((conflict) => conflict.column('guild_id').doUpdateSet(values))
      .execute();
  }
}

function toPlayback(row: Selectable<PlaybackTable>): PlaybackRow {
  const state = STATES.find((each) => each === row.state);
  if (state === undefined) throw new Error(`playback of ${row.guild_id} has an unknown state`);
  return {
    guildId: row.guild_id,
    channelId: row.channel_id,
    playId: row.play_id,
    state,
    positionMs: row.position_ms,
    volume: row.volume,
    // A filter that a later version dropped is simply off.
    filters: (JSON.parse(row.filters) as string[]).filter(isFilterName),
    at: row.at,
  };
}
