import { join } from 'node:path';
import { StoreError } from '../ports/store.ts';
import { type Connection, connect } from './connection.ts';
import { translateFault } from './store-fault.ts';

/** One bot per data folder: two would count every gift twice. The system gives it back however the process ends. */
export class FolderLock {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * @param waitMs for a bot that is just ending
   * @returns null when another one has it
   * @throws StoreError when the folder can't be written
   */
  static async take(folder: string, waitMs: number): Promise<FolderLock | null> {
    const path = join(folder, 'skipline.lock');
    let connection: Connection | null = null;
    try {
      connection = await connect(path, false);
      // An empty database serves: its lock is the system's own, on the open file.
      await connection.script(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE;`);
      return new FolderLock(connection);
    } catch (error) {
      await connection?.close();
      const fault = translateFault(error, path);
      if (fault instanceof StoreError && fault.trouble === 'locked') return null;
      throw fault;
    }
  }

  async release(): Promise<void> {
    await this.#connection.close();
  }
}
