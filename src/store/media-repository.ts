import { type Kysely, type Selectable, sql } from 'kysely';
import {
  AUDIO_FORMATS,
  type EncodedMedia,
  type IdleMedia,
  MEDIA_STATES,
  type MediaRow,
  type MediaStore,
  type NewMedia,
  type SongRef,
  type SongTags,
} from '../ports/media-store.ts';
import type { MediaTable, Tables } from './tables.ts';

/** Waiting (pending included), being asked about, or on air: the file may be needed any moment. */
const NEEDED = sql<boolean>`(submission.priority < 9 or submission.line = 'draft' or exists (
  select 1 from play where play.submission_id = submission.id and play.ended_at is null and play.undone_at is null))`;

/** Rows about stored files. */
export class MediaRepository implements MediaStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async has(sha256: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('media')
      .select('state')
      .where('sha256', '=', sha256)
      .where('state', '!=', 'deleted')
      .executeTakeFirst();
    return row !== undefined;
  }

  async get(sha256: string): Promise<MediaRow | null> {
    const row = await this.#db.selectFrom('media').selectAll().where('sha256', '=', sha256).executeTakeFirst();
    return row === undefined ? null : toMedia(row);
  }

  async preparing(): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('media')
      .leftJoin('submission', 'submission.sha256', 'media.sha256')
      .select('media.sha256')
      .where('media.state', '=', 'preparing')
      .groupBy('media.sha256')
      .orderBy(sql`min(submission.priority) is null`)
      .orderBy(sql`min(submission.priority)`)
      .orderBy(sql`min(submission.sort_a)`)
      .orderBy('media.created_at')
      .execute();
    return rows.map((row) => row.sha256);
  }

  async kept(): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('media').select('sha256').where('state', '!=', 'deleted').execute();
    return rows.map((row) => row.sha256);
  }

  async songsWith(sha256: string): Promise<readonly SongRef[]> {
    const rows = await this.#db
      .selectFrom('submission')
      .select(['guild_id', 'id'])
      .where('sha256', '=', sha256)
      .where(NEEDED)
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ guildId: row.guild_id, submissionId: row.id }));
  }

  async idle(): Promise<readonly IdleMedia[]> {
    const rows = await this.#db
      .selectFrom('media')
      .leftJoin('submission', 'submission.sha256', 'media.sha256')
      .select((eb) => [
        'media.sha256',
        'media.used_at',
        sql<number>`media.bytes + coalesce(media.opus_bytes, 0)`.as('size'),
        eb.fn.agg<string>('json_group_array', ['submission.guild_id']).distinct().as('guilds'),
      ])
      .where('media.state', '!=', 'deleted')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('submission')
              .select('submission.id')
              .whereRef('submission.sha256', '=', 'media.sha256')
              .where(NEEDED),
          ),
        ),
      )
      .groupBy('media.sha256')
      .orderBy('media.used_at')
      .orderBy('media.sha256')
      .execute();
    return rows.map((row) => ({
      sha256: row.sha256,
      bytes: row.size,
      usedAt: row.used_at,
      guildIds: (JSON.parse(row.guilds) as (string | null)[]).filter((guildId) => guildId !== null),
    }));
  }

  async bytesOf(guildId: string): Promise<number> {
    const row = await this.#db
      .selectFrom('media')
      .select(sql<number>`coalesce(sum(bytes + coalesce(opus_bytes, 0)), 0)`.as('bytes'))
      .where('state', '!=', 'deleted')
      .where('sha256', 'in', (eb) =>
        eb
          .selectFrom('submission')
          .select(sql<string>`submission.sha256`.as('sha256'))
          .where('submission.guild_id', '=', guildId)
          .where('submission.sha256', 'is not', null),
      )
      .executeTakeFirstOrThrow();
    return row.bytes;
  }

  async add(media: NewMedia, at: number): Promise<void> {
    await this.#db
      .insertInto('media')
      .values({
        sha256: media.sha256,
        bytes: media.bytes,
        format: media.format,
        duration_ms: Math.round(media.durationMs),
        state: 'preparing',
        tags: JSON.stringify(media.tags),
        created_at: at,
        used_at: at,
      })
      .onConflict((conflict) =>
        conflict.column('sha256').doUpdateSet({
          used_at: sql`max(media.used_at, excluded.used_at)`,
          // What could not be played or was deleted gets a new chance with the bytes that just came.
          state: sql`case media.state when 'ready' then 'ready' else 'preparing' end`,
          reason: null,
        }),
      )
      .execute();
  }

  async setReady(sha256: string, encoded: EncodedMedia): Promise<void> {
    await this.#db
      .updateTable('media')
      .set({
        state: 'ready',
        reason: null,
        duration_ms: Math.round(encoded.durationMs),
        lufs: encoded.lufs,
        true_peak: encoded.truePeak,
        peaks: JSON.stringify(encoded.peaks),
        opus_bytes: encoded.opusBytes,
      })
      .where('sha256', '=', sha256)
      .execute();
  }

  async setUnplayable(sha256: string, reason: string): Promise<void> {
    await this.#db.updateTable('media').set({ state: 'unplayable', reason }).where('sha256', '=', sha256).execute();
  }

  async setDeleted(sha256: string, reason: string): Promise<void> {
    await this.#db
      .updateTable('media')
      .set({ state: 'deleted', reason, opus_bytes: null })
      .where('sha256', '=', sha256)
      .execute();
  }

  async touch(sha256: string, at: number): Promise<void> {
    await this.#db
      .updateTable('media')
      .set({ used_at: sql`max(used_at, ${at})` })
      .where('sha256', '=', sha256)
      .execute();
  }
}

function toMedia(row: Selectable<MediaTable>): MediaRow {
  const format = AUDIO_FORMATS.find((each) => each === row.format);
  const state = MEDIA_STATES.find((each) => each === row.state);
  if (format === undefined || state === undefined)
    throw new Error(`media ${row.sha256} has an unknown format or state`);
  return {
    sha256: row.sha256,
    bytes: row.bytes,
    format,
    durationMs: row.duration_ms,
    state,
    reason: row.reason,
    lufs: row.lufs,
    truePeak: row.true_peak,
    // Both JSON texts are written by this repository only.
    peaks: row.peaks === null ? null : (JSON.parse(row.peaks) as number[]),
    opusBytes: row.opus_bytes,
    tags: row.tags === null ? {} : (JSON.parse(row.tags) as SongTags),
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}
