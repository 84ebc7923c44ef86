import type { PurposeState } from '../channel-desk.ts';
import { PURPOSE } from '../channel-purpose.ts';
import type { HealLine } from '../panels/panel-keeper.ts';
import { PANEL_LABEL } from '../panels/panel-kinds.ts';
import { type Card, textCard } from './card.ts';
import { failureText } from './failure-card.ts';
import { PASSIVE_OFF, unseenText } from './setup-card.ts';
import { plain } from './words.ts';

export interface HealReport {
  readonly panels: readonly HealLine[];
  /** Channels without a panel, too. */
  readonly purposes: readonly PurposeState[];
  readonly reviewerRoleGone: boolean;
  /** The reviewer channel, when the reviewers' role can't see it. */
  readonly unseen: string | null;
  readonly messageContent: boolean;
}

const OUTCOME = {
  fine: () => '✅ fine',
  mended: () => '🔧 was missing, stands again',
  'message-gone': () => '⏳ its message is gone; it is posted again in a moment',
  'channel-gone': () => '🗑️ its channel is gone; the setting is cleared',
  forbidden: ({ missing }) => `⚠️ I'm missing ${missing.map((name) => `**${plain(name, 40)}**`).join(', ')}`,
  limited: () => '⏳ Discord asks to wait; it follows by itself',
  outage: () => '⏳ Discord has trouble; it follows by itself',
} as const satisfies Record<HealLine['outcome'], (line: HealLine) => string>;

/** `/selfheal`: what was found and what was done. */
export function healCard({ panels, purposes, reviewerRoleGone, unseen, messageContent }: HealReport): Card {
  const lines = panels.map(
    (line) =>
      `**${PANEL_LABEL[line.kind]}** in <#${line.channelId}>: ${(OUTCOME[line.outcome] as (line: HealLine) => string)(line)}`,
  );
  const shown = new Set(panels.map(({ kind }) => kind));
  // Channels whose panels stand above speak for themselves.
  const others = purposes.filter(({ purpose }) => !PURPOSE[purpose].panels.some((kind) => shown.has(kind)));
  const troubles = others.flatMap(({ purpose, trouble }) =>
    trouble === null ? [] : [`**${PURPOSE[purpose].label}**: ⚠️ ${failureText(trouble)}`],
  );
  const unset = purposes.filter(({ channelId }) => channelId === null).map(({ purpose }) => PURPOSE[purpose].label);
  const ill =
    troubles.length > 0 ||
    reviewerRoleGone ||
    unseen !== null ||
    panels.some(({ outcome }) => outcome !== 'fine' && outcome !== 'mended');
  return textCard(
    ill ? 'warn' : 'good',
    [
      '### 🩺 Self-heal',
      ...(lines.length === 0 ? ['There are no panels yet: `/setup` makes them.'] : lines),
      ...troubles,
      ...(reviewerRoleGone ? ['⚠️ The reviewer role does not exist any more. Choose another one with `/setup`.'] : []),
      ...(unseen === null ? [] : [`⚠️ ${unseenText(unseen)}`]),
      ...(messageContent ? [] : [PASSIVE_OFF]),
      ...(unset.length === 0 ? [] : [`-# Not set: ${unset.join(', ')}`]),
    ].join('\n'),
  );
}
