import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PanelRow } from '../../ports/panel-store.ts';
import type { Card } from '../cards/card.ts';
import { hashOf } from './card-hash.ts';
import { ChannelLane, type Turn } from './channel-lane.ts';
import { FRESH_PACE, OLD_AFTER_MS, OLD_PACE } from './channel-pace.ts';
import { isPanelKind, type PanelKind } from './panel-kinds.ts';
import { PanelPainter, type PanelPainterPorts, TROUBLE_RETRY_MS } from './panel-painter.ts';
import { beginDrawing, type Panel, PanelShelf } from './panel-shelf.ts';
import { pickTurn } from './panel-turns.ts';
import type { Shown } from './panel-wire.ts';

export interface PanelKeeperPorts extends PanelPainterPorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the bot is in this guild. */
  readonly isHere: (guildId: string) => boolean;
}

/** Lets the facts of one action arrive together. ms */
const SETTLE_MS = 120;
/** A panel that was edited just now waits for what else comes, because edits are few: until nothing came for so long, ms */
const CALM_MS = 500;
/** and not longer than this, ms. */
const HOLD_MS = 4_000;
/** A click's answer draws the panel anew by itself; only when it never arrived is there something left to draw. ms */
const ANSWER_MS = 1_500;

/** `mended`: it was missing or in trouble and is shown again. */
export type HealLine = {
  readonly kind: PanelKind;
  readonly channelId: string;
  readonly outcome: Exclude<Shown['kind'], 'shown'> | 'fine' | 'mended';
  readonly missing: readonly string[];
};

/** A panel drawn by the answer to a click on it. */
export interface ClickedPanel {
  readonly card: Card;
  /** Discord has taken the answer. */
  readonly shown: () => Promise<void>;
}

/**
 * Keeps every panel right for ever: latest state wins, one edit at a time per channel, at Discord's pace, never when
 * nothing changed (content hash), and posts again what was deleted.
 */
export class PanelKeeper {
  readonly #ports: PanelKeeperPorts;
  readonly #shelf = new PanelShelf();
  readonly #lanes = new Map<string, ChannelLane>();
  readonly #painter: PanelPainter;
  #open = false;
  #isTakenUp = false;

  constructor(ports: PanelKeeperPorts) {
    this.#ports = ports;
    this.#painter = new PanelPainter(ports, {
      shelf: this.#shelf,
      pace: (channelId) => this.#lane(channelId).pace,
      due: (panel, inMs) => this.#due(panel, inMs),
      settleMs: SETTLE_MS,
    });
  }

  /** Brings every stored panel up to date. */
  async start(): Promise<void> {
    this.#open = true;
    for (const [channelId, edits] of await this.#ports.book.recentEdits()) this.#lane(channelId).pace.recall(edits);
    await this.#takeUp(({ guildId }) => this.#ports.isHere(guildId));
    this.#isTakenUp = true;
  }

  /** Draws no more; leaves "paused" on every panel as far as time and pace allow. */
  async stop(withinMs: number): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    for (const panel of this.#shelf.all()) panel.cancelRefresh?.();
    let cancel = (): void => undefined;
    const deadline = new Promise<void>((resolve) => {
      cancel = this.#ports.clock.after(withinMs, resolve);
    });
    const until = this.#ports.clock.now() + withinMs;
    const farewells = this.#shelf.channels().map((channelId) => this.#pauseAll(channelId, until));
    await Promise.race([Promise.all(farewells), deadline]);
    cancel();
    await this.#rememberEdits();
  }

  /** Facts made these panels stale. @param withinMs how long it may wait; 0 = at once */
  touch(guildId: string, kinds: readonly PanelKind[], withinMs: number): void {
    const now = this.#ports.clock.now();
    for (const kind of kinds) {
      const panel = this.#shelf.get(guildId, kind);
      if (panel === undefined) continue;
      if (withinMs > 0) this.#due(panel, withinMs);
      else if (now - panel.editedAt < OLD_PACE.windowMs) this.#dueWhenCalm(panel, now);
      else this.#due(panel, SETTLE_MS);
    }
  }

  /** Puts a panel into a channel, moving it there when it stood elsewhere. Posts at once. */
  async place(guildId: string, kind: PanelKind, channelId: string): Promise<Shown> {
    const old = this.#shelf.get(guildId, kind);
    if (old !== undefined && old.row.channelId === channelId)
      return this.#lane(channelId).exclusively(() => this.#painter.draw(old, true));
    // Forgotten first: the old message's deletion must not be taken for a loss.
    if (old !== undefined) this.#shelf.forget(old);
    const panel = this.#shelf.adopt(
      { guildId, kind, channelId, messageId: null, page: 0, contentHash: null, postedAt: null, trouble: null },
      kind,
    );
    await this.#painter.save(panel, {});
    const shown = await this.#lane(channelId).exclusively(() => this.#painter.draw(panel, true));
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

  /**
   * The card for a click on a panel: the click's own answer draws it, so that no edit is spent.
   * @param page where the panel stands from now on; undefined = where it is
   * @returns null when that message is no panel
   */
  async clicked(messageId: string, page?: number): Promise<ClickedPanel | null> {
    const panel = this.#shelf.byMessage(messageId);
    if (panel === undefined) return null;
    const now = this.#ports.clock.now();
    if (panel.dueAt !== null) panel.dueAt = Math.max(panel.dueAt, now + ANSWER_MS);
    panel.staleSince = Math.max(panel.staleSince, now);
    const isAlone = beginDrawing(panel);
    const view = await this.#ports.render(panel.row.guildId, panel.kind, page ?? panel.row.page);
    if (page !== undefined && view.page !== panel.row.page) await this.#painter.save(panel, { page: view.page });
    return { card: view.card, shown: () => this.#answered(panel, messageId, view.card, view.refreshMs, isAlone) };
  }

  async #answered(
    panel: Panel,
    messageId: string,
    card: Card,
    refreshMs: number | null,
    isAlone: () => boolean,
  ): Promise<void> {
    const alone = isAlone();
    if (panel.row.messageId !== messageId) return;
    await this.#painter.save(panel, { contentHash: alone ? hashOf(card) : null });
    if (!alone) this.#due(panel, SETTLE_MS);
    this.#painter.refreshLater(panel, refreshMs);
  }

  /** The channel a panel stands in; null when there is no such panel. */
  channelOf(guildId: string, kind: PanelKind): string | null {
    return this.#shelf.get(guildId, kind)?.row.channelId ?? null;
  }

  /** Whether the stored panels are known: right after the login they are not. */
  get isTakenUp(): boolean {
    return this.#isTakenUp;
  }

  kindOf(messageId: string): PanelKind | null {
    return this.#shelf.byMessage(messageId)?.kind ?? null;
  }

  /** Somebody pressed a button of an older release's card: that message is drawn anew. */
  async messageOutdated(messageId: string): Promise<void> {
    const panel = this.#shelf.byMessage(messageId);
    if (panel === undefined) return;
    await this.#painter.save(panel, { contentHash: null });
    this.#due(panel, 0);
  }

  async messageDeleted(messageId: string): Promise<void> {
    const panel = this.#shelf.byMessage(messageId);
    if (panel === undefined) return;
    await this.#painter.save(panel, { messageId: null, contentHash: null, postedAt: null });
    this.#due(panel, 0);
  }

  channelDeleted(channelId: string): Promise<void> {
    return this.#painter.channelGone(channelId);
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
      const shown = await this.#lane(channelId).exclusively(() => this.#painter.check(panel));
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
    panel.staleSince = panel.dueAt === null ? at : Math.min(panel.staleSince, at);
    panel.dueAt = panel.dueAt === null ? at : Math.min(panel.dueAt, at);
    this.#lane(panel.row.channelId).wake();
  }

  #dueWhenCalm(panel: Panel, now: number): void {
    const staleSince = panel.dueAt === null ? now : Math.min(panel.staleSince, now);
    panel.dueAt = null;
    this.#due(panel, Math.max(0, Math.min(CALM_MS, staleSince + HOLD_MS - now)));
    panel.staleSince = staleSince;
  }

  #lane(channelId: string): ChannelLane {
    const known = this.#lanes.get(channelId);
    if (known !== undefined) return known;
    const { clock, log } = this.#ports;
    const lane = new ChannelLane({ clock, log, next: () => this.#next(channelId) });
    this.#lanes.set(channelId, lane);
    return lane;
  }

  #next(channelId: string): Turn | null {
    if (!this.#open) return null;
    const now = this.#ports.clock.now();
    const rule = this.#rule(channelId);
    const slots = this.#lane(channelId).pace.slots(now, rule);
    const picked = pickTurn(this.#shelf.inChannel(channelId), slots, rule, now);
    return picked === null ? null : { dueAt: picked.at, rule, run: () => this.#drawSafely(picked.panel) };
  }

  #rule(channelId: string) {
    const { clock, wire } = this.#ports;
    const aheadMs = wire.aheadMs();
    // Just started: how old the messages are is told with the first answer.
    if (aheadMs === null) return OLD_PACE;
    const oldSince = clock.now() + aheadMs - OLD_AFTER_MS;
    const old = this.#shelf
      .inChannel(channelId)
      .some(({ row }) => (row.postedAt ?? Number.POSITIVE_INFINITY) < oldSince);
    return old ? OLD_PACE : FRESH_PACE;
  }

  /** What is thrown here is a bug or a store in trouble: the panel gets another chance instead of staying stale. */
  async #drawSafely(panel: Panel): Promise<void> {
    try {
      await this.#painter.draw(panel, false);
    } catch (error) {
      const { guildId, channelId } = panel.row;
      this.#ports.log.error({ err: error, guildId, channelId, panel: panel.kind }, 'a panel could not be drawn');
      this.#due(panel, TROUBLE_RETRY_MS);
    }
  }

  /** @param until nothing is begun after this. ms since the epoch */
  async #pauseAll(channelId: string, until: number): Promise<void> {
    const { clock, log } = this.#ports;
    const { pace } = this.#lane(channelId);
    for (const panel of this.#shelf.inChannel(channelId)) {
      const { messageId } = panel.row;
      if (messageId === null || panel.kind === 'portal') continue;
      const waitMs = pace.waitMs(clock.now(), this.#rule(channelId));
      if (clock.now() + waitMs >= until) return;
      await clock.sleep(waitMs);
      try {
        await this.#painter.pause(panel, messageId);
      } catch (error) {
        log.warn({ err: error, channelId, panel: panel.kind }, 'a panel does not say that the bot is stopped');
      }
    }
  }

  async #rememberEdits(): Promise<void> {
    const now = this.#ports.clock.now();
    const edits = [...this.#lanes].map(([channelId, { pace }]) => [channelId, pace.recent(now)] as const);
    await this.#ports.book.saveRecentEdits(new Map(edits.filter(([, times]) => times.length > 0)));
  }
}
