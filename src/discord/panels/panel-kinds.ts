import type { SettingKey } from '../../domain/setting.ts';
import type { Facts } from '../../services/events.ts';

/** The most needed first. */
export const PANEL_KINDS = [
  'control-room',
  'reviewer-queue',
  'pending-skips',
  'live-queue',
  'now-playing',
  'portal',
] as const;
export type PanelKind = (typeof PANEL_KINDS)[number];

/** The setting that names a panel's channel. */
export const PANEL_CHANNEL = {
  'control-room': 'channel.reviewer',
  'reviewer-queue': 'channel.reviewer',
  'pending-skips': 'channel.reviewer',
  'live-queue': 'channel.live-queue',
  'now-playing': 'channel.now-playing',
  portal: 'channel.portal',
} as const satisfies Record<PanelKind, SettingKey>;

export const PANEL_LABEL = {
  'control-room': 'Control room',
  'reviewer-queue': 'Reviewer queue',
  'pending-skips': 'Pending skips',
  'live-queue': 'Live queue',
  'now-playing': 'Now playing',
  portal: 'Submission portal',
} as const satisfies Record<PanelKind, string>;

/** Which facts make which panels stale, and how soon that must show. ms */
export const STALE_BY: {
  readonly [K in keyof Facts]?: { readonly kinds: readonly PanelKind[]; readonly withinMs: number };
} = {
  'queue.changed': { kinds: ['reviewer-queue', 'live-queue', 'pending-skips', 'control-room'], withinMs: 0 },
  'on-air.changed': { kinds: ['now-playing', 'control-room', 'reviewer-queue', 'live-queue'], withinMs: 0 },
  'settings.changed': { kinds: PANEL_KINDS, withinMs: 0 },
  'song.prepared': { kinds: ['reviewer-queue', 'pending-skips', 'now-playing'], withinMs: 0 },
  'song.moved': { kinds: ['reviewer-queue', 'live-queue', 'pending-skips', 'control-room'], withinMs: 0 },
  'live.changed': { kinds: ['control-room'], withinMs: 0 },
  // Numbers move with every batch: nobody reads a number that changes twice a second.
  'live.counted': { kinds: ['control-room'], withinMs: 15_000 },
  'playback.changed': { kinds: ['now-playing', 'control-room'], withinMs: 0 },
};

export function isPanelKind(text: string): text is PanelKind {
  return (PANEL_KINDS as readonly string[]).includes(text);
}
