import { describe, expect, test } from 'vitest';
import { assignedCard, SETUP_STEPS, setupCard } from '../../../src/discord/cards/setup-card.ts';
import { decideModal, rejectModal, removeModal } from '../../../src/discord/cards/staff-card.ts';
import { CHANNEL_PURPOSES } from '../../../src/discord/channel-purpose.ts';
import { submitModal } from '../../../src/discord/cogs/submission/submit-modal.ts';
import { CARDS, PLAIN_CARDS, purposes } from './every-card.ts';
import { cardProblems, ID, modalProblems, song, TEXTS, textOf, unescaped } from './worst-case.ts';

describe.each(Object.entries(CARDS))('%s', (_name, draw) => {
  test.each(TEXTS.map((text) => [text]))('is taken by Discord with the worst text %#', (text) => {
    expect(cardProblems(draw(text))).toEqual([]);
  });

  test.each(TEXTS.map((text) => [text]))('lets no stranger format, mention or link anything %#', (text) => {
    expect(unescaped(textOf(draw(text)))).toEqual([]);
  });
});

test.each(Object.entries(PLAIN_CARDS))('%s is taken by Discord', (_name, card) => {
  expect(cardProblems(card)).toEqual([]);
});

describe('setup', () => {
  test.each(SETUP_STEPS.map((step) => [step]))('step "%s" is taken by Discord, in trouble and fresh', (step) => {
    const ill = {
      step,
      purposes: purposes('x'.repeat(40)),
      roleId: ID,
      unseen: ID,
      messageContent: false,
      news: 'news',
    };
    expect(cardProblems(setupCard(ill))).toEqual([]);
    const fresh = {
      step,
      purposes: CHANNEL_PURPOSES.map((purpose) => ({ purpose, channelId: null, trouble: null })),
      roleId: null,
      unseen: null,
      messageContent: true,
      news: null,
    };
    expect(cardProblems(setupCard(fresh))).toEqual([]);
  });

  test.each(CHANNEL_PURPOSES.map((purpose) => [purpose]))('the answer about "%s" is taken by Discord', (purpose) => {
    expect(cardProblems(assignedCard({ purpose, channelId: ID, panelsLater: true }, false))).toEqual([]);
  });
});

describe('modals', () => {
  test.each(TEXTS.map((text) => [text]))('are taken by Discord with the worst text %#', (text) => {
    const draft = { link: text, artist: text, title: text, note: text, handle: 'x'.repeat(60) };
    expect(modalProblems(submitModal(draft, 100 * 2 ** 20))).toEqual([]);
    for (const modal of [removeModal, rejectModal, decideModal]) expect(modalProblems(modal(song(text)))).toEqual([]);
  });
});
