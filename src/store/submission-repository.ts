import { type Selectable, sql } from 'kysely';
import { ERASED, type Line, type Submission, type Track, type WaitingLine } from '../domain/submission.ts';
import type { NewSubmission, SubmissionStore } from '../ports/submission-store.ts';
import { toSubmission } from './rows.ts';
import { PENDING, SubmissionReader, WAITING } from './submission-reader.ts';
import type { SubmissionTable } from './tables.ts';

type Row = Selectable<SubmissionTable>;

/** A clock that is set back by more was wrong before. ms */
const BELIEVED_MS = 25 * 3_600_000;

export class SubmissionRepository extends SubmissionReader implements SubmissionStore {
  async isTaken(guildId: string, publicId: string): Promise<boolean> {
    const row = await this.db
      .selectFrom('submission')
      .select('id')
      .where('guild_id', '=', guildId)
      .where('public_id', '=', publicId)
      .executeTakeFirst();
    return row !== undefined;
  }

  async add(submission: NewSubmission): Promise<Submission> {
    const submittedAt = await this.#afterTheLast(submission.guildId, submission.submittedAt);
    const rank = await this.#lastRank(submission.guildId, submission.line, submittedAt);
    const { insertId } = await this.db
      .insertInto('submission')
      .values({
        guild_id: submission.guildId,
        public_id: submission.publicId,
        owner_id: submission.ownerId,
        owner_name: submission.ownerName,
        artist: submission.artist,
        title: submission.title,
        note: submission.note,
        ...trackColumns(submission.track),
        handle_id: submission.handleId,
        line: submission.line,
        rank,
        submitted_at: submittedAt,
        asked_until: submission.askedUntil,
        via: submission.via,
      })
      .executeTakeFirstOrThrow();
    return this.#row(Number(insertId));
  }

  async enter(id: number, line: WaitingLine, at: number): Promise<Submission> {
    const { guildId } = await this.#row(id);
    return this.#place(id, line, await this.#lastRank(guildId, line, at));
  }

  async enterFirst(id: number, at: number): Promise<Submission> {
    const { guildId } = await this.#row(id);
    const lowest = await this.#edgeRank(guildId, 'back-to-back', 'asc');
    return this.#place(id, 'back-to-back', lowest === null ? at : Math.min(at, lowest - 1));
  }

  async finish(id: number, line: 'archive' | 'removed' | 'withdrawn'): Promise<Submission> {
    const row = await this.db
      .updateTable('submission')
      .set({ line, asked_until: null })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return toSubmission(row);
  }

  restore(id: number, line: WaitingLine, rank: number): Promise<Submission> {
    return this.#place(id, line, rank);
  }

  async removeAllFree(guildId: string): Promise<readonly Submission[]> {
    const rows = await this.db
      .selectFrom('submission')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where(WAITING)
      .where('priority', '=', 3)
      .execute();
    await this.db
      .updateTable('submission')
      .set({ line: 'removed', asked_until: null })
      .where('guild_id', '=', guildId)
      .where(WAITING)
      .where('priority', '=', 3)
      .execute();
    return rows.map(toSubmission);
  }

  async restoreCleared(guildId: string, batch: string): Promise<readonly Submission[]> {
    const { rows } = await sql<Row>`
      UPDATE submission SET line = 'free', rank = cleared.from_rank, hidden = 0
      FROM (SELECT submission_id, from_rank, id FROM move WHERE batch = ${batch} AND guild_id = ${guildId}) AS cleared
      WHERE submission.id = cleared.submission_id AND submission.line = 'removed' AND submission.owner_id <> ${ERASED}
        AND cleared.id = (SELECT max(m.id) FROM move m WHERE m.submission_id = submission.id)
      RETURNING *
    `.execute(this.db);
    return rows.map(toSubmission);
  }

  async setAskedUntil(id: number, until: number | null): Promise<void> {
    await this.db.updateTable('submission').set({ asked_until: until }).where('id', '=', id).execute();
  }

  async setTitle(id: number, title: string): Promise<void> {
    await this.db.updateTable('submission').set({ title }).where('id', '=', id).execute();
  }

  async setBookmarked(id: number): Promise<void> {
    await this.db.updateTable('submission').set({ bookmarked: 1 }).where('id', '=', id).execute();
  }

  async setHidden(id: number): Promise<void> {
    await this.db.updateTable('submission').set({ hidden: 1 }).where('id', '=', id).execute();
  }

  async setHandle(id: number, handleId: number): Promise<void> {
    await this.db.updateTable('submission').set({ handle_id: handleId }).where('id', '=', id).execute();
  }

  async setWarned(ids: readonly number[]): Promise<void> {
    await this.db
      .updateTable('submission')
      .set({ warned_next: 1 })
      .where(sql<boolean>`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`)
      .execute();
  }

  async #row(id: number): Promise<Submission> {
    const row = await this.db.selectFrom('submission').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return toSubmission(row);
  }

  /** What waits is its owner's to see and to withdraw, also when they had deleted it from their history meanwhile. */
  async #place(id: number, line: Line, rank: number): Promise<Submission> {
    const place = { line, rank, asked_until: null, hidden: 0 };
    await this.db.updateTable('submission').set(place).where('id', '=', id).execute();
    return this.#row(id);
  }

  /** Who comes later stands later, also when the clock was set back in between; a clock that was wildly wrong is forgotten. */
  async #afterTheLast(guildId: string, at: number): Promise<number> {
    const last = await this.db
      .selectFrom('submission')
      .select('submitted_at')
      .where('guild_id', '=', guildId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    const ahead = (last?.submitted_at ?? at) - at;
    return ahead > 0 && ahead <= BELIEVED_MS ? at + ahead : at;
  }

  /** A rank behind all others of the line, also when the clock was set back. */
  async #lastRank(guildId: string, line: Line, at: number): Promise<number> {
    if (line === 'free' || line === 'draft') return at;
    const highest = await this.#edgeRank(guildId, line, 'desc');
    return highest === null ? at : Math.max(at, highest + 1);
  }

  async #edgeRank(guildId: string, line: Line, direction: 'asc' | 'desc'): Promise<number | null> {
    const row = await this.db
      .selectFrom('submission')
      .select('sort_a')
      .where('guild_id', '=', guildId)
      .where(WAITING)
      .where('priority', '=', PRIORITY_OF[line] ?? PENDING)
      .orderBy('sort_a', direction)
      .limit(1)
      .executeTakeFirst();
    return row?.sort_a ?? null;
  }
}

const PRIORITY_OF: Readonly<Partial<Record<Line, number>>> = {
  'back-to-back': 0,
  'double-skip': 1,
  skip: 2,
  free: 3,
  pending: PENDING,
};

function trackColumns(track: Track) {
  return track.kind === 'file'
    ? { kind: 'file', sha256: track.sha256, file_name: track.fileName }
    : { kind: 'link', url: track.url, normalized_url: track.normalizedUrl, platform: track.platform };
}
