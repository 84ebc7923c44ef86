/** Which message shows which card. */
export interface PanelRow {
  readonly guildId: string;
  /** control-room, reviewer-queue, … */
  readonly kind: string;
  readonly channelId: string;
  readonly messageId: string | null;
  readonly page: number;
  readonly contentHash: string | null;
  readonly postedAt: number | null;
  /** What staff was told, so that they are told once. */
  readonly trouble: string | null;
}

export interface PanelReads {
  ofGuild(guildId: string): Promise<readonly PanelRow[]>;
  all(): Promise<readonly PanelRow[]>;
}

export interface PanelStore extends PanelReads {
  /** One per guild and kind. */
  save(panel: PanelRow): Promise<void>;
  remove(guildId: string, kind: string): Promise<void>;
}
