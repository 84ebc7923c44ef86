import { PermissionFlagsBits } from 'discord.js';
import type { SettingKey } from '../domain/setting.ts';
import type { PanelKind } from './panels/panel-kinds.ts';

/** What a channel of the server can be for, in the order in which `/setup` asks. */
export const CHANNEL_PURPOSES = [
  'reviewer',
  'live-queue',
  'now-playing',
  'portal',
  'submissions',
  'metrics',
  'bookmarks',
  'debug',
] as const;
export type ChannelPurpose = (typeof CHANNEL_PURPOSES)[number];

interface PurposeSpec {
  readonly setting: SettingKey & `channel.${string}`;
  readonly label: string;
  readonly about: string;
  readonly command: { readonly name: string; readonly about: string };
  /** Panels that stand in it. */
  readonly panels: readonly PanelKind[];
  /** What the bot must be allowed to do there. */
  readonly needs: bigint;
  /** How it is made when the bot makes it. `read-only`: everybody sees it, only the bot writes. */
  readonly made: { readonly name: string; readonly for: 'everybody' | 'read-only' | 'staff' };
}

const { ViewChannel, SendMessages, ReadMessageHistory, AttachFiles, ManageMessages } = PermissionFlagsBits;
const PANEL = ViewChannel | SendMessages | ReadMessageHistory | AttachFiles;
const NOTICE = ViewChannel | SendMessages;

export const PURPOSE = {
  reviewer: {
    setting: 'channel.reviewer',
    label: 'Reviewer channel',
    about: 'The control room, the reviewer queue and pending skips: the whole show is run from here. Staff only.',
    command: { name: 'setup-reviewer-channel', about: 'Put the control room and the reviewer queues into a channel' },
    panels: ['control-room', 'reviewer-queue', 'pending-skips'],
    needs: PANEL,
    made: { name: 'reviewer', for: 'staff' },
  },
  'live-queue': {
    setting: 'channel.live-queue',
    label: 'Live queue',
    about: 'The public queue: what is on air and what plays next.',
    command: { name: 'setup-live-queue', about: 'Put the public live queue into a channel' },
    panels: ['live-queue'],
    needs: PANEL,
    made: { name: 'live-queue', for: 'read-only' },
  },
  'now-playing': {
    setting: 'channel.now-playing',
    label: 'Now playing',
    about: 'The song on air with its progress, and the buttons of the player.',
    command: { name: 'setnowplayingchannel', about: 'Put the now-playing panel into a channel' },
    panels: ['now-playing'],
    needs: PANEL,
    made: { name: 'now-playing', for: 'read-only' },
  },
  portal: {
    setting: 'channel.portal',
    label: 'Submission portal',
    about: 'A standing message with buttons to submit, to see your own songs, and to link TikTok.',
    command: { name: 'setup-submission-portal', about: 'Put the message with the Submit button into a channel' },
    panels: ['portal'],
    needs: PANEL,
    made: { name: 'submit-here', for: 'read-only' },
  },
  submissions: {
    setting: 'channel.submissions',
    label: 'Submissions channel',
    about:
      'A pasted link or an uploaded file here becomes a submission. Every other message of people who are not staff is deleted, so choose a channel for this alone.',
    command: { name: 'set-submission-channel', about: 'Choose the channel where pasted links and files become songs' },
    panels: [],
    needs: ViewChannel | SendMessages | ReadMessageHistory | ManageMessages,
    made: { name: 'song-drop', for: 'everybody' },
  },
  metrics: {
    setting: 'channel.metrics',
    label: 'Numbers after the show',
    about: 'Totals, the top viewers, a picture of the show and the whole table, after every LIVE.',
    command: { name: 'setup-post-live-metrics', about: 'Choose the channel for the numbers after a show' },
    panels: [],
    needs: NOTICE | AttachFiles,
    made: { name: 'show-numbers', for: 'staff' },
  },
  bookmarks: {
    setting: 'channel.bookmarks',
    label: 'Bookmarks',
    about: 'Songs that a reviewer bookmarks are kept here.',
    command: { name: 'setbookmarkchannel', about: 'Choose the channel where bookmarked songs go' },
    panels: [],
    needs: NOTICE,
    made: { name: 'bookmarks', for: 'staff' },
  },
  debug: {
    setting: 'channel.debug',
    label: 'Debug channel',
    about: 'Connection notices, and trouble that staff should know of.',
    command: { name: 'setdebugchannel', about: 'Choose the channel for connection notices and trouble' },
    panels: [],
    needs: NOTICE,
    made: { name: 'bot-status', for: 'staff' },
  },
} as const satisfies Record<ChannelPurpose, PurposeSpec>;

export function isChannelPurpose(text: string): text is ChannelPurpose {
  return (CHANNEL_PURPOSES as readonly string[]).includes(text);
}
