import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBus } from '../src/lib/event-bus.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import type { Facts } from '../src/services/events.ts';
import { GiftCredit } from '../src/services/gift-credit.ts';
import { HandleService } from '../src/services/handle-service.ts';
import { QueueService } from '../src/services/queue-service.ts';
import { SettingsService } from '../src/services/settings-service.ts';
import { connect } from '../src/store/connection.ts';
import { openStore, type SqliteStore } from '../src/store/database.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';

/** The one guild of a filled store. */
export const GUILD = '900000000000000001';
const WAITING = 10_000;
const HANDLES = 100_000;
/** Calls measured per figure; `next` really takes that many songs. */
const CALLS = 300;
const WARM_UP = 30;

/**
 * A night that nobody ever had: 10,000 waiting songs and 100,000 handles, with 100,000 archived songs and, beside it, with
 * 10,000. Measured is the whole use case as a command runs it, from the call to its answer; the two take turns, so that
 * whatever else the machine does meets both.
 */
export async function storeBench(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const opened: SqliteStore[] = [];
  try {
    const [large, small] = [
      await filled(join(folder, 'large.db'), 100_000),
      await filled(join(folder, 'small.db'), 10_000),
    ];
    opened.push(large, small);
    const [ours, other] = [await callsOf(large), await callsOf(small)];
    const rows: BenchRow[] = [];
    for (const [name, call] of ours) rows.push(...(await measured(name, call, other.get(name) ?? call)));
    return rows;
  } finally {
    for (const store of opened) await store.close();
    await rm(folder, { recursive: true });
  }
}

type Call = (n: number) => Promise<unknown>;

async function measured(name: string, large: Call, small: Call): Promise<readonly BenchRow[]> {
  const times: { readonly large: number[]; readonly small: number[] } = { large: [], small: [] };
  for (let n = 0; n < WARM_UP + CALLS; n += 1) {
    const [ours, other] = [await timed(large, n), await timed(small, n)];
    if (n < WARM_UP) continue;
    times.large.push(ours);
    times.small.push(other);
  }
  return [
    besides(`${name}, median`, percentile(times.large, 0.5), 'ms', '10,000 archived', percentile(times.small, 0.5)),
    { name: `${name}, p99`, value: percentile(times.large, 0.99), unit: 'ms' },
  ];
}

async function timed(call: Call, n: number): Promise<number> {
  const start = performance.now();
  await call(n);
  return performance.now() - start;
}

/** A new store with so many archived and so many waiting songs. */
export async function filled(path: string, archived: number, waiting = WAITING): Promise<SqliteStore> {
  await (await openStore(path)).close();
  await fill(path, archived, waiting);
  return openStore(path);
}

async function callsOf(store: SqliteStore): Promise<ReadonlyMap<string, Call>> {
  const clock = systemClock;
  const bus = new EventBus<Facts>((listener, error) => {
    throw new Error(listener, { cause: error });
  });
  const settings = new SettingsService({ store, bus, clock });
  const queue = new QueueService({ store, settings, bus, clock });
  const handles = new HandleService({ store, settings, credit: new GiftCredit(), bus, clock });
  const waiting = await store.read((reads) => reads.submissions.playable(GUILD, 0, WAITING));
  const anySong = (n: number) => waiting[(n * 7_919) % waiting.length]?.submission;
  return new Map<string, Call>([
    // What this machine takes for asking nothing: its noise is in every figure below.
    ['an empty read', () => store.read(async () => null)],
    ['place of a song', (n) => queue.explain(GUILD, anySong(n)?.id ?? 0)],
    ['a panel page', (n) => queue.page(GUILD, n % 40, 8)],
    ['the last panel page', () => queue.page(GUILD, 1_000_000, 8)],
    ['handle autocomplete', (n) => handles.suggestUnlinked(GUILD, `viewer${n % 90}`)],
    [
      'song autocomplete',
      (n) =>
        store.read((reads) =>
          reads.submissions.suggest(GUILD, 'waiting', anySong(n)?.publicId.slice(0, 2) ?? '', null, 25),
        ),
    ],
    ['the leaderboard', (n) => handles.leaderboard(GUILD, n % 20)],
    ['the last leaderboard page', () => handles.leaderboard(GUILD, 1_000_000)],
    ["a member's own numbers", (n) => handles.stats(GUILD, `${n % 3_000}`)],
    ['next', () => queue.next(GUILD, 'bench')],
  ]);
}

/** Rows as a long life would leave them, written at once. */
async function fill(path: string, archived: number, waiting: number): Promise<void> {
  const connection = await connect(path, false);
  const series = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
  await connection.script(`
    BEGIN;
    ${series(HANDLES)}
    INSERT INTO handle (guild_id, tiktok_user_id, name, name_key, points, linked_user_id, last_seen_at)
    SELECT '${GUILD}', 7000000000000000000 + i, 'Viewer' || i, 'viewer' || i, (i * 7919) % 5000 + 1,
      CASE WHEN i % 20 = 0 THEN CAST(i / 20 % 3000 AS TEXT) END, 1 FROM n;
    INSERT INTO handle_points (handle_id, origin, points) SELECT id, 'like', points / 2 FROM handle;
    INSERT INTO handle_points (handle_id, origin, points) SELECT id, 'gift', points - points / 2 FROM handle;
    ${series(archived + waiting)}
    INSERT INTO submission (guild_id, public_id, owner_id, owner_name, artist, title, kind, url, normalized_url, platform,
      line, rank, submitted_at, via)
    SELECT '${GUILD}', printf('%06X', (i * 7919) % 16777213), CAST(i % 3000 AS TEXT), 'Member ' || i, 'Artist ' || i,
      'Title ' || i, 'link', 'https://soundcloud.com/a/' || i, 'https://soundcloud.com/a/' || i, 'soundcloud',
      CASE WHEN i < ${archived} THEN 'archive' WHEN i % 50 = 0 THEN 'skip' WHEN i % 50 = 1 THEN 'double-skip'
        WHEN i % 50 = 2 THEN 'back-to-back' WHEN i % 50 = 3 THEN 'pending' ELSE 'free' END,
      i, 1760000000000 + i, 'modal' FROM n;
    INSERT INTO play (guild_id, submission_id, started_at, ended_at, by_user, from_line, from_rank, score, points_taken,
      coins_taken, shown)
    SELECT '${GUILD}', id, submitted_at, submitted_at + 180000, '1', 'free', 0, 0, '[]', '[]',
      '{"handle":null,"points":{},"coins":0}' FROM submission WHERE line = 'archive';
    INSERT INTO move (guild_id, submission_id, from_line, from_rank, to_line, to_rank, cause, at)
    SELECT '${GUILD}', id, 'free', 0, 'archive', 0, 'play', submitted_at FROM submission WHERE line = 'archive';
    COMMIT;
  `);
  await connection.close();
}
