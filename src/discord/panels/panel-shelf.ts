import type { PanelRow } from '../../ports/panel-store.ts';
import type { PanelKind } from './panel-kinds.ts';

/** One panel of one guild. `dueAt` null = what is shown is right. */
export interface Panel {
  row: PanelRow;
  readonly kind: PanelKind;
  /** ms since the epoch; draw it then. */
  dueAt: number | null;
  /** What stands there is wrong since then, or will be. ms since the epoch */
  staleSince: number;
  /** Names a post whose outcome is not known, so that Discord does not post it twice. */
  posting: string | null;
  /** Cancels the redraw of a moving card. */
  cancelRefresh: (() => void) | null;
  /** When the keeper edited it last. ms since the epoch */
  editedAt: number;
  /** Moves on when a drawing begins and when it ends. */
  drawings: number;
}

/**
 * Two drawings of one message that overlap (a click's answer and an edit, or two clicks) may be applied in either order.
 * @returns for the end of this one: whether it was alone, so that what it drew is what stands there
 */
export function beginDrawing(panel: Panel): () => boolean {
  panel.drawings += 1;
  const begun = panel.drawings;
  return () => {
    const alone = panel.drawings === begun;
    panel.drawings += 1;
    return alone;
  };
}

const key = (guildId: string, kind: string) => `${guildId}:${kind}`;

/** The panels in memory: one per guild and kind, and who stands in which channel. */
export class PanelShelf {
  readonly #panels = new Map<string, Panel>();
  readonly #byChannel = new Map<string, Set<Panel>>();

  /** Replaces what stood for this guild and kind; forget that first. */
  adopt(row: PanelRow, kind: PanelKind): Panel {
    const idle = { dueAt: null, staleSince: 0, posting: null, cancelRefresh: null, editedAt: 0, drawings: 0 };
    const panel: Panel = { row, kind, ...idle };
    this.#panels.set(key(row.guildId, kind), panel);
    this.#byChannel.set(row.channelId, (this.#byChannel.get(row.channelId) ?? new Set()).add(panel));
    return panel;
  }

  forget(panel: Panel): void {
    panel.cancelRefresh?.();
    panel.dueAt = null;
    if (this.keeps(panel)) this.#panels.delete(key(panel.row.guildId, panel.kind));
    const channel = this.#byChannel.get(panel.row.channelId);
    channel?.delete(panel);
    if (channel?.size === 0) this.#byChannel.delete(panel.row.channelId);
  }

  /** False when the panel was moved or taken away, maybe while a request of it was under way. */
  keeps(panel: Panel): boolean {
    return this.#panels.get(key(panel.row.guildId, panel.kind)) === panel;
  }

  get(guildId: string, kind: PanelKind): Panel | undefined {
    return this.#panels.get(key(guildId, kind));
  }

  all(): readonly Panel[] {
    return [...this.#panels.values()];
  }

  inGuild(guildId: string): readonly Panel[] {
    return this.all().filter(({ row }) => row.guildId === guildId);
  }

  inChannel(channelId: string): readonly Panel[] {
    return [...(this.#byChannel.get(channelId) ?? [])];
  }

  channels(): readonly string[] {
    return [...this.#byChannel.keys()];
  }

  byMessage(messageId: string): Panel | undefined {
    return this.all().find(({ row }) => row.messageId === messageId);
  }
}
