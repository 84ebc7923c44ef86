/** The process's own notes, such as the hash of the registered commands. */
export interface NoteReads {
  get(key: string): Promise<string | null>;
}

export interface NoteStore extends NoteReads {
  set(key: string, value: string): Promise<void>;
}
