export interface Backup {
  /** Absolute path. */
  readonly file: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

/** Copies of everything the bot keeps but the songs' bytes. */
export interface Backups {
  /** Oldest first. */
  list(): Promise<readonly Backup[]>;
  /**
   * A whole copy made while everything goes on, opened and checked before it counts; points beside it as JSON. Throws
   * `StoreError` when the disk says no or the copy is not sound; then nothing of it stays.
   */
  make(at: number): Promise<Backup>;
  /** Deletes the oldest ones beyond `keep`. */
  rotate(keep: number): Promise<void>;
}
