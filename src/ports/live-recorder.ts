/** One session's raw messages on their way to a file. */
export interface LiveRecording {
  /** Never waits and never throws: what cannot be written is left out and counted. */
  write(name: string, message: unknown, at: number): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

/** Keeps LIVE messages as they came, one JSON text per line, so that they can be looked at or played again. */
export interface LiveRecorder {
  open(guildId: string, sessionId: number): LiveRecording;
}
