import { PANEL_LABEL, type PanelKind } from './panel-kinds.ts';

/** What staff is told about panels that can't be shown. */

function panelNames(kinds: readonly PanelKind[]): string {
  return `${kinds.map((kind) => `**${PANEL_LABEL[kind]}**`).join(', ')} panel${kinds.length === 1 ? '' : 's'}`;
}

export function channelGoneText(kinds: readonly PanelKind[]): string {
  return `The channel of the ${panelNames(kinds)} was deleted, so its setting is cleared. Choose another channel with \`/setup\`.`;
}

export function forbiddenText(kinds: readonly PanelKind[], channelId: string, missing: readonly string[]): string {
  const lacking = missing.map((name) => `**${name}**`).join(', ');
  return `The ${panelNames(kinds)} in <#${channelId}> can't be shown. I'm missing: ${lacking}. It returns by itself once that is granted.`;
}
