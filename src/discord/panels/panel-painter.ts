import type { Clock } from '../../ports/clock.ts';
import type { PanelRow } from '../../ports/panel-store.ts';
import type { Card } from '../cards/card.ts';
import { hashOf } from './card-hash.ts';
import type { ChannelPace } from './channel-pace.ts';
import type { PanelKind } from './panel-kinds.ts';
import { beginDrawing, type Panel, type PanelShelf } from './panel-shelf.ts';
import { channelGoneText, forbiddenText } from './panel-trouble.ts';
import type { PanelView } from './panel-view.ts';
import type { PanelWire, Shown } from './panel-wire.ts';

/** Where the panels are remembered. */
export interface PanelBook {
  everywhere(): Promise<readonly PanelRow[]>;
  save(row: PanelRow): Promise<void>;
  remove(guildId: string, kind: PanelKind): Promise<void>;
  /** Edits of the last seconds before a stop, by channel. ms since the epoch */
  recentEdits(): Promise<ReadonlyMap<string, readonly number[]>>;
  saveRecentEdits(edits: ReadonlyMap<string, readonly number[]>): Promise<void>;
}

export interface PanelPainterPorts {
  readonly book: PanelBook;
  readonly wire: PanelWire;
  readonly clock: Clock;
  readonly render: (guildId: string, kind: PanelKind, page: number) => Promise<PanelView>;
  readonly paused: (kind: PanelKind) => Card;
  /** Tells staff, once per trouble. */
  readonly alert: (guildId: string, text: string) => Promise<void>;
  /** The channel of a panel is gone: its setting is cleared. */
  readonly channelLost: (guildId: string, kind: PanelKind, channelId: string) => Promise<void>;
  readonly meter: { panel(kind: string, outcome: string): void };
}

/** What the painter needs of whoever decides when to draw. */
export interface PainterTurns {
  readonly shelf: PanelShelf;
  readonly pace: (channelId: string) => ChannelPace;
  /** Draws this panel again in so many ms; not when everything is being stopped. */
  readonly due: (panel: Panel, inMs: number) => void;
  /** Lets the facts of one action arrive together. ms */
  readonly settleMs: number;
}

const OUTAGE_RETRY_MS = 5_000;
export const TROUBLE_RETRY_MS = 60_000;

/** Brings one panel's card to Discord and does what follows from the outcome. When that happens is decided elsewhere. */
export class PanelPainter {
  readonly #ports: PanelPainterPorts;
  readonly #turns: PainterTurns;

  constructor(ports: PanelPainterPorts, turns: PainterTurns) {
    this.#ports = ports;
    this.#turns = turns;
  }

  /** @param always post or edit even when the hash says that nothing changed */
  async draw(panel: Panel, always: boolean): Promise<Shown> {
    panel.dueAt = null;
    const isAlone = beginDrawing(panel);
    const asked = panel.row.page;
    const view = await this.#ports.render(panel.row.guildId, panel.kind, asked);
    const hash = hashOf(view.card);
    const { messageId, channelId, contentHash, trouble } = panel.row;
    if (messageId !== null && hash === contentHash && trouble === null && !always) {
      this.refreshLater(panel, view.refreshMs);
      isAlone();
      return { kind: 'shown', messageId };
    }
    const repeated = panel.posting !== null;
    const shown = await this.#send(panel, view.card);
    this.#ports.meter.panel(panel.kind, shown.kind);
    const known = isAlone() && !repeated;
    if (!this.#turns.shelf.keeps(panel)) {
      if (messageId === null && shown.kind === 'shown') await this.#ports.wire.remove(channelId, shown.messageId);
      return shown;
    }
    // Deleted right after the edit: that it is posted again is due already.
    if (shown.kind === 'shown' && panel.row.messageId !== messageId) return shown;
    if (shown.kind !== 'shown') {
      await this.#settle(panel, shown);
      // A deleted message is posted again in the same breath.
      return shown.kind === 'message-gone' ? this.draw(panel, true) : shown;
    }
    panel.posting = null;
    await this.save(panel, {
      messageId: shown.messageId,
      // Another drawing overlapped, or a repeated post brought back the message of the first try: who knows what stands there.
      contentHash: known ? hash : null,
      trouble: null,
      // A click may have turned the page meanwhile.
      ...(panel.row.page === asked ? { page: view.page } : {}),
      ...(messageId === null ? { postedAt: this.#ports.clock.now() + (this.#ports.wire.aheadMs() ?? 0) } : {}),
    });
    if (!known) this.#turns.due(panel, this.#turns.settleMs);
    this.refreshLater(panel, view.refreshMs);
    return shown;
  }

  /** Looks whether the panel is there and mends it. Costs no edit when all is well. */
  async check(panel: Panel): Promise<Shown> {
    const { channelId, messageId, trouble } = panel.row;
    if (messageId === null || trouble !== null) return this.draw(panel, true);
    const found = await this.#ports.wire.exists(channelId, messageId);
    if (found.kind === 'shown') return found;
    await this.#settle(panel, found);
    return found.kind === 'message-gone' ? this.draw(panel, true) : found;
  }

  /** Leaves "paused" on the message. */
  async pause(panel: Panel, messageId: string): Promise<void> {
    const shown = await this.#edit(panel, messageId, this.#ports.paused(panel.kind));
    if (shown.kind === 'shown') await this.save(panel, { contentHash: null });
  }

  /** All panels of a channel go together, and staff is told once. */
  async channelGone(channelId: string): Promise<void> {
    const { shelf } = this.#turns;
    const lost = shelf.inChannel(channelId);
    for (const panel of lost) shelf.forget(panel);
    for (const { row, kind } of lost) {
      await this.#ports.book.remove(row.guildId, kind);
      await this.#ports.channelLost(row.guildId, kind, channelId);
    }
    const [first] = lost;
    if (first === undefined) return;
    const kinds = lost.map(({ kind }) => kind);
    await this.#ports.alert(first.row.guildId, channelGoneText(kinds));
  }

  async save(panel: Panel, change: Partial<PanelRow>): Promise<void> {
    panel.row = { ...panel.row, ...change };
    if (this.#turns.shelf.keeps(panel)) await this.#ports.book.save(panel.row);
  }

  refreshLater(panel: Panel, refreshMs: number | null): void {
    panel.cancelRefresh?.();
    panel.cancelRefresh =
      refreshMs === null ? null : this.#ports.clock.after(refreshMs, () => this.#turns.due(panel, 0));
  }

  async #send(panel: Panel, card: Card): Promise<Shown> {
    const { clock, wire } = this.#ports;
    const { channelId, messageId } = panel.row;
    if (messageId !== null) return this.#edit(panel, messageId, card);
    // Posts have a bucket of their own.
    panel.posting ??= nonce(clock);
    return wire.post(channelId, card, panel.posting);
  }

  async #edit(panel: Panel, messageId: string, card: Card): Promise<Shown> {
    const { clock, wire } = this.#ports;
    const { channelId } = panel.row;
    const shown = await wire.edit(channelId, messageId, card);
    // What the bot knows that it may not do is not asked for.
    if (shown.kind === 'forbidden') return shown;
    panel.editedAt = clock.now();
    this.#turns.pace(channelId).edited(panel.editedAt);
    return shown;
  }

  /** What follows from a card that could not be shown. */
  async #settle(panel: Panel, shown: Exclude<Shown, { kind: 'shown' }>): Promise<void> {
    const { clock } = this.#ports;
    switch (shown.kind) {
      case 'message-gone':
        return this.save(panel, { messageId: null, contentHash: null, postedAt: null });
      case 'channel-gone':
        return this.channelGone(panel.row.channelId);
      case 'forbidden':
        return this.#forbidden(panel, shown.missing);
      case 'limited':
        this.#turns.pace(panel.row.channelId).blocked(clock.now(), shown.retryAfterMs);
        return this.#turns.due(panel, shown.retryAfterMs);
      case 'outage':
        return this.#turns.due(panel, OUTAGE_RETRY_MS);
      default:
        throw shown satisfies never;
    }
  }

  async #forbidden(panel: Panel, missing: readonly string[]): Promise<void> {
    const { guildId, channelId } = panel.row;
    const trouble = `missing: ${missing.join(', ')}`;
    this.#turns.due(panel, TROUBLE_RETRY_MS);
    if (panel.row.trouble === trouble) return;
    const neighbours = this.#turns.shelf.inChannel(channelId);
    const told = neighbours.some((other) => other.row.trouble === trouble);
    await this.save(panel, { trouble });
    if (told) return;
    const kinds = neighbours.map(({ kind }) => kind);
    await this.#ports.alert(guildId, forbiddenText(kinds, channelId, missing));
  }
}

/** At most 25 characters, unique for the minutes in which Discord remembers it. */
const nonce = (clock: Clock) => `${clock.now().toString(36)}-${Math.floor(clock.random() * 36 ** 8).toString(36)}`;
