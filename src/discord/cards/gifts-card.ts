import type { LedgerGift } from '../../ports/live-store.ts';
import type { LedgerPage, Reversed } from '../../services/gift-service.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, clip, container, menu, pageButtons, row, rowOf, text, textCard } from './card.ts';
import { count, LINE_EMOJI, LINE_LABEL, pageText, plain, plural, relativeTime } from './words.ts';

const STATE = { open: '⏳ streak running', settled: '', reversed: '↩️ reversed' } as const satisfies Record<
  LedgerGift['state'],
  string
>;

const timesText = (gift: Pick<LedgerGift, 'count'>) => (gift.count === 1 ? '' : ` ×${count(gift.count)}`);

function giftName(gift: Pick<LedgerGift, 'name' | 'count'>): string {
  return `${plain(gift.name, 40)}${timesText(gift)}`;
}

function giftRow(gift: LedgerGift): string {
  const whose = gift.linkedUserId === null ? '' : ` · <@${gift.linkedUserId}>`;
  const moved = gift.moved
    .slice(0, 3)
    .map(({ publicId, to }) => `\`#${publicId}\` ${LINE_EMOJI[to]}`)
    .join(' ');
  const state = STATE[gift.state] === '' ? '' : ` · ${STATE[gift.state]}`;
  return [
    `🎁 **${giftName(gift)}** · 🪙 ${count(gift.coins)} · @${plain(gift.handle, 40)}${whose}`,
    `-# ${relativeTime(gift.at)} · ${plural(gift.points, 'point')}${moved === '' ? '' : ` · moved ${moved}`}${state}`,
  ].join('\n');
}

/** The ledger, newest first, with a menu to take one back. */
export function ledgerCard(ledger: LedgerPage): Card {
  if (ledger.total === 0) {
    return textCard(
      'quiet',
      '### 🎁 Gifts\nNo gifts yet. They are counted while a LIVE is followed (`/tiktok connect`).',
    );
  }
  const reversible = ledger.gifts.filter(({ state }) => state === 'settled');
  return {
    components: [
      container('brand', [
        text(
          `### 🎁 Gifts\n${ledger.gifts.map(giftRow).join('\n')}\n-# ${pageText(ledger)}${plural(ledger.total, 'gift')}`,
        ),
      ]),
      ...(reversible.length === 0
        ? []
        : [
            row(
              menu(
                encodeCustomId('gifts.pick', ledger.page),
                'Reverse a gift…',
                reversible.slice(0, 25).map((gift) => ({
                  label: `${clip(gift.name, 60)}${timesText(gift)} · ${plural(gift.coins, 'coin')}`,
                  description: `@${gift.handle}`,
                  value: String(gift.giftId),
                  emoji: '↩️',
                })),
              ),
            ),
          ]),
      ...rowOf(pageButtons('gifts.page', ledger)),
    ],
  };
}

/** Asks before a gift is taken back. @param page where the ledger stood. @param askedAt ms since the epoch */
export function reverseQuestion(gift: LedgerGift, page: number, askedAt: number): Card {
  return {
    components: [
      container('bad', [
        text(
          `### Reverse this gift?\n${giftRow(gift)}\nIts coins and points go, and songs that it moved fall back. Songs that were played stay played.`,
        ),
      ]),
      row(
        button('Reverse', encodeCustomId('gifts.reverse', gift.giftId, askedAt), { style: 'danger', emoji: '↩️' }),
        button('Keep', encodeCustomId('gifts.page', page)),
      ),
    ],
  };
}

export function reversedCard({ gift, songs }: Reversed): Card {
  const moved = songs.map(
    ({ publicId, from, to }) =>
      `\`#${publicId}\` ${LINE_EMOJI[from]} ${LINE_LABEL[from]} → ${LINE_EMOJI[to]} ${LINE_LABEL[to]}`,
  );
  return textCard(
    'quiet',
    [
      `↩️ Reversed **${giftName(gift)}** of @${plain(gift.handle, 40)}: ${plural(gift.coins, 'coin')}, ${plural(gift.points, 'point')}.`,
      ...(moved.length === 0 ? ['-# No song had to move.'] : moved.slice(0, 20)),
    ].join('\n'),
  );
}
