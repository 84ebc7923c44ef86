import { describe, expect, onTestFinished, test } from 'vitest';
import type { Cog } from '../../src/discord/answer.ts';
import { textCard } from '../../src/discord/cards/card.ts';
import { helpCog } from '../../src/discord/cogs/profile/help-cog.ts';
import { privacyCog } from '../../src/discord/cogs/profile/privacy-cog.ts';
import { giftsCog } from '../../src/discord/cogs/reviewer/gifts-cog.ts';
import { metricsCog } from '../../src/discord/cogs/reviewer/metrics-cog.ts';
import type { Services } from '../../src/discord/cogs/services.ts';
import { Router } from '../../src/discord/router.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { LedgerGift } from '../../src/ports/live-store.ts';
import type { Delivery } from '../../src/ports/notifier.ts';
import { botStage, PATIENCE } from './bot-stage.ts';

async function stage(cogs: (now: () => number) => readonly Cog[]) {
  const bot = await botStage();
  const time = { passedMs: 0 };
  const made = cogs(() => systemClock.now() + time.passedMs);
  const router = new Router(made, {
    settings: bot.settings,
    clock: systemClock,
    log: bot.log,
    meter: { interaction: () => undefined },
    report: () => undefined,
    outdatedPanel: () => undefined,
    isPanel: () => false,
    throttle: () => null,
  });
  bot.listen({ interaction: (interaction) => router.handle(interaction), message: () => undefined });
  await bot.logIn();
  await bot.client.application.commands.set(
    made.flatMap(({ commands }) => commands.map(({ definition }) => definition)),
  );
  onTestFinished(() => router.close());
  return { ...bot, time, ana: bot.people.human(bot.guild, 'ana') };
}

describe('/privacy and /notices', () => {
  const scene = async (delivery: Delivery = 'sent') => {
    const calls: string[] = [];
    const services = {
      privacy: {
        export: async (guildId: string, userId: string) => ({ guildId, userId }),
        erase: async (_guildId: string, userId: string) => {
          calls.push(`erase ${userId}`);
          return { ok: true as const, value: { submissions: 3 } };
        },
      },
      notices: {
        setOptOut: async (_guildId: string, userId: string, off: boolean) => void calls.push(`${userId} ${off}`),
      },
    } as unknown as Services;
    const dms: string[] = [];
    const line = {
      dm: async (userId: string) => {
        dms.push(userId);
        return delivery;
      },
    };
    return { ...(await stage((now) => [privacyCog(services, line, now)])), calls, dms };
  };

  test('a copy comes by DM', async () => {
    const { ana, dms } = await scene();
    const seen = await (await ana.slash('privacy export')).final(PATIENCE);
    expect(seen.text).toContain('direct messages');
    expect(dms).toEqual([ana.id]);
  });

  test('a copy comes with the ephemeral answer when DMs are closed', async () => {
    const { ana, guild } = await scene('refused');
    const seen = await (await ana.slash('privacy export')).final(PATIENCE);
    expect(seen.ephemeral).toBe(true);
    const [file] = seen.files;
    expect(JSON.parse(new TextDecoder().decode(file?.bytes()))).toEqual({ guildId: guild.id, userId: ana.id });
  });

  test('deleting asks first, and a late or unsure answer deletes nothing', async () => {
    const { ana, calls, time } = await scene();
    const kept = await ana.click(await ana.slash('privacy delete'), { label: 'Keep' });
    expect(kept.text).toContain('Nothing was deleted');
    const question = await ana.slash('privacy delete');
    time.passedMs = 61_000;
    expect((await ana.click(question, { label: 'Delete my data' })).text).toContain('expired');
    expect(calls).toEqual([]);
    const done = await ana.click(await ana.slash('privacy delete'), { label: 'Delete my data' });
    expect(done.text).toContain('3 songs');
    expect(calls).toEqual([`erase ${ana.id}`]);
  });

  test('a forged click is about one’s own data all the same', async () => {
    const { ana, nova, calls } = await scene();
    await ana.slash('privacy delete');
    const own = await nova.slash('privacy delete');
    await nova.clickRaw(own, `v1:privacy.erase:${systemClock.now()}:${ana.id}`);
    expect(calls).toEqual([`erase ${nova.id}`]);
  });

  test('notices are switched off and on', async () => {
    const { ana, calls } = await scene();
    expect((await ana.slash('notices off')).text).toContain('No more direct messages');
    expect((await ana.slash('notices on')).text).toContain('You are told');
    expect(calls).toEqual([`${ana.id} true`, `${ana.id} false`]);
  });
});

test('/help shows what the person may do, no more', async () => {
  const { ana, nova } = await stage(() => [helpCog()]);
  const [listener, admin] = [await ana.slash('help'), await nova.slash('help')];
  expect(listener.text).toContain('/submit');
  expect(listener.text).not.toMatch(/\/next|\/setup/);
  for (const command of ['/submit', '/next', '/setup', '/selfheal']) expect(admin.text).toContain(command);
});

describe('/gifts', () => {
  const gift = (giftId: number, state: LedgerGift['state'] = 'settled'): LedgerGift => ({
    giftId,
    sessionId: 1,
    handleId: 1,
    handle: 'fan',
    linkedUserId: null,
    name: `Rose ${giftId}`,
    count: 10,
    coins: 10,
    points: 20,
    state,
    at: 1_760_000_000_000,
    reversedBy: null,
    moved: [{ publicId: '4F7K', to: 'skip' }],
  });
  const scene = async (ledger: readonly LedgerGift[]) => {
    const reversed: number[] = [];
    const services = {
      gifts: {
        ledger: async (_guildId: string, page: number) => ({ gifts: ledger, page, pages: 1, total: ledger.length }),
        reverse: async (_guildId: string, _actor: string, giftId: number) => {
          reversed.push(giftId);
          const songs = [{ submissionId: 1, publicId: '4F7K', from: 'skip' as const, to: 'free' as const }];
          return { ok: true as const, value: { gift: gift(giftId, 'reversed'), songs } };
        },
      },
    } as unknown as Services;
    return { ...(await stage((now) => [giftsCog(services, now)])), reversed };
  };

  test('shows the ledger to staff, and takes a gift back after asking', async () => {
    const { ana, nova, reversed } = await scene([gift(2), gift(1)]);
    expect((await ana.slash('gifts')).text).toContain('Only reviewers');
    const ledger = await nova.slash('gifts');
    expect(ledger.text).toContain('Rose 2 ×10');
    expect(ledger.text).toContain('moved #4F7K');
    const question = await nova.select(ledger, { placeholder: /Reverse a gift/ }, '2');
    expect(question.text).toContain('Reverse this gift?');
    expect(reversed).toEqual([]);
    const done = await nova.click(question, { label: 'Reverse' });
    expect(done.text).toContain('Skip → ');
    expect(reversed).toEqual([2]);
  });

  test('does nothing when the answer is no, late or forged', async () => {
    const { nova, reversed, time } = await scene([gift(2)]);
    const question = await nova.select(await nova.slash('gifts'), { placeholder: /Reverse a gift/ }, '2');
    expect((await nova.clickRaw(question, 'v1:gifts.reverse:x:1')).text).toContain('older version');
    time.passedMs = 61_000;
    expect((await nova.clickRaw(question, `v1:gifts.reverse:2:${systemClock.now()}`)).text).toContain('expired');
    expect((await nova.click(question, { label: 'Keep' })).text).toContain('Rose 2');
    expect(reversed).toEqual([]);
  });

  test('says that there are none yet', async () => {
    const { nova } = await scene([]);
    expect((await nova.slash('gifts')).text).toContain('No gifts yet');
  });
});

describe('/metrics', () => {
  const head = (sessionId: number) => ({
    sessionId,
    host: `host${sessionId}`,
    startedAt: Date.UTC(2026, 0, sessionId),
    endedAt: Date.UTC(2026, 0, sessionId) + 3_600_000,
  });
  const scene = async (sessions: readonly ReturnType<typeof head>[]) => {
    const services = {
      reports: { sessions: async (_guildId: string, limit: number) => sessions.slice(0, limit) },
    } as unknown as Services;
    const csv = { name: 'show.csv', bytes: new TextEncoder().encode('a,b') };
    const sessionCard = async (_guildId: string, sessionId: number) =>
      sessions.some((each) => each.sessionId === sessionId)
        ? {
            components: [
              ...textCard('brand', `numbers of ${sessionId}`).components,
              { type: 13 as const, file: { url: 'attachment://show.csv' } },
            ],
            files: [csv],
          }
        : null;
    return stage(() => [metricsCog(services, sessionCard)]);
  };

  test('shows the newest show with its files, for everybody in the channel', async () => {
    const { nova } = await scene([head(3), head(2)]);
    const seen = await (await nova.slash('metrics')).final(PATIENCE);
    expect(seen).toMatchObject({ ephemeral: false, text: expect.stringContaining('numbers of 3') });
    expect(seen.files.map(({ name }) => name)).toEqual(['show.csv']);
  });

  test('suggests past shows and shows the chosen one', async () => {
    const { nova } = await scene([head(3), head(2)]);
    const suggested = await nova.autocomplete('metrics', 'session', 'host2');
    expect(suggested.choices).toEqual([{ name: '#2 @host2 · 2026-01-02 00:00 UTC · 1:00:00', value: '2' }]);
    expect((await (await nova.slash('metrics', { session: '2' })).final(PATIENCE)).text).toContain('numbers of 2');
    expect((await (await nova.slash('metrics', { session: '#3' })).final(PATIENCE)).text).toContain('numbers of 3');
  });

  test.each(['99', 'nonsense', '-1'])('of a show that is not there ("%s") is refused', async (session) => {
    const { nova } = await scene([head(3)]);
    const seen = await nova.slash('metrics', { session });
    expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('There is no show') });
  });

  test('before the first show says so', async () => {
    const { nova } = await scene([]);
    expect((await nova.slash('metrics')).text).toContain('There has been no show yet');
  });
});
