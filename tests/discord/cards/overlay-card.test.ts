import { expect, test } from 'vitest';
import { overlayCard } from '../../../src/discord/cards/overlay-card.ts';
import { cardProblems } from './worst-case.ts';

const key = 'k'.repeat(32);
const paths = { path: `/overlay/${key}`, configurePath: `/overlay/${key}/configure` };

test.each([true, false])('the address is behind a spoiler, with the configurator one click away (new: %s)', (isNew) => {
  const card = overlayCard({ base: 'https://bot.example', ...paths }, isNew);
  const text = JSON.stringify(card);
  expect(text).toContain(`||https://bot.example/overlay/${key}||`);
  expect(text).toContain(`"url":"https://bot.example/overlay/${key}/configure"`);
  expect(cardProblems(card)).toEqual([]);
});

test('without a public address the card says what to set', () => {
  const card = overlayCard({ base: null, ...paths }, false);
  expect(JSON.stringify(card)).toContain('PUBLIC_URL');
  expect(cardProblems(card)).toEqual([]);
});
