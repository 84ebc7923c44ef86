/** What a guild set differently from the defaults, and what members prefer. Values are JSON texts. */
export interface SettingReads {
  all(guildId: string): Promise<ReadonlyMap<string, string>>;
  preference(guildId: string, userId: string, key: string): Promise<string | null>;
}

export interface SettingStore extends SettingReads {
  put(guildId: string, key: string, value: string): Promise<void>;
  drop(guildId: string, key: string): Promise<void>;
  setPreference(guildId: string, userId: string, key: string, value: string | null): Promise<void>;
}
