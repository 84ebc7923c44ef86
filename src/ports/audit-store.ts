/** One staff action: who, what, before, after. */
export interface AuditEntry {
  readonly guildId: string;
  /** Discord user. */
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  /** Any JSON value; null when there is nothing to tell. */
  readonly before: unknown;
  readonly after: unknown;
  readonly at: number;
}

export interface AuditReads {
  /** Newest first. */
  list(guildId: string, limit: number): Promise<readonly AuditEntry[]>;
}

export interface AuditStore extends AuditReads {
  add(entry: AuditEntry): Promise<void>;
}
