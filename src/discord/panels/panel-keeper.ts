import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PanelRow } from '../../ports/panel-store.ts';
import type { Card } from '../cards/card.ts';
import { hashOf } from './card-hash.ts';
import { ChannelLane, type Turn } from './channel-lane.ts';
import { FRESH_PACE, OLD_AFTER_MS, OLD_PACE } from './channel-pace.ts';
import { isPanelKind, type PanelKind } from './panel-kinds.ts';
import { type Panel, PanelShelf } from './panel-shelf.ts';
import { channelGoneText, forbiddenText } from './panel-trouble.ts';
import type { PanelWire, Shown } from './panel-wire.ts';

/** A panel's card as it should look now. */
export interface PanelView {
  readonly card: Card;
  /** The page really shown: clamped to what exists. */
  readonly page: number;
  /** Draw again after this long though no fact came (progress of a song). Null = only on facts. */
  readonly refreshMs: number | null;
}

export interface PanelBook {
  everywhere(): Promise<readonly PanelRow[]>;
  save(row: PanelRow): Promise<void>;
  remove(guildId: string, kind: PanelKind): Promise<void>;
}

export interface PanelKeeperPorts {
  readonly book: PanelBook;
  readonly wire: PanelWire;
  readonly clock: Clock;
  readonly log: Logger;
  readonly render: (guildId: string, kind: PanelKind, page: number) => Promise<PanelView>;
  readonly paused: (kind: PanelKind) => Card;
  /** Tells staff, once per trouble. */
  readonly alert: (guildId: string, text: string) => Promise<void>;
  /** The channel of a panel is gone: its setting is cleared. */
  readonly channelLost: (guildId: string, kind: PanelKind, channelId: string) => Promise<void>;
  readonly meter: { panel(kind: string, outcome: string): void };
}

/** Lets the facts of one action arrive together, and a click's own `update()` go first. ms */
const SETTLE_MS = 120;
const OUTAGE_RETRY_MS = 5_000;
const TROUBLE_RETRY_MS = 60_000;

/** `mended`: it was missing or in trouble and is shown again. */
export type HealLine = {
  readonly kind: PanelKind;
  readonly channelId: string;
  readonly outcome: Exclude<Shown['kind'], 'shown'> | 'fine' | 'mended';
  readonly missing: readonly string[];
};

/**
 * Keeps every panel right for ever: latest state wins, one edit at a time per channel, at Discord's pace, never when
 * nothing changed (content hash), and posts again what was deleted.
 */
export class PanelKeeper {
  readonly #ports: PanelKeeperPorts;
  readonly #shelf = new PanelShelf();
  readonly #lanes = new Map<string, ChannelLane>();
  #open = false;

  constructor(ports: PanelKeeperPorts) {
    this.#ports = ports;
  }

  /** Brings every stored panel up to date. */
  async start(): Promise<void> {
    this.#open = true;
    await this.#takeUp(() => true);
  }

  /** Draws no more; leaves "paused" on every panel as far as time and pace allow. */
  async stop(withinMs: number): Promise<void> {
    this.#open = false;
    for (const panel of this.#shelf.all()) panel.cancelRefresh?.();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#ports.clock.after(withinMs, resolve);
    });
    let late = false;
    const farewells = this.#shelf.channels().map((channelId) => this.#pauseAll(channelId, () => late));
    await Promise.race([Promise.all(farewells), deadline]);
    late = true;
    cancel();
  }

  /** Facts made these panels stale. @param withinMs how long it may wait; 0 = at once */
  touch(guildId: string, kinds: readonly PanelKind[], withinMs: number): void {
    for (const kind of kinds) {
      const panel = this.#shelf.get(guildId, kind);
      if (panel !== undefined) this.#due(panel, withinMs === 0 ? SETTLE_MS : withinMs);
    }
  }

  /** Puts a panel into a channel, moving it there when it stood elsewhere. Posts at once. */
  async place(guildId: string, kind: PanelKind, channelId: string): Promise<Shown> {
    const old = this.#shelf.get(guildId, kind);
    if (old !== undefined && old.row.channelId === channelId)
      return this.#lane(channelId).exclusively(() => this.#draw(old, true));
    // Forgotten first: the old message's deletion must not be taken for a loss.
    if (old !== undefined) this.#shelf.forget(old);
    const panel = this.#shelf.adopt(
      { guildId, kind, channelId, messageId: null, page: 0, contentHash: null, postedAt: null, trouble: null },
      kind,
    );
    await this.#save(panel, {});
    const shown = await this.#lane(channelId).exclusively(() => this.#draw(panel, true));
    if (old !== undefined && old.row.messageId !== null)
      await this.#ports.wire.remove(old.row.channelId, old.row.messageId);
    return shown;
  }

  async take(guildId: string, kind: PanelKind): Promise<void> {
    const panel = this.#shelf.get(guildId, kind);
    if (panel === undefined) return;
    this.#shelf.forget(panel);
    await this.#ports.book.remove(guildId, kind);
    if (panel.row.messageId !== null) await this.#ports.wire.remove(panel.row.channelId, panel.row.messageId);
  }

  /** The card for a click on a panel: the click's own answer draws it, so no edit is spent. */
  async view(guildId: string, kind: PanelKind, page?: number): Promise<PanelView> {
    const panel = this.#shelf.get(guildId, kind);
    const view = await this.#ports.render(guildId, kind, page ?? panel?.row.page ?? 0);
    if (panel !== undefined && page !== undefined && view.page !== panel.row.page)
      await this.#save(panel, { page: view.page });
    return view;
  }

  /** A click's answer drew this card on that message. */
  async drawn(guildId: string, kind: PanelKind, messageId: string, view: PanelView): Promise<void> {
    const panel = this.#shelf.get(guildId, kind);
    if (panel === undefined || panel.row.messageId !== messageId) return;
    await this.#save(panel, { contentHash: hashOf(view.card) });
    this.#refreshLater(panel, view.refreshMs);
  }

  /** The channel a panel stands in; null when there is no such panel. */
  channelOf(guildId: string, kind: PanelKind): string | null {
    return this.#shelf.get(guildId, kind)?.row.channelId ?? null;
  }

  kindOf(messageId: string): PanelKind | null {
    return this.#shelf.byMessage(messageId)?.kind ?? null;
  }

  /** Somebody pressed a button of an older release's card: that message is drawn anew. */
  async messageOutdated(messageId: string): Promise<void> {
    const panel = this.#shelf.byMessage(messageId);
    if (panel === undefined) return;
    await this.#save(panel, { contentHash: null });
    this.#due(panel, 0);
  }

  async messageDeleted(messageId: string): Promise<void> {
    const panel = this.#shelf.byMessage(messageId);
    if (panel === undefined) return;
    await this.#save(panel, { messageId: null, contentHash: null, postedAt: null });
    this.#due(panel, 0);
  }

  async channelDeleted(channelId: string): Promise<void> {
    await this.#channelGone(channelId);
  }

  /** Something about a channel or a role changed: panels that were in trouble try again. */
  permissionsChanged(guildId: string): void {
    for (const panel of this.#shelf.inGuild(guildId)) if (panel.row.trouble !== null) this.#due(panel, SETTLE_MS);
  }

  /** The bot is back in a guild: its panels are still known. */
  async guildJoined(guildId: string): Promise<void> {
    await this.#takeUp((row) => row.guildId === guildId);
  }

  guildLeft(guildId: string): void {
    for (const panel of this.#shelf.inGuild(guildId)) this.#shelf.forget(panel);
  }

  /** Looks at every panel of a guild and mends it. Costs no edit when all is well. */
  async heal(guildId: string): Promise<readonly HealLine[]> {
    const lines: HealLine[] = [];
    for (const panel of this.#shelf.inGuild(guildId)) {
      const { channelId, messageId, trouble } = panel.row;
      const shown = await this.#lane(channelId).exclusively(() => this.#check(panel));
      const same = trouble === null && messageId !== null && panel.row.messageId === messageId;
      const outcome = shown.kind !== 'shown' ? shown.kind : same ? 'fine' : 'mended';
      lines.push({ kind: panel.kind, channelId, outcome, missing: shown.kind === 'forbidden' ? shown.missing : [] });
    }
    return lines;
  }

  guilds(): readonly string[] {
    return [...new Set(this.#shelf.all().map(({ row }) => row.guildId))];
  }

  /** Resolves when no request is under way (tests, and the clean stop of the demo). */
  async idle(): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
  }

  async #takeUp(wanted: (row: PanelRow) => boolean): Promise<void> {
    for (const row of (await this.#ports.book.everywhere()).filter(wanted)) {
      // A kind of another release: its message stays, nothing draws it any more.
      if (!isPanelKind(row.kind) || this.#shelf.get(row.guildId, row.kind) !== undefined) continue;
      this.#due(this.#shelf.adopt(row, row.kind), 0);
    }
  }

  #due(panel: Panel, inMs: number): void {
    if (!this.#open || !this.#shelf.keeps(panel)) return;
    const at = this.#ports.clock.now() + inMs;
    if (panel.dueAt === null) panel.staleSince = this.#ports.clock.now();
    panel.dueAt = panel.dueAt === null ? at : Math.min(panel.dueAt, at);
    this.#lane(panel.row.channelId).wake();
  }

  #lane(channelId: string): ChannelLane {
    const known = this.#lanes.get(channelId);
    if (known !== undefined) return known;
    const { clock, log } = this.#ports;
    const lane = new ChannelLane({ clock, log, next: () => this.#next(channelId) });
    this.#lanes.set(channelId, lane);
    return lane;
  }

  /** The stale panel that is due first; among those already due, the one that has been stale longest. */
  #next(channelId: string): Turn | null {
    if (!this.#open) return null;
    const now = this.#ports.clock.now();
    const stale = this.#shelf.inChannel(channelId).filter(({ dueAt }) => dueAt !== null);
    const order = (panel: Panel) => Math.max(panel.dueAt ?? now, now);
    const panel = stale.sort((a, b) => order(a) - order(b) || a.staleSince - b.staleSince)[0];
    if (panel === undefined) return null;
    return { dueAt: panel.dueAt ?? now, rule: this.#rule(channelId), run: () => this.#drawSafely(panel) };
  }

  #rule(channelId: string) {
    const oldSince = this.#ports.clock.now() - OLD_AFTER_MS;
    const old = this.#shelf
      .inChannel(channelId)
      .some(({ row }) => (row.postedAt ?? Number.POSITIVE_INFINITY) < oldSince);
    return old ? OLD_PACE : FRESH_PACE;
  }

  /** What is thrown here is a bug or a store in trouble: the panel gets another chance instead of staying stale. */
  async #drawSafely(panel: Panel): Promise<void> {
    try {
      await this.#draw(panel, false);
    } catch (error) {
      const { guildId, channelId } = panel.row;
      this.#ports.log.error({ err: error, guildId, channelId, panel: panel.kind }, 'a panel could not be drawn');
      this.#due(panel, TROUBLE_RETRY_MS);
    }
  }

  async #check(panel: Panel): Promise<Shown> {
    const { channelId, messageId, trouble } = panel.row;
    if (messageId === null || trouble !== null) return this.#draw(panel, true);
    const found = await this.#ports.wire.exists(channelId, messageId);
    if (found.kind === 'shown') return found;
    await this.#settle(panel, found);
    return found.kind === 'message-gone' ? this.#draw(panel, true) : found;
  }

  /** @param always post or edit even when the hash says that nothing changed */
  async #draw(panel: Panel, always: boolean): Promise<Shown> {
    panel.dueAt = null;
    const { clock, wire, meter } = this.#ports;
    const view = await this.#ports.render(panel.row.guildId, panel.kind, panel.row.page);
    const hash = hashOf(view.card);
    const { messageId, channelId, contentHash, trouble } = panel.row;
    if (messageId !== null && hash === contentHash && trouble === null && !always) {
      this.#refreshLater(panel, view.refreshMs);
      return { kind: 'shown', messageId };
    }
    const repeated = panel.posting !== null;
    const shown = await this.#send(panel, view.card);
    meter.panel(panel.kind, shown.kind);
    if (!this.#shelf.keeps(panel)) {
      if (messageId === null && shown.kind === 'shown') await wire.remove(channelId, shown.messageId);
      return shown;
    }
    if (shown.kind !== 'shown') {
      await this.#settle(panel, shown);
      // A deleted message is posted again in the same breath.
      return shown.kind === 'message-gone' ? this.#draw(panel, true) : shown;
    }
    panel.posting = null;
    await this.#save(panel, {
      messageId: shown.messageId,
      // A repeated post may have brought back the message of the first try, with the card of that time.
      contentHash: repeated ? null : hash,
      page: view.page,
      trouble: null,
      ...(messageId === null ? { postedAt: clock.now() } : {}),
    });
    if (repeated) this.#due(panel, SETTLE_MS);
    this.#refreshLater(panel, view.refreshMs);
    return shown;
  }

  async #send(panel: Panel, card: Card): Promise<Shown> {
    const { clock, wire } = this.#ports;
    const { channelId, messageId } = panel.row;
    if (messageId !== null) {
      // Posts have a bucket of their own.
      this.#lane(channelId).pace.sent(clock.now());
      return wire.edit(channelId, messageId, card);
    }
    panel.posting ??= nonce(clock);
    return wire.post(channelId, card, panel.posting);
  }

  /** What follows from a card that could not be shown. */
  async #settle(panel: Panel, shown: Exclude<Shown, { kind: 'shown' }>): Promise<void> {
    const { clock } = this.#ports;
    switch (shown.kind) {
      case 'message-gone':
        return this.#save(panel, { messageId: null, contentHash: null, postedAt: null });
      case 'channel-gone':
        return this.#channelGone(panel.row.channelId);
      case 'forbidden':
        return this.#forbidden(panel, shown.missing);
      case 'limited':
        this.#lane(panel.row.channelId).pace.blocked(clock.now(), shown.retryAfterMs);
        panel.dueAt = clock.now() + shown.retryAfterMs;
        return;
      case 'outage':
        panel.dueAt = clock.now() + OUTAGE_RETRY_MS;
        return;
      default:
        throw shown satisfies never;
    }
  }

  /** All panels of a channel go together, and staff is told once. */
  async #channelGone(channelId: string): Promise<void> {
    const lost = this.#shelf.inChannel(channelId);
    for (const panel of lost) this.#shelf.forget(panel);
    for (const { row, kind } of lost) {
      await this.#ports.book.remove(row.guildId, kind);
      await this.#ports.channelLost(row.guildId, kind, channelId);
    }
    const [first] = lost;
    if (first === undefined) return;
    const kinds = lost.map(({ kind }) => kind);
    await this.#ports.alert(first.row.guildId, channelGoneText(kinds));
  }

  async #forbidden(panel: Panel, missing: readonly string[]): Promise<void> {
    const { guildId, channelId } = panel.row;
    const trouble = `missing: ${missing.join(', ')}`;
    panel.dueAt = this.#ports.clock.now() + TROUBLE_RETRY_MS;
    if (panel.row.trouble === trouble) return;
    const neighbours = this.#shelf.inChannel(channelId);
    const told = neighbours.some((other) => other.row.trouble === trouble);
    await this.#save(panel, { trouble });
    if (told) return;
    const kinds = neighbours.map(({ kind }) => kind);
    await this.#ports.alert(guildId, forbiddenText(kinds, channelId, missing));
  }

  async #save(panel: Panel, change: Partial<PanelRow>): Promise<void> {
    panel.row = { ...panel.row, ...change };
    if (this.#shelf.keeps(panel)) await this.#ports.book.save(panel.row);
  }

  #refreshLater(panel: Panel, refreshMs: number | null): void {
    panel.cancelRefresh?.();
    panel.cancelRefresh =
      refreshMs === null || !this.#open ? null : this.#ports.clock.after(refreshMs, () => this.#due(panel, 0));
  }

  async #pauseAll(channelId: string, isLate: () => boolean): Promise<void> {
    const { clock, wire, log, paused } = this.#ports;
    const { pace } = this.#lane(channelId);
    for (const panel of this.#shelf.inChannel(channelId)) {
      const { messageId } = panel.row;
      if (messageId === null || panel.kind === 'portal') continue;
      await clock.sleep(pace.waitMs(clock.now(), this.#rule(channelId)));
      if (isLate()) return;
      try {
        pace.sent(clock.now());
        const shown = await wire.edit(channelId, messageId, paused(panel.kind));
        if (shown.kind === 'shown') await this.#save(panel, { contentHash: null });
      } catch (error) {
        log.warn({ err: error, channelId, panel: panel.kind }, 'a panel does not say that the bot is stopped');
      }
    }
  }
}

/** At most 25 characters, unique for the minutes in which Discord remembers it. */
const nonce = (clock: Clock) => `${clock.now().toString(36)}-${Math.floor(clock.random() * 36 ** 8).toString(36)}`;
