import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noticeCard } from '../../src/discord/cards/notice-card.ts';
import { ErrorReports } from '../../src/discord/error-reports.ts';
import { asMessage } from '../../src/discord/send.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { EventBus } from '../../src/lib/event-bus.ts';
import { StoreError } from '../../src/ports/store.ts';
import type { Facts } from '../../src/services/events.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';
import { ManualClock } from '../services/manual-clock.ts';
import { KeptLog } from '../tiktok/ear.ts';

const GUILD = '900000000000000001';
const OTHER = '900000000000000002';

let store: SqliteStore;
let clock: ManualClock;
let reports: ErrorReports;
/** Told past the store. */
let delivered: Notice[];
beforeEach(async () => {
  store = await openStore(':memory:');
  clock = new ManualClock();
  delivered = [];
  reports = new ErrorReports({
    store,
    bus: new EventBus<Facts>(() => undefined),
    clock,
    log: new KeptLog(),
    notifier: {
      deliver: async (_guildId, _target, notice) => {
        delivered.push(notice);
        return 'sent';
      },
    },
  });
});
afterEach(() => store.close());

/** What waits for the debug channel of a guild. */
async function told(guildId = GUILD): Promise<string[]> {
  const due = await store.read((tx) => tx.outbox.due(Number.MAX_SAFE_INTEGER, 1_000));
  return due.flatMap((each) =>
    each.guildId === guildId && each.notice.kind === 'staff-alert' ? [each.notice.text] : [],
  );
}

describe('a report of something that failed', () => {
  test('names the place and the reference in the log, and nothing that the error says', async () => {
    const secret = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.a-token-that-stands-in-an-address';
    reports.report(GUILD, 'AB12CD', '/submit', new Error(`POST /webhooks/1/${secret} from @everyone <@1> failed`));
    expect(await told()).toEqual(['Something failed in `/submit`. Reference `AB12CD` in the log.']);
  });

  test('comes once a minute for each kind, and the next one counts what it kept to itself', async () => {
    for (let turn = 0; turn < 500; turn += 1) {
      reports.report(GUILD, `REF${turn}`, '/next', new TypeError('x is not a function'));
      await clock.advance(100);
    }
    expect(await told()).toEqual(['Something failed in `/next`. Reference `REF0` in the log.']);
    await clock.advance(10_000);
    reports.report(GUILD, 'LATER', '/next', new TypeError('x is not a function'));
    await clock.advance(0);
    expect((await told()).at(-1)).toBe(
      'Something failed in `/next`. Reference `LATER` in the log. It happened 499 more times before.',
    );
  });

  test('of another place, another error and another guild is another kind', async () => {
    reports.report(GUILD, 'A', '/next', new TypeError('x'));
    reports.report(GUILD, 'B', '/queue', new TypeError('x'));
    reports.report(GUILD, 'C', '/next', new RangeError('x'));
    reports.report(OTHER, 'D', '/next', new TypeError('x'));
    expect((await told()).map((text) => /Reference `(\w)`/.exec(text)?.[1])).toEqual(['A', 'B', 'C']);
    expect(await told(OTHER)).toHaveLength(1);
  });

  test('of the store is told in words, past the store, and once a minute whatever asked it', async () => {
    for (const where of ['/next', '/queue', 'submission.modal']) {
      reports.report(GUILD, 'A', where, new StoreError('full', 'SQLITE_FULL: /home/bot/data/skipline.db'));
    }
    await clock.advance(0);
    expect(delivered).toEqual([{ kind: 'staff-alert', text: expect.stringMatching(/disk.*full: free some space/) }]);
    expect(JSON.stringify(delivered)).not.toContain('/home/bot');
    expect(await told()).toEqual([]);
  });

  test('pings nobody, whatever stands in it', () => {
    const notice = {
      kind: 'staff-alert',
      text: '@everyone @here <@300000000000000001> <@&400000000000000001>',
    } as const;
    expect(asMessage(noticeCard(notice, { view: 'channel' })).allowedMentions).toEqual({
      parse: [],
    });
  });
});

test('backups that fail are told to every server, once a day', async () => {
  reports.backupsFail([GUILD, OTHER]);
  reports.backupsFail([GUILD, OTHER]);
  expect([await told(), await told(OTHER)]).toEqual([
    [expect.stringMatching(/hourly backups fail/)],
    [expect.stringMatching(/hourly backups fail/)],
  ]);
  await clock.advance(86_400_000);
  reports.backupsFail([GUILD]);
  expect(await told()).toHaveLength(2);
});
