/** Key of the note of a guild that waits for a host, before its id: who asked is named in it. */
export const LIVE_WAITING_NOTE = 'live-waiting:';

/** The process's own notes, such as the hash of the registered commands. */
export interface NoteReads {
  get(key: string): Promise<string | null>;
  /** By the rest of the key. */
  beginningWith(prefix: string): Promise<ReadonlyMap<string, string>>;
}

export interface NoteStore extends NoteReads {
  set(key: string, value: string): Promise<void>;
  drop(key: string): Promise<void>;
}
