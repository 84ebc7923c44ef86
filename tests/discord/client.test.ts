import { LimitedCollection } from 'discord.js';
import { expect, test, vi } from 'vitest';
import { createClient } from '../../src/discord/client.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import { configOf } from '../scenarios/show.ts';

test('people who clicked once are not remembered for as long as the process runs', async () => {
  const { discord } = configOf({
    DISCORD_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.AAAAAA.abcdefghijklmnopqrstuvwxyz0123456789',
    PATH: process.env.PATH ?? '',
  });
  const client = createClient(discord, systemClock);
  const { cache } = client.users;
  if (!(cache instanceof LimitedCollection)) throw new Error('people are kept without a limit');
  for (let n = 0; n < 2_500; n += 1) cache.set(String(n), { id: String(n), client: { user: { id: '0' } } } as never);
  expect(cache.size).toBe(2_000);
  expect(cache.has('0'), 'the bot itself').toBe(true);
  expect(cache.has('2499')).toBe(true);
  await client.destroy();
});

test('routes that only one interaction ever had are forgotten within minutes', async () => {
  vi.useFakeTimers();
  const { discord } = configOf({
    DISCORD_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.AAAAAA.abcdefghijklmnopqrstuvwxyz0123456789',
    PATH: process.env.PATH ?? '',
  });
  const client = createClient(discord, systemClock);
  try {
    const { handlers } = client.rest;
    for (let n = 0; n < 100; n += 1) handlers.set(`${n}`, { id: `${n}`, inactive: true } as never);
    vi.advanceTimersByTime(5 * 60_000);
    expect(handlers.size).toBe(0);
  } finally {
    vi.useRealTimers();
    await client.destroy();
  }
});
