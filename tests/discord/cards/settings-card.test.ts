import { expect, test } from 'vitest';
import { settingCard, settingsCard } from '../../../src/discord/cards/settings-card.ts';
import { textOf } from './worst-case.ts';

const hosts = Array.from({ length: 60 }, (_, index) => `music-platform-number-${index + 1}.example.com`);
const row = { key: 'submissions.hosts', value: hosts, isDefault: false, about: 'Hosts' } as const;

test('a list is shown whole when it is asked for alone, so that it can be changed, and shortened among all settings', () => {
  expect(textOf(settingCard(row, false))).toContain(hosts.join(', '));
  expect(textOf(settingsCard([row]))).not.toContain(hosts.at(-1));
});
