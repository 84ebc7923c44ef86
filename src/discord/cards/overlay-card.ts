import type { OverlayLinks } from '../../services/overlay-service.ts';
import { type Card, linkButton, row, textCard } from './card.ts';

/** The secret address, behind a spoiler: a streamer's Discord may be on the stream. */
export function overlayCard({ base, path, configurePath }: OverlayLinks, isNew: boolean): Card {
  const head = isNew
    ? '### 🖥️ New overlay address\nThe old one ended at once: paste this one into your studio.'
    : '### 🖥️ On-stream overlay';
  const warning = '-# Whoever knows the address can watch the overlay, nothing more. If it got out: `/overlay reset`.';
  if (base === null) {
    return textCard(
      'warn',
      `${head}\nI don't know under which address people reach me. Set \`PUBLIC_URL\` (such as \`https://my-bot.replit.app\`), start me again, and ask again. The overlay will be there at ||\`${path}\`||.\n${warning}`,
    );
  }
  const steps = [
    `||${base}${path}||`,
    '**OBS Studio**: Sources, + , Browser; paste it, 1080 × 1920 (or 1920 × 1080 for a horizontal canvas).',
    '**TikTok LIVE Studio**: Add source, Link; paste it and stretch it over the canvas.',
    warning,
  ];
  const configure = row(linkButton('Look and configure', `${base}${configurePath}`));
  return textCard(isNew ? 'good' : 'brand', `${head}\n${steps.join('\n')}`, configure);
}
