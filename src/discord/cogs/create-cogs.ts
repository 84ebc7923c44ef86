import type { Cog } from '../answer.ts';
import type { ChannelDesk } from '../channel-desk.ts';
import type { PanelDesk } from '../panels/panel-desk.ts';
import { profileCog } from './profile/profile-cog.ts';
import { queueCog } from './queue/queue-cog.ts';
import { panelCog } from './reviewer/panel-cog.ts';
import { reviewerCog } from './reviewer/reviewer-cog.ts';
import { songCog } from './reviewer/song-cog.ts';
import type { Services } from './services.ts';
import { channelCog } from './settings/channel-cog.ts';
import { settingsCog } from './settings/settings-cog.ts';
import { submitCog } from './submission/submit-cog.ts';
import { tiktokCog } from './tiktok/tiktok-cog.ts';
import { voiceCog } from './voice/voice-cog.ts';

export interface CogPorts {
  readonly services: Services;
  readonly desk: PanelDesk;
  readonly channels: ChannelDesk;
  readonly now: () => number;
  /** Whether the bot may read messages: without it nothing is taken from pasted links and files. */
  readonly messageContent: boolean;
}

/** The bot's whole surface: a new command is a new cog, or a line in one, and nothing else. */
export function createCogs({ services, desk, channels, now, messageContent }: CogPorts): readonly Cog[] {
  return [
    submitCog(services),
    queueCog(services),
    reviewerCog(services, desk, now),
    songCog(services),
    panelCog(services, desk),
    profileCog(services, now),
    settingsCog(services),
    tiktokCog(services, now),
    voiceCog(services, desk, now),
    channelCog(channels, messageContent),
  ];
}
