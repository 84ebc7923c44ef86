export interface GuildRow {
  readonly id: string;
  readonly joinedAt: number;
  readonly leftAt: number | null;
  readonly welcomedAt: number | null;
  /** JSON of the guided setup. */
  readonly setupProgress: string | null;
}

export interface GuildReads {
  get(guildId: string): Promise<GuildRow | null>;
  /** Left before `before` and still stored. */
  leftBefore(before: number): Promise<readonly string[]>;
  /** Not left. */
  present(): Promise<readonly string[]>;
}

export interface GuildStore extends GuildReads {
  /** Known from now on; a guild that had left is back. */
  join(guildId: string, at: number): Promise<void>;
  leave(guildId: string, at: number): Promise<void>;
  setWelcomed(guildId: string, at: number): Promise<void>;
  setSetupProgress(guildId: string, progress: string | null): Promise<void>;
  /**
   * Deletes some rows of the guild, in all tables, so that no transaction takes long.
   * @returns true when nothing is left
   */
  purge(guildId: string): Promise<boolean>;
}
