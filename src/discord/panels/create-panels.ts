import type { Client } from 'discord.js';
import type { EventBus } from '../../lib/event-bus.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Facts } from '../../services/events.ts';
import type { SettingsService } from '../../services/settings-service.ts';
import { pausedCard } from '../cards/control-room-card.ts';
import type { Services } from '../cogs/services.ts';
import { renderPanel } from './panel-cards.ts';
import { PanelDesk } from './panel-desk.ts';
import { followSettings } from './panel-follower.ts';
import { PanelKeeper } from './panel-keeper.ts';
import { PANEL_CHANNEL, PANEL_LABEL, STALE_BY } from './panel-kinds.ts';
import type { PanelBook } from './panel-painter.ts';
import { createPanelWire } from './panel-wire.ts';

export interface PanelsPorts {
  readonly client: Client<true>;
  readonly services: Services;
  readonly settings: SettingsService;
  readonly book: PanelBook;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: { panel(kind: string, outcome: string): void };
  readonly waveformOf: (sha256: string) => Promise<Uint8Array | null>;
  /** Tells staff; the same key once for ever. */
  readonly alert: (guildId: string, text: string, once: string) => Promise<void>;
}

export interface Panels {
  readonly keeper: PanelKeeper;
  readonly desk: PanelDesk;
}

/** The keeper, fed by the facts of the bus. */
export function createPanels(ports: PanelsPorts): Panels {
  const { client, services, settings, book, bus, clock, log, meter, waveformOf, alert } = ports;
  const keeper = new PanelKeeper({
    book,
    wire: createPanelWire(client, clock),
    clock,
    log,
    meter,
    isHere: (guildId) => client.guilds.cache.has(guildId),
    render: (guildId, kind, page) => renderPanel(services, waveformOf, () => clock.now(), guildId, kind, page),
    paused: (kind) => pausedCard(PANEL_LABEL[kind]),
    alert: (guildId, text) => alert(guildId, text, `panel:${guildId}:${text.slice(0, 60)}:${clock.now()}`),
    channelLost: async (guildId, kind, channelId) => {
      const key = PANEL_CHANNEL[kind];
      if ((await settings.all(guildId))[key] === channelId) await settings.reset(guildId, client.user.id, key);
    },
  });
  for (const [fact, stale] of Object.entries(STALE_BY) as [
    keyof Facts,
    NonNullable<(typeof STALE_BY)[keyof Facts]>,
  ][]) {
    bus.on(fact, 'panels', ({ guildId }) => keeper.touch(guildId, stale.kinds, stale.withinMs));
  }
  followSettings(bus, settings, keeper);
  return { keeper, desk: new PanelDesk(keeper) };
}
