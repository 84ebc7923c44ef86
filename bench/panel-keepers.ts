import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, GatewayIntentBits, MessageFlags, type TextChannel } from 'discord.js';
import type { Discord } from '../sandbox/discord/discord.ts';
import { type Card, textCard } from '../src/discord/cards/card.ts';
import { createClient } from '../src/discord/client.ts';
import { logIn } from '../src/discord/login.ts';
import { PanelKeeper } from '../src/discord/panels/panel-keeper.ts';
import type { PanelKind } from '../src/discord/panels/panel-kinds.ts';
import { createPanelWire } from '../src/discord/panels/panel-wire.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import { PanelService } from '../src/services/panel-service.ts';
import { openStore } from '../src/store/database.ts';
import { SILENT } from './silent.ts';

/** What the panels show: the number of the last change. */
export interface Truth {
  change: number;
}

/** Which panel stands in which channel. */
export type Places = readonly (readonly [kind: PanelKind, channelId: string])[];

/** Somebody who keeps panels right. */
export interface Keeper {
  changed(kinds: readonly PanelKind[]): void;
  /** Nothing is sent afterwards that was not on its way. */
  stop(): Promise<void>;
}

export type KeeperMaker = (discord: Discord, guildId: string, places: Places, truth: Truth) => Promise<Keeper>;

const POLL_MS = 10_000;
const drawn = (kind: PanelKind, { change }: Truth): Card => textCard('brand', `${kind} shows change ${change}`);

/** The keeper of the bot, with its wire and its store. */
export const skipline: KeeperMaker = async (discord, guildId, places, truth) => {
  const { world, apiUrl, cdnUrl } = discord;
  const folder = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const store = await openStore(join(folder, 'panels.db'));
  const client = createClient({ token: world.token, apiUrl, cdnUrl, messageContent: false }, systemClock);
  await logIn(client, world.token);
  const keeper = new PanelKeeper({
    book: new PanelService(store),
    wire: createPanelWire(client, systemClock),
    clock: systemClock,
    log: SILENT,
    isHere: () => true,
    render: async (_guildId, kind, page) => ({ card: drawn(kind, truth), page, refreshMs: null }),
    paused: (kind) => textCard('quiet', kind),
    alert: async (_guildId, text) => void process.stderr.write(`${text}\n`),
    channelLost: async () => undefined,
    meter: { panel: () => undefined },
  });
  await keeper.start();
  for (const [kind, channelId] of places) await keeper.place(guildId, kind, channelId);
  return {
    changed: (kinds) => keeper.touch(guildId, kinds, 0),
    stop: async () => {
      await keeper.stop(0);
      await client.destroy();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** What both simple keepers share: a plain client, a message per panel, and an edit without looking what stands there. */
async function plainPanels(discord: Discord, places: Places, truth: Truth) {
  const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: discord.apiUrl } });
  await logIn(client, discord.world.token);
  const flags = MessageFlags.IsComponentsV2;
  const body = (kind: PanelKind) => ({ components: [...drawn(kind, truth).components], flags }) as const;
  const panels = new Map<PanelKind, { readonly channel: TextChannel; readonly messageId: string }>();
  for (const [kind, channelId] of places) {
    const channel = (await client.channels.fetch(channelId)) as TextChannel;
    panels.set(kind, { channel, messageId: (await channel.send(body(kind))).id });
  }
  let open = true;
  return {
    edit: (kind: PanelKind) => {
      const panel = panels.get(kind);
      if (panel === undefined) return;
      const failed = (error: unknown) => {
        if (open) process.stderr.write(`${String(error)}\n`);
      };
      panel.channel.messages.edit(panel.messageId, body(kind)).then(() => undefined, failed);
    },
    stop: async () => {
      open = false;
      client.rest.clearHandlerSweeper();
      await client.destroy();
    },
  };
}

/** An edit for every change, in the order in which they come. */
export const editEveryChange: KeeperMaker = async (discord, _guildId, places, truth) => {
  const { edit, stop } = await plainPanels(discord, places, truth);
  return { changed: (kinds) => kinds.forEach(edit), stop };
};

/** All panels again and again, whatever happened. */
export const pollEveryTenSeconds: KeeperMaker = async (discord, _guildId, places, truth) => {
  const { edit, stop } = await plainPanels(discord, places, truth);
  const timer = setInterval(() => {
    for (const [kind] of places) edit(kind);
  }, POLL_MS);
  return {
    changed: () => undefined,
    stop: async () => {
      clearInterval(timer);
      await stop();
    },
  };
};
