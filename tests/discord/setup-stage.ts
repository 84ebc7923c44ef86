import { onTestFinished } from 'vitest';
import { textCard } from '../../src/discord/cards/card.ts';
import { ChannelDesk } from '../../src/discord/channel-desk.ts';
import type { Services } from '../../src/discord/cogs/services.ts';
import { channelCog } from '../../src/discord/cogs/settings/channel-cog.ts';
import { selfhealCog } from '../../src/discord/cogs/settings/selfheal-cog.ts';
import { setupCog } from '../../src/discord/cogs/settings/setup-cog.ts';
import { GuildChannels } from '../../src/discord/guild-channels.ts';
import { PanelKeeper } from '../../src/discord/panels/panel-keeper.ts';
import { createPanelWire } from '../../src/discord/panels/panel-wire.ts';
import { Router } from '../../src/discord/router.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import { botStage } from './bot-stage.ts';
import { HeldClock } from './held-clock.ts';
import { MemoryBook } from './panels/memory-book.ts';

/** `/setup`, the channel commands and `/selfheal` of a bot whose panels stand on real messages. */
export async function setupStage(
  options: { readonly botPermissions?: bigint; readonly messageContent?: boolean } = {},
) {
  const bot = await botStage(options);
  const messageContent = options.messageContent ?? true;
  const clock = new HeldClock();
  const book = new MemoryBook();
  const alerts: string[] = [];
  const progress = new Map<string, string | null>();
  const keeper = new PanelKeeper({
    book,
    wire: createPanelWire(bot.client, systemClock),
    clock: systemClock,
    log: bot.log,
    isHere: () => true,
    render: async (_guildId, kind, page) => ({ card: textCard('brand', `panel ${kind}`), page, refreshMs: null }),
    paused: (kind) => textCard('quiet', `paused ${kind}`),
    alert: async (_guildId, text) => void alerts.push(text),
    channelLost: async () => undefined,
    meter: { panel: () => undefined },
  });
  const channels = new GuildChannels(bot.client, bot.log);
  const desk = new ChannelDesk({ settings: bot.settings, keeper, channels });
  const services = {
    settings: bot.settings,
    guilds: {
      setupProgress: async (guildId: string) => progress.get(guildId) ?? null,
      setSetupProgress: async (guildId: string, json: string | null) => void progress.set(guildId, json),
    },
  } as unknown as Services;
  const cogs = [
    setupCog({ services, desk, channels, clock, messageContent }),
    channelCog(desk, messageContent),
    selfhealCog({ services, keeper, desk, channels, messageContent }),
  ];
  const router = new Router(cogs, {
    settings: bot.settings,
    clock: systemClock,
    log: bot.log,
    meter: { interaction: () => undefined },
    report: () => undefined,
    outdatedPanel: () => undefined,
    isPanel: (messageId) => keeper.kindOf(messageId) !== null,
    throttle: () => null,
  });
  bot.listen({ interaction: (interaction) => router.handle(interaction), message: () => undefined });
  await bot.logIn();
  await keeper.start();
  await bot.client.application.commands.set(
    cogs.flatMap(({ commands }) => commands.map(({ definition }) => definition)),
  );
  onTestFinished(async () => {
    await router.close();
    await keeper.stop(0);
  });
  return {
    ...bot,
    clock,
    book: book.rows,
    alerts,
    progress,
    keeper,
    /** Names of the channels that hold panels. */
    panelsIn: (channelId: string) =>
      [...book.rows.values()].filter((row) => row.channelId === channelId).map(({ kind }) => kind),
    channelNamed: (name: string) => bot.world.channelsOf(bot.guild.id).find((channel) => channel.name === name),
  };
}
