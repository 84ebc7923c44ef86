/** One way to play songs into voice channels, as the audio bench measures it. */
export interface AudioBenchSide {
  join(guildId: string): Promise<void>;
  /** Resolves whenever it likes; what counts is when the first packet arrives. */
  play(guildId: string): Promise<void>;
  stop(guildId: string): void;
  /** Encodes the original once, in the background; its length in ms of sound. Only ours has that. */
  encode?(): Promise<number>;
}

export interface BenchSongs {
  /** As it was uploaded. */
  readonly original: string;
  /** Folder in which the prepared song lies as the bot keeps it. */
  readonly dataDir: string;
  readonly sha256: string;
  readonly durationMs: number;
}

/** The main gateway's part of a join, answered by the parent. */
export interface Admission {
  readonly token: string;
  readonly endpoint: string;
  readonly sessionId: string;
}
export type Admit = (guildId: string, channelId: string) => Promise<Admission>;

export const BENCH_BOT = '100000000000000001';
export const channelOf = (guildId: string): string => guildId.replace(/^2/, '3');
