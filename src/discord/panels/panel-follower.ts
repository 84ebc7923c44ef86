import type { EventBus } from '../../lib/event-bus.ts';
import type { Facts } from '../../services/events.ts';
import type { SettingsService } from '../../services/settings-service.ts';
import type { PanelKeeper } from './panel-keeper.ts';
import { PANEL_CHANNEL, PANEL_KINDS } from './panel-kinds.ts';

/**
 * A channel setting may also be changed with `/settings`: the panel follows it, or goes when the setting is cleared.
 * Setup commands place the panel before they save the setting, so for them there is nothing left to do here.
 */
export function followSettings(
  bus: EventBus<Facts>,
  settings: Pick<SettingsService, 'all'>,
  keeper: Pick<PanelKeeper, 'channelOf' | 'place' | 'take'>,
): () => void {
  return bus.on('settings.changed', 'panel channels', async ({ guildId, keys }) => {
    const all = await settings.all(guildId);
    for (const kind of PANEL_KINDS.filter((panel) => keys.includes(PANEL_CHANNEL[panel]))) {
      const [wanted, current] = [all[PANEL_CHANNEL[kind]], keeper.channelOf(guildId, kind)];
      if (wanted === current) continue;
      if (wanted === null) await keeper.take(guildId, kind);
      else await keeper.place(guildId, kind, wanted);
    }
  });
}
