import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { type Submission, TITLE_NOT_KNOWN, type WaitingLine } from '../domain/submission.ts';
import type { Song, SubmissionReads, SuggestScope } from '../ports/submission-store.ts';
import { type MediaColumns, toMediaState, toSubmission } from './rows.ts';
import type { SubmissionTable, Tables } from './tables.ts';

type Row = Selectable<SubmissionTable>;

/** Repeated in every query about waiting songs: with it SQLite uses the partial indexes, which the archive never slows. */
export const WAITING = sql<boolean>`priority < 9`;
/** Column `priority` of the pending line: everything below is playable. */
export const PENDING = 4;
/** How many waiting songs are looked through for a piece of artist or title. */
const SEARCHED = 1_000;

/** What everybody sees of submissions. */
export class SubmissionReader implements SubmissionReads {
  protected readonly db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.db = db;
  }

  async get(id: number): Promise<Song | null> {
    const row = await this.#songs().where('submission.id', '=', id).executeTakeFirst();
    return row === undefined ? null : toSong(row);
  }

  async byPublicId(guildId: string, publicId: string): Promise<Song | null> {
    const row = await this.#songs()
      .where('submission.guild_id', '=', guildId)
      .where('submission.public_id', '=', publicId)
      .executeTakeFirst();
    return row === undefined ? null : toSong(row);
  }

  async first(guildId: string): Promise<Submission | null> {
    const [song] = await this.playable(guildId, 0, 1);
    return song?.submission ?? null;
  }

  playable(guildId: string, offset: number, limit: number): Promise<readonly Song[]> {
    return this.#inOrder(guildId, sql<boolean>`priority < ${PENDING}`, offset, limit);
  }

  pending(guildId: string, offset: number, limit: number): Promise<readonly Song[]> {
    return this.#inOrder(guildId, sql<boolean>`priority = ${PENDING}`, offset, limit);
  }

  async counts(guildId: string): Promise<Readonly<Record<WaitingLine, number>>> {
    const { rows } = await sql<{ priority: number; songs: number }>`
      SELECT priority, songs FROM waiting_count WHERE guild_id = ${guildId}
    `.execute(this.db);
    const of = (priority: number) => rows.find((row) => row.priority === priority)?.songs ?? 0;
    return { 'back-to-back': of(0), 'double-skip': of(1), skip: of(2), free: of(3), pending: of(4) };
  }

  /** Lines before its own are counted already; inside its own line only the index is counted, as two plain ranges. */
  async ahead(ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (ids.length === 0) return new Map();
    const { rows } = await sql<{ id: number; ahead: number }>`
      SELECT own.id,
        (SELECT coalesce(sum(songs), 0) FROM waiting_count w
          WHERE w.guild_id = own.guild_id AND w.priority < own.priority)
        + (SELECT count(*) FROM submission s WHERE s.guild_id = own.guild_id AND s.priority < 9
          AND s.priority = own.priority AND s.sort_a < own.sort_a)
        + (SELECT count(*) FROM submission s WHERE s.guild_id = own.guild_id AND s.priority < 9
          AND s.priority = own.priority AND s.sort_a = own.sort_a AND (s.sort_b, s.id) < (own.sort_b, own.id)) AS ahead
      FROM submission own WHERE own.id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))
        AND own.priority < ${PENDING}
    `.execute(this.db);
    return new Map(rows.map((row) => [row.id, row.ahead]));
  }

  async waitingOf(guildId: string, ownerId: string): Promise<readonly Submission[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('owner_id', '=', ownerId)
      .where(WAITING)
      .execute();
    // Sorted here: asked to sort, SQLite would walk the whole queue to find these few.
    return rows.sort(byOrder).map(toSubmission);
  }

  async draftsOf(guildId: string, ownerId: string): Promise<readonly Submission[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('owner_id', '=', ownerId)
      .where('asked_until', 'is not', null)
      .where('line', '=', 'draft')
      .execute();
    return rows.map(toSubmission);
  }

  async own(guildId: string, ownerId: string, offset: number, limit: number): Promise<readonly Song[]> {
    const rows = await this.#songs()
      .where('submission.guild_id', '=', guildId)
      .where('submission.owner_id', '=', ownerId)
      .where('submission.hidden', '=', 0)
      .where('submission.line', '<>', 'draft')
      .orderBy('submission.id', 'desc')
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(toSong);
  }

  async ownPast(guildId: string, ownerId: string, limit: number): Promise<readonly Song[]> {
    const rows = await this.#songs()
      .where('submission.guild_id', '=', guildId)
      .where('submission.owner_id', '=', ownerId)
      .where('submission.hidden', '=', 0)
      .where('submission.line', 'in', ['archive', 'removed', 'withdrawn'])
      .orderBy('submission.id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toSong);
  }

  async ownTotal(guildId: string, ownerId: string): Promise<number> {
    const { total } = await this.db
      .selectFrom('submission')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .where('guild_id', '=', guildId)
      .where('owner_id', '=', ownerId)
      .where('hidden', '=', 0)
      .where('line', '<>', 'draft')
      .executeTakeFirstOrThrow();
    return total;
  }

  async history(guildId: string, ownerId: string, limit: number): Promise<readonly Submission[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('owner_id', '=', ownerId)
      .where('line', '<>', 'draft')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toSubmission);
  }

  async suggest(
    guildId: string,
    scope: SuggestScope,
    text: string,
    userId: string | null,
    limit: number,
  ): Promise<readonly Submission[]> {
    const byId = await this.#suggestById(guildId, scope, text.toUpperCase(), userId, limit);
    if (byId.length > 0 || text.length < 2 || scope === 'all') return byId.map(toSubmission);
    // Nobody remembers an id: a piece of artist or title finds the song too, among the first ones.
    const wanted = text.toLowerCase();
    const candidates = await this.#suggestById(guildId, scope, '', userId, SEARCHED);
    return candidates
      .filter((row) => `${row.artist} ${row.title}`.toLowerCase().includes(wanted))
      .slice(0, limit)
      .map(toSubmission);
  }

  async expiredQuestions(at: number, limit: number): Promise<readonly Submission[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('asked_until', '<', at)
      .orderBy('asked_until')
      .limit(limit)
      .execute();
    return rows.map(toSubmission);
  }

  async untitled(above: number, limit: number): Promise<readonly Submission[]> {
    const { rows } = await sql<Row>`
      SELECT * FROM submission WHERE id > ${above} AND kind = 'link' AND title = ${TITLE_NOT_KNOWN}
        AND (priority < 9 OR line = 'draft')
      ORDER BY id DESC LIMIT ${limit}
    `.execute(this.db);
    return rows.reverse().map(toSubmission);
  }

  async unwarned(
    guildId: string,
    places: number,
  ): Promise<readonly { readonly submission: Submission; readonly place: number }[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where(WAITING)
      .where('priority', '<', PENDING)
      .orderBy('priority')
      .orderBy('sort_a')
      .orderBy('sort_b')
      .orderBy('id')
      .limit(places)
      .execute();
    return rows.flatMap((row, index) =>
      row.warned_next === 1 ? [] : [{ submission: toSubmission(row), place: index + 1 }],
    );
  }

  /** The page is found in the index alone; only its own rows are read. */
  async #inOrder(guildId: string, lines: RawBuilder<boolean>, offset: number, limit: number): Promise<readonly Song[]> {
    const rows = await this.#songs()
      .innerJoin(
        (eb) =>
          eb
            .selectFrom('submission')
            .select('id as page_id')
            .where('guild_id', '=', guildId)
            .where(WAITING)
            .where(lines)
            .orderBy('priority')
            .orderBy('sort_a')
            .orderBy('sort_b')
            .orderBy('id')
            .limit(limit)
            .offset(offset)
            .as('page'),
        (join) => join.onRef('page.page_id', '=', 'submission.id'),
      )
      .execute();
    return rows.sort(byOrder).map(toSong);
  }

  #songs() {
    return this.db
      .selectFrom('submission')
      .leftJoin('media', 'media.sha256', 'submission.sha256')
      .selectAll('submission')
      .select(['media.state as media_state', 'media.duration_ms as media_duration_ms', 'media.reason as media_reason']);
  }

  #suggestById(guildId: string, scope: SuggestScope, prefix: string, userId: string | null, limit: number) {
    let query = this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('line', '<>', 'draft')
      .limit(limit);
    if (prefix !== '') query = query.where('public_id', '>=', prefix).where('public_id', '<', `${prefix}\uffff`);
    switch (scope) {
      case 'waiting':
        query = query.where(WAITING);
        break;
      case 'pending':
        query = query.where(WAITING).where('priority', '=', PENDING);
        break;
      case 'own':
        return query
          .where('owner_id', '=', userId ?? '')
          .where('hidden', '=', 0)
          .orderBy('id', 'desc')
          .execute();
      case 'all':
        return prefix === '' ? query.orderBy('id', 'desc').execute() : query.orderBy('public_id').execute();
    }
    if (prefix !== '') return query.orderBy('public_id').execute();
    return query.orderBy('priority').orderBy('sort_a').orderBy('sort_b').orderBy('id').execute();
  }
}

/** The order of the index, for rows that were found another way. */
function byOrder(a: Row, b: Row): number {
  return a.priority - b.priority || a.sort_a - b.sort_a || a.sort_b - b.sort_b || a.id - b.id;
}

function toSong(row: Row & MediaColumns): Song {
  return { submission: toSubmission(row), media: toMediaState(row.kind, row) };
}
