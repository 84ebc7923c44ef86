import type { StoreTrouble } from '../ports/store.ts';
import { type Connection, connect } from './connection.ts';
import { storeError, translateFault } from './store-fault.ts';

/** "SKIP" in the file's header. */
const APPLICATION_ID = 0x534b4950;

export interface HandlePoints {
  readonly guildId: string;
  readonly handle: string;
  readonly linkedUserId: string | null;
  readonly points: number;
}

export interface BackupContents {
  readonly schemaVersion: number;
  readonly guilds: number;
  readonly waitingSongs: number;
  readonly playedSongs: number;
  readonly shows: number;
  /** Highest first; those with any. */
  readonly points: readonly HandlePoints[];
}

/**
 * Opens a copy, checks every page of it and says what is inside.
 * @throws StoreError when it is not ours or damaged
 */
export async function checkBackup(file: string): Promise<BackupContents> {
  let connection: Connection | undefined;
  try {
    connection = await connect(file, true);
    if ((await first(connection, 'PRAGMA application_id')) !== APPLICATION_ID) throw storeError('not-a-database', file);
    const verdict = await first(connection, 'PRAGMA integrity_check(1)');
    if (verdict !== 'ok') throw storeError('corrupt' satisfies StoreTrouble, file, verdict);
    const count = async (sql: string) => Number(await first(connection as Connection, sql));
    const { rows } = await connection.query(
      `SELECT guild_id AS guildId, name AS handle, linked_user_id AS linkedUserId, points
       FROM handle WHERE points <> 0 ORDER BY guild_id, points DESC, id`,
      [],
    );
    return {
      schemaVersion: await count('PRAGMA user_version'),
      guilds: await count('SELECT COUNT(*) FROM guild'),
      waitingSongs: await count('SELECT COUNT(*) FROM submission WHERE priority < 9'),
      playedSongs: await count('SELECT COUNT(*) FROM play WHERE undone_at IS NULL'),
      shows: await count('SELECT COUNT(*) FROM session'),
      points: rows as readonly HandlePoints[],
    };
  } catch (error) {
    throw translateFault(error, file);
  } finally {
    await connection?.close();
  }
}

async function first(connection: Connection, sql: string): Promise<unknown> {
  const { rows } = await connection.query(sql, []);
  return Object.values((rows[0] ?? {}) as object)[0];
}
