/** A member's rows across all tables, for export and deletion. */
export interface PrivacyReads {
  /** Table name to the rows about this member. */
  export(guildId: string, userId: string): Promise<Readonly<Record<string, readonly object[]>>>;
}

export interface PrivacyStore extends PrivacyReads {
  /**
   * Makes the member's rows nobody's: songs stay as numbers of the show without owner, text or file, handles stay
   * without link. Waiting songs must have been withdrawn before. @returns rows changed
   */
  erase(guildId: string, userId: string): Promise<{ readonly submissions: number; readonly rows: number }>;
}
