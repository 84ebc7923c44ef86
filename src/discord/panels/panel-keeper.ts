import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { PanelRow } from '../../ports/panel-store.ts';
import type { Card } from '../cards/card.ts';
import { ChannelPace, FRESH_PACE, OLD_AFTER_MS, OLD_PACE } from './channel-pace.ts';
import { isPanelKind, PANEL_LABEL, type PanelKind } from './panel-kinds.ts';
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

/** One panel of one guild. `dueAt` null = what is shown is right. */
interface Panel {
  row: PanelRow;
  readonly kind: PanelKind;
  dueAt: number | null;
  staleSince: number;
  /** Cancels the redraw of a moving card. */
  cancelRefresh: (() => void) | null;
}

interface Channel {
  readonly pace: ChannelPace;
  /** `waiting`: a timer will look again; `working`: an edit is under way, so nothing else is. */
  state:
    | { kind: 'quiet' }
    | { kind: 'waiting'; at: number; cancel: () => void }
    | { kind: 'working'; done: Promise<void> };
}

export type HealLine = {
  readonly kind: PanelKind;
  readonly channelId: string;
  readonly outcome: Shown['kind'] | 'fine';
  readonly missing: readonly string[];
};

/**
 * Keeps every panel right for ever: latest state wins, one edit at a time per channel, at Discord's pace, never when
 * nothing changed (content hash), and posts again what was deleted.
 */
export class PanelKeeper {
  readonly #ports: PanelKeeperPorts;
  readonly #panels = new Map<string, Panel>();
  readonly #channels = new Map<string, Channel>();
  #open = false;

  constructor(ports: PanelKeeperPorts) {
    this.#ports = ports;
  }

  /** Brings every stored panel up to date. */
  async start(): Promise<void> {
    this.#open = true;
    for (const row of await this.#ports.book.everywhere()) {
      if (!isPanelKind(row.kind)) continue;
      this.#panels.set(key(row.guildId, row.kind), this.#panel(row, row.kind));
    }
    for (const panel of this.#panels.values()) this.#due(panel, 0);
  }

  /** Draws no more; leaves "paused" on every panel as far as the time allows. */
  async stop(withinMs: number): Promise<void> {
    this.#open = false;
    const working: Promise<void>[] = [];
    for (const channel of this.#channels.values()) {
      if (channel.state.kind === 'waiting') channel.state.cancel();
      if (channel.state.kind === 'working') working.push(channel.state.done);
    }
    for (const panel of this.#panels.values()) panel.cancelRefresh?.();
    await Promise.all(working);
    const farewell = Promise.all([...this.#panels.values()].map((panel) => this.#pause(panel)));
    await Promise.race([farewell, this.#ports.clock.sleep(withinMs)]);
  }

  /** Facts made these panels stale. @param withinMs how long it may wait; 0 = at once */
  touch(guildId: string, kinds: readonly PanelKind[], withinMs: number): void {
    for (const kind of kinds) {
      const panel = this.#panels.get(key(guildId, kind));
      if (panel !== undefined) this.#due(panel, withinMs === 0 ? SETTLE_MS : withinMs);
    }
  }

  /** Puts a panel into a channel, moving it there when it stood elsewhere. Posts at once. */
  async place(guildId: string, kind: PanelKind, channelId: string): Promise<Shown> {
    const old = this.#panels.get(key(guildId, kind));
    const keep = old !== undefined && old.row.channelId === channelId;
    if (old !== undefined && !keep && old.row.messageId !== null)
      await this.#ports.wire.remove(old.row.channelId, old.row.messageId);
    const row: PanelRow = keep
      ? old.row
      : { guildId, kind, channelId, messageId: null, page: 0, contentHash: null, postedAt: null, trouble: null };
    const panel = keep ? old : this.#panel(row, kind);
    this.#panels.set(key(guildId, kind), panel);
    await this.#save(panel, {});
    return this.#exclusively(channelId, () => this.#draw(panel, true));
  }

  async take(guildId: string, kind: PanelKind): Promise<void> {
    const panel = this.#panels.get(key(guildId, kind));
    if (panel === undefined) return;
    this.#forget(panel);
    await this.#ports.book.remove(guildId, kind);
    if (panel.row.messageId !== null) await this.#ports.wire.remove(panel.row.channelId, panel.row.messageId);
  }

  /** The card for a click on a panel: the click's own answer draws it, so no edit is spent. */
  async view(guildId: string, kind: PanelKind, page?: number): Promise<PanelView> {
    const panel = this.#panels.get(key(guildId, kind));
    const view = await this.#ports.render(guildId, kind, page ?? panel?.row.page ?? 0);
    if (panel !== undefined && page !== undefined && view.page !== panel.row.page)
      await this.#save(panel, { page: view.page });
    return view;
  }

  /** A click's answer drew this card on that message. */
  async drawn(guildId: string, kind: PanelKind, messageId: string, view: PanelView): Promise<void> {
    const panel = this.#panels.get(key(guildId, kind));
    if (panel === undefined || panel.row.messageId !== messageId) return;
    await this.#save(panel, { contentHash: hashOf(view.card) });
    this.#refreshLater(panel, view.refreshMs);
  }

  /** The page a panel stands on. */
  pageOf(guildId: string, kind: PanelKind): number {
    return this.#panels.get(key(guildId, kind))?.row.page ?? 0;
  }

  kindOf(messageId: string): PanelKind | null {
    return [...this.#panels.values()].find((panel) => panel.row.messageId === messageId)?.kind ?? null;
  }

  async messageDeleted(messageId: string): Promise<void> {
    for (const panel of this.#panels.values()) {
      if (panel.row.messageId !== messageId) continue;
      await this.#save(panel, { messageId: null, contentHash: null, postedAt: null });
      this.#due(panel, 0);
    }
  }

  async channelDeleted(channelId: string): Promise<void> {
    const lost = [...this.#panels.values()].filter((panel) => panel.row.channelId === channelId);
    for (const panel of lost) await this.#channelGone(panel);
  }

  /** Something about a channel or a role changed: panels that were in trouble try again. */
  permissionsChanged(guildId: string): void {
    for (const panel of this.#panels.values()) {
      if (panel.row.guildId === guildId && panel.row.trouble !== null) this.#due(panel, SETTLE_MS);
    }
  }

  guildLeft(guildId: string): void {
    for (const panel of this.#panels.values()) if (panel.row.guildId === guildId) this.#forget(panel);
  }

  /** Looks at every panel of a guild and mends it. Costs no edit when all is well. */
  async heal(guildId: string): Promise<readonly HealLine[]> {
    const lines: HealLine[] = [];
    for (const panel of [...this.#panels.values()].filter(({ row }) => row.guildId === guildId)) {
      const { channelId } = panel.row;
      const shown = await this.#exclusively(channelId, async () => {
        if (panel.row.messageId === null || panel.row.trouble !== null) return this.#draw(panel, true);
        const found = await this.#ports.wire.exists(channelId, panel.row.messageId);
        if (found.kind === 'shown') return found;
        await this.#settle(panel, found);
        return found.kind === 'message-gone' ? this.#draw(panel, true) : found;
      });
      const missing = shown.kind === 'forbidden' ? shown.missing : [];
      lines.push({ kind: panel.kind, channelId, outcome: shown.kind === 'shown' ? 'fine' : shown.kind, missing });
    }
    return lines;
  }

  guilds(): readonly string[] {
    return [...new Set([...this.#panels.values()].map(({ row }) => row.guildId))];
  }

  /** Resolves when no panel is stale that could be drawn (tests, and the clean stop of the demo). */
  async idle(): Promise<void> {
    for (;;) {
      const working = [...this.#channels.values()].flatMap(({ state }) =>
        state.kind === 'working' ? [state.done] : [],
      );
      if (working.length === 0) return;
      await Promise.all(working);
    }
  }

  #panel(row: PanelRow, kind: PanelKind): Panel {
    return { row, kind, dueAt: null, staleSince: 0, cancelRefresh: null };
  }

  #forget(panel: Panel): void {
    panel.cancelRefresh?.();
    panel.dueAt = null;
    this.#panels.delete(key(panel.row.guildId, panel.kind));
  }

  #due(panel: Panel, inMs: number): void {
    if (!this.#open) return;
    const at = this.#ports.clock.now() + inMs;
    if (panel.dueAt === null) panel.staleSince = this.#ports.clock.now();
    panel.dueAt = panel.dueAt === null ? at : Math.min(panel.dueAt, at);
    this.#schedule(panel.row.channelId);
  }

  #channel(channelId: string): Channel {
    const known = this.#channels.get(channelId);
    if (known !== undefined) return known;
    const channel: Channel = { pace: new ChannelPace(), state: { kind: 'quiet' } };
    this.#channels.set(channelId, channel);
    return channel;
  }

  /** Sets the channel's one timer to the moment at which its next panel may be drawn. */
  #schedule(channelId: string): void {
    const channel = this.#channel(channelId);
    if (!this.#open || channel.state.kind === 'working') return;
    const next = this.#next(channelId);
    if (next === null) return;
    const now = this.#ports.clock.now();
    const at = Math.max(next.dueAt ?? now, now + channel.pace.waitMs(now, this.#rule(channelId)));
    if (channel.state.kind === 'waiting') {
      if (channel.state.at <= at) return;
      channel.state.cancel();
    }
    const cancel = this.#ports.clock.after(Math.max(0, at - now), () => {
      channel.state = { kind: 'quiet' };
      this.#work(channelId, channel);
    });
    channel.state = { kind: 'waiting', at, cancel };
  }

  /** The stale panel that is due first; among those already due, the one that has been stale longest. */
  #next(channelId: string): Panel | null {
    const now = this.#ports.clock.now();
    const stale = [...this.#panels.values()].filter(({ row, dueAt }) => row.channelId === channelId && dueAt !== null);
    const order = (panel: Panel) => Math.max(panel.dueAt ?? now, now);
    return stale.sort((a, b) => order(a) - order(b) || a.staleSince - b.staleSince)[0] ?? null;
  }

  #rule(channelId: string) {
    const oldSince = this.#ports.clock.now() - OLD_AFTER_MS;
    const old = [...this.#panels.values()].some(
      ({ row }) => row.channelId === channelId && (row.postedAt ?? Number.POSITIVE_INFINITY) < oldSince,
    );
    return old ? OLD_PACE : FRESH_PACE;
  }

  #work(channelId: string, channel: Channel): void {
    const now = this.#ports.clock.now();
    const panel = this.#next(channelId);
    if (panel === null || (panel.dueAt ?? now) > now || channel.pace.waitMs(now, this.#rule(channelId)) > 0) {
      this.#schedule(channelId);
      return;
    }
    // What was thrown is a bug and is logged there; the panel gets another chance instead of staying stale for ever.
    void this.#exclusively(channelId, () => this.#draw(panel, false)).then(undefined, () =>
      this.#due(panel, TROUBLE_RETRY_MS),
    );
  }

  /** One request at a time per channel; afterwards the next stale panel gets its turn. */
  async #exclusively<T>(channelId: string, work: () => Promise<T>): Promise<T> {
    const channel = this.#channel(channelId);
    while (channel.state.kind === 'working') await channel.state.done;
    if (channel.state.kind === 'waiting') channel.state.cancel();
    const task = work();
    const done = task.then(
      () => undefined,
      (error: unknown) => this.#ports.log.error({ err: error, channelId }, 'a panel could not be drawn'),
    );
    const working = { kind: 'working' as const, done };
    channel.state = working;
    try {
      return await task;
    } finally {
      if (channel.state === working) channel.state = { kind: 'quiet' };
      this.#schedule(channelId);
    }
  }

  /** @param always post or edit even when the hash says that nothing changed */
  async #draw(panel: Panel, always: boolean): Promise<Shown> {
    panel.dueAt = null;
    const { clock, wire, meter } = this.#ports;
    const view = await this.#ports.render(panel.row.guildId, panel.kind, panel.row.page);
    const hash = hashOf(view.card);
    const { messageId, channelId } = panel.row;
    if (messageId !== null && hash === panel.row.contentHash && !always) {
      this.#refreshLater(panel, view.refreshMs);
      return { kind: 'shown', messageId };
    }
    this.#channel(channelId).pace.sent(clock.now());
    const shown =
      messageId === null ? await wire.post(channelId, view.card) : await wire.edit(channelId, messageId, view.card);
    meter.panel(panel.kind, shown.kind);
    if (shown.kind === 'shown') {
      await this.#save(panel, {
        messageId: shown.messageId,
        contentHash: hash,
        page: view.page,
        trouble: null,
        ...(messageId === null ? { postedAt: clock.now() } : {}),
      });
      this.#refreshLater(panel, view.refreshMs);
      return shown;
    }
    await this.#settle(panel, shown);
    // A deleted message is posted again in the same breath.
    return shown.kind === 'message-gone' ? this.#draw(panel, true) : shown;
  }

  /** What follows from a card that could not be shown. */
  async #settle(panel: Panel, shown: Exclude<Shown, { kind: 'shown' }>): Promise<void> {
    const { clock } = this.#ports;
    switch (shown.kind) {
      case 'message-gone':
        return this.#save(panel, { messageId: null, contentHash: null, postedAt: null });
      case 'channel-gone':
        return this.#channelGone(panel);
      case 'forbidden':
        return this.#forbidden(panel, shown.missing);
      case 'limited':
        this.#channel(panel.row.channelId).pace.blocked(clock.now(), shown.retryAfterMs);
        panel.dueAt = clock.now() + shown.retryAfterMs;
        return;
      case 'outage':
        panel.dueAt = clock.now() + OUTAGE_RETRY_MS;
        return;
      default:
        throw shown satisfies never;
    }
  }

  async #channelGone(panel: Panel): Promise<void> {
    this.#forget(panel);
    await this.#ports.book.remove(panel.row.guildId, panel.kind);
    await this.#ports.channelLost(panel.row.guildId, panel.kind, panel.row.channelId);
    await this.#ports.alert(
      panel.row.guildId,
      `The channel of the **${PANEL_LABEL[panel.kind]}** panel was deleted, so its setting is cleared. Choose another channel with \`/setup\`.`,
    );
  }

  async #forbidden(panel: Panel, missing: readonly string[]): Promise<void> {
    const trouble = `missing: ${missing.join(', ')}`;
    panel.dueAt = this.#ports.clock.now() + TROUBLE_RETRY_MS;
    if (panel.row.trouble === trouble) return;
    await this.#save(panel, { trouble });
    await this.#ports.alert(
      panel.row.guildId,
      `The **${PANEL_LABEL[panel.kind]}** panel in <#${panel.row.channelId}> can't be shown. I'm missing: ${missing.map((name) => `**${name}**`).join(', ')}. It returns by itself once that is granted.`,
    );
  }

  async #save(panel: Panel, change: Partial<PanelRow>): Promise<void> {
    panel.row = { ...panel.row, ...change };
    await this.#ports.book.save(panel.row);
  }

  #refreshLater(panel: Panel, refreshMs: number | null): void {
    panel.cancelRefresh?.();
    panel.cancelRefresh =
      refreshMs === null || !this.#open ? null : this.#ports.clock.after(refreshMs, () => this.#due(panel, 0));
  }

  async #pause(panel: Panel): Promise<void> {
    const { channelId, messageId } = panel.row;
    if (messageId === null || panel.kind === 'portal') return;
    const card = this.#ports.paused(panel.kind);
    const shown = await this.#ports.wire.edit(channelId, messageId, card);
    if (shown.kind === 'shown') await this.#save(panel, { contentHash: hashOf(card) });
  }
}

const key = (guildId: string, kind: string) => `${guildId}:${kind}`;

/** Same card, same hash: pictures count by their bytes. */
export function hashOf(card: Card): string {
  const hash = createHash('sha256').update(JSON.stringify(card.components));
  for (const file of card.files ?? []) hash.update(file.name).update(file.bytes);
  return hash.digest('hex').slice(0, 32);
}
