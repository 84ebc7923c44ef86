import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Handle } from '../../src/domain/handle.ts';
import type { StoreTx } from '../../src/ports/store.ts';
import { Connection, connect, type Rows } from '../../src/store/connection.ts';
import { Lane } from '../../src/store/lane.ts';
import { repositories } from '../../src/store/repositories.ts';
import { ensureSchema, SCHEMA_FILES } from '../../src/store/schema.ts';
import { GUILD, liveUser, T0, waitingSong } from './stage.ts';

/** What every page, place, suggestion and "next" asks, whatever a long life has piled up. */
const HOT: Readonly<Record<string, (tx: StoreTx) => Promise<unknown>>> = {
  'a page': (tx) => tx.submissions.playable(GUILD, 8, 8),
  'the pending page': (tx) => tx.submissions.pending(GUILD, 0, 8),
  counts: (tx) => tx.submissions.counts(GUILD),
  'the songs of a member': (tx) => tx.submissions.waitingOf(GUILD, '1'),
  places: (tx) => tx.submissions.ahead([1, 2, 3]),
  'who comes up': (tx) => tx.submissions.unwarned(GUILD, 3),
  'the own songs': (tx) => tx.submissions.own(GUILD, '1', 0, 10),
  'a song by id': (tx) => tx.submissions.byPublicId(GUILD, 'S1'),
  'waiting ids': (tx) => tx.submissions.suggest(GUILD, 'waiting', 'S', null, 25),
  'a piece of a title': (tx) => tx.submissions.suggest(GUILD, 'waiting', 'zz', null, 25),
  'questions that run out': (tx) => tx.submissions.expiredQuestions(T0, 10),
  'the pace': (tx) => tx.plays.pace(GUILD, T0, 10),
  'the newest play': (tx) => tx.plays.newest(GUILD),
  'handles with points': (tx) => tx.handles.withPoints(GUILD, ['1', '2'], [1, 2]),
  'handles by prefix': (tx) => tx.handles.suggest(GUILD, 'unlinked', 'vi', 25),
  'a handle by name': (tx) => tx.handles.byName(GUILD, 'viewer'),
  'the leaderboard': (tx) => tx.handles.leaderboard(GUILD, 10, 10),
  'its length': (tx) => tx.handles.leaderboardTotal(GUILD),
  'coins behind songs': (tx) => tx.lives.coinsBehind([1, 2]),
  'notices to send': (tx) => tx.outbox.due(T0, 10),
  'when the next notice is due': (tx) => tx.outbox.nextDueAt(),
  'interrupted notices': (tx) => tx.outbox.settleInterrupted(T0, 1_000, []),
  'a drafts question': (tx) => tx.submissions.draftsOf(GUILD, '1'),
  'links without a title': (tx) => tx.submissions.untitled(10, 50),
  'a free public id': (tx) => tx.submissions.isTaken(GUILD, 'S1'),
  'how often a member played': (tx) => tx.plays.countOf(GUILD, '1'),
  'songs played since': (tx) => tx.plays.since(GUILD, T0),
  'points that Undo forgets': (tx) => tx.plays.forgetPoints(GUILD, [1, 2]),
  'streaks of a room': (tx) => tx.lives.streaksOfRoom(GUILD, '7', 1, T0),
  'when songs were played': (tx) => tx.plays.startedAt([1, 2]),
  'who played a song': (tx) => tx.plays.ofSubmission(1),
  'the last move of a song': (tx) => tx.moves.newestOf(1),
  'songs that use a file': (tx) => tx.media.songsWith('a'),
  'a rank': (tx) => tx.handles.rank(HANDLE),
  'points by origin': (tx) => tx.points.of([1, 2]),
  'points taken': (tx) => tx.points.take(GUILD, [1, 2], 'song-played', 'x', T0),
  'points earned': (tx) => tx.points.earn(GUILD, 1, [], T0),
  'a page of the ledger': (tx) => tx.lives.gifts(GUILD, 0, 10),
  'the length of the ledger': (tx) => tx.lives.giftTotal(GUILD),
  'who a gift moves': (tx) => tx.lives.giftTargets([1, 2]),
  'what a song holds and its owner has free': (tx) => tx.lives.purse(1, 1),
  'songs that hold coins of a gift': (tx) => tx.lives.holders(1),
  'coins held that were taken back': (tx) => tx.lives.overdrawn(1),
  'coins held': (tx) => tx.lives.hold(1, [{ sessionId: 1, handleId: 1, coins: 1 }]),
  'coins used up': (tx) => tx.lives.useUp(1),
  'coins given back': (tx) => tx.lives.giveBack([{ sessionId: 1, handleId: 1, coins: 1 }]),
  'the open session': (tx) => tx.lives.openSessionId(GUILD),
  'viewers met': (tx) => tx.lives.meet(GUILD, [liveUser('71', 'a')], T0),
  'viewers seen': (tx) => tx.handles.seen(GUILD, [liveUser('72', 'b')], T0),
  'old shows': (tx) => tx.lives.sessions(GUILD, 25),
  'a setting': (tx) => tx.settings.all(GUILD),
  'a song of its own line put last': (tx) => waitingSong(tx, '9', 'skip', T0),
  'a song played': async (tx) => tx.submissions.finish((await waitingSong(tx, '8', 'free', T0)).id, 'archive'),
};

const HANDLE: Handle = {
  id: 1,
  guildId: GUILD,
  tiktokUserId: null,
  name: 'a',
  nickname: 'a',
  points: 5,
  linkedUserId: null,
  proven: false,
  lastSeenAt: null,
};

/** A connection that tells what it was asked. */
class Listening extends Connection {
  readonly asked: (readonly [sql: string, parameters: readonly unknown[]])[] = [];

  override query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    this.asked.push([sql, parameters]);
    return super.query(sql, parameters);
  }
}

let listening: Listening;
/** Has the same schema, and nobody's transaction. */
let planner: Connection;
let lane: Lane;
let tx: StoreTx;

beforeAll(async () => {
  listening = new Listening(await open({ filename: ':memory:', driver: sqlite3.Database }));
  await ensureSchema(listening, ':memory:', SCHEMA_FILES);
  planner = await connect(':memory:', false);
  await ensureSchema(planner, ':memory:', SCHEMA_FILES);
  lane = new Lane(listening);
  tx = repositories(lane.database);
});
afterAll(async () => {
  await lane.close();
  await planner.close();
});

/** How SQLite would find the rows, one line per table. Without statistics it decides by the indexes alone. */
async function plansOf(work: (tx: StoreTx) => Promise<unknown>): Promise<readonly string[]> {
  listening.asked.length = 0;
  await lane.run('BEGIN', () => work(tx));
  const lines: string[] = [];
  const asked = listening.asked.filter(([sql]) => !/^(BEGIN|COMMIT)/.test(sql));
  for (const [sql, parameters] of asked) {
    const { rows } = await planner.query(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    lines.push(...(rows as { readonly detail: string }[]).map(({ detail }) => detail));
  }
  return lines;
}

/** Lists in the question itself, and the few rows that a part of it has found already. */
const SMALL =
  /^SCAN (outbox USING INDEX outbox_waiting|json_each|taken|lately|seen|sums|page|board|asked|\(subquery|CONSTANT ROW)/;

test.each(Object.entries(HOT))('%s: found by indexes, however much is stored', async (_name, work) => {
  const lines = await plansOf(work);
  expect(lines.filter((line) => line.startsWith('SCAN') && !SMALL.test(line))).toEqual([]);
  // All that a guild ever had, however few of it are wanted. `submission_by_guild` serves the newest one alone.
  expect(
    lines.filter((line) =>
      /^SEARCH (submission|handle|s|h) .*(?<!submission_by_guild |session_open )\(guild_id=\?\)$/.test(line),
    ),
  ).toEqual([]);
});

test('who deletes their data makes nobody wait while the longest ledger is looked through', async () => {
  expect(
    (await plansOf((tx) => tx.privacy.erase(GUILD, '1'))).filter((line) => /^SCAN point_change/.test(line)),
  ).toEqual([]);
});
