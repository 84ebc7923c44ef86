import type { Insertable, Kysely } from 'kysely';
import type { Move, MoveStore, NewMove } from '../ports/move-store.ts';
import { toMove } from './rows.ts';
import type { MoveTable, Tables } from './tables.ts';

/** Rows per INSERT; SQLite allows 32,766 parameters. */
const CHUNK = 1_000;

export class MoveRepository implements MoveStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async ofSubmission(submissionId: number): Promise<readonly Move[]> {
    const rows = await this.#db
      .selectFrom('move')
      .selectAll()
      .where('submission_id', '=', submissionId)
      .orderBy('id', 'desc')
      .execute();
    return rows.map(toMove);
  }

  async newestOf(submissionId: number): Promise<Move | null> {
    const row = await this.#db
      .selectFrom('move')
      .selectAll()
      .where('submission_id', '=', submissionId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : toMove(row);
  }

  async ofBatch(guildId: string, batch: string): Promise<readonly Move[]> {
    const rows = await this.#db
      .selectFrom('move')
      .selectAll()
      .where('batch', '=', batch)
      .where('guild_id', '=', guildId)
      .orderBy('id')
      .execute();
    return rows.map(toMove);
  }

  async ofGift(giftId: number): Promise<readonly Move[]> {
    const rows = await this.#db.selectFrom('move').selectAll().where('gift_id', '=', giftId).orderBy('id').execute();
    return rows.map(toMove);
  }

  async add(move: NewMove): Promise<number> {
    const { insertId } = await this.#db.insertInto('move').values(toRow(move)).executeTakeFirstOrThrow();
    return Number(insertId);
  }

  async addAll(moves: readonly NewMove[]): Promise<void> {
    for (let from = 0; from < moves.length; from += CHUNK) {
      await this.#db
        .insertInto('move')
        .values(moves.slice(from, from + CHUNK).map(toRow))
        .execute();
    }
  }
}

function toRow(move: NewMove): Insertable<MoveTable> {
  return {
    guild_id: move.guildId,
    submission_id: move.submissionId,
    from_line: move.fromLine,
    from_rank: move.fromRank,
    to_line: move.toLine,
    to_rank: move.toRank,
    cause: move.cause,
    actor: move.actor ?? null,
    gift_id: move.giftId ?? null,
    coins: move.coins ?? null,
    reason: move.reason ?? null,
    at: move.at,
    batch: move.batch ?? null,
  };
}
