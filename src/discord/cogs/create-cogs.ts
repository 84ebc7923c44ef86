import type { Clock } from '../../ports/clock.ts';
import type { OverlayService } from '../../services/overlay-service.ts';
import type { Cog } from '../answer.ts';
import type { Card } from '../cards/card.ts';
import type { ChannelDesk } from '../channel-desk.ts';
import type { GuildChannels } from '../guild-channels.ts';
import type { PanelDesk } from '../panels/panel-desk.ts';
import type { PanelKeeper } from '../panels/panel-keeper.ts';
import { helpCog } from './profile/help-cog.ts';
import { type PrivateLine, privacyCog } from './profile/privacy-cog.ts';
import { profileCog } from './profile/profile-cog.ts';
import { queueCog } from './queue/queue-cog.ts';
import { giftsCog } from './reviewer/gifts-cog.ts';
import { metricsCog } from './reviewer/metrics-cog.ts';
import { panelCog } from './reviewer/panel-cog.ts';
import { reviewerCog } from './reviewer/reviewer-cog.ts';
import { songCog } from './reviewer/song-cog.ts';
import type { Services } from './services.ts';
import { channelCog } from './settings/channel-cog.ts';
import { overlayCog } from './settings/overlay-cog.ts';
import { selfhealCog } from './settings/selfheal-cog.ts';
import { settingsCog } from './settings/settings-cog.ts';
import { setupCog } from './settings/setup-cog.ts';
import { submitCog } from './submission/submit-cog.ts';
import { tiktokCog } from './tiktok/tiktok-cog.ts';
import { voiceCog } from './voice/voice-cog.ts';

export interface CogPorts {
  readonly services: Services;
  readonly desk: PanelDesk;
  readonly channels: ChannelDesk;
  readonly guildChannels: GuildChannels;
  readonly keeper: PanelKeeper;
  readonly clock: Clock;
  /** Writes to a member in private. */
  readonly line: PrivateLine;
  readonly overlay: OverlayService;
  /** The numbers of a show as they are posted after it; null when there is no such show. */
  readonly sessionCard: (guildId: string, sessionId: number) => Promise<Card | null>;
  /** Whether the bot may read messages: without it nothing is taken from pasted links and files. */
  readonly messageContent: boolean;
}

/** The bot's whole surface: a new command is a new cog, or a line in one, and nothing else. */
export function createCogs(ports: CogPorts): readonly Cog[] {
  const { services, desk, channels, guildChannels, keeper, clock, messageContent } = ports;
  const now = () => clock.now();
  return [
    submitCog(services),
    queueCog(services),
    reviewerCog(services, desk, now),
    songCog(services, desk, channels),
    panelCog(services, desk),
    profileCog(services, now),
    settingsCog({ settings: services.settings, desk: channels, channels: guildChannels }),
    tiktokCog(services, now),
    voiceCog(services, desk, now),
    metricsCog(services, ports.sessionCard),
    giftsCog(services, now),
    privacyCog(services, ports.line, now),
    helpCog(),
    setupCog({ services, desk: channels, channels: guildChannels, clock, messageContent }),
    channelCog(channels, messageContent),
    overlayCog({ overlay: ports.overlay }),
    selfhealCog({ services, keeper, desk: channels, channels: guildChannels, messageContent }),
  ];
}
