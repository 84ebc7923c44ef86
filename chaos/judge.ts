import type { Book } from './book.ts';
import { type Row, withSnapshot } from './snapshot.ts';
import { type CrashStage, viewerOf } from './stage.ts';

/** Each line is one broken promise, in words. */
export interface Verdict {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** The one LIVE session did not go on. */
  readonly broken: readonly string[];
}

/** The stage itself pressed Next once. */
const OPENING = 1;

interface Findings {
  readonly lost: string[];
  readonly duplicated: string[];
  readonly broken: string[];
}

/** Compares the stopped bot's database with what people were told and what the LIVE really sent. */
export function judge(stage: CrashStage, book: Book): Promise<Verdict> {
  return withSnapshot(stage.dataDir, async (rows) => {
    const found: Findings = { lost: [], duplicated: [], broken: [] };
    judgeSubmissions(await rows('SELECT title, public_id, line FROM submission'), book, found);
    judgePlays(
      await rows(`SELECT s.title, p.ended_at, p.undone_at FROM play p JOIN submission s ON s.id = p.submission_id`),
      book,
      found,
    );
    judgeMoves(
      await rows('SELECT s.public_id, m.* FROM move m JOIN submission s ON s.id = m.submission_id'),
      book,
      found,
    );
    judgeGifts(
      await rows(`SELECT h.tiktok_user_id AS viewer, sum(g.count * g.coins_each) AS coins
        FROM gift g JOIN handle h ON h.id = g.handle_id WHERE g.state <> 'reversed' GROUP BY 1`),
      stage,
      found,
    );
    judgeNotices(await rows('SELECT target, state FROM outbox'), stage, found);
    const sessions = await rows('SELECT id, ended_at FROM session');
    if (sessions.length !== 1) found.broken.push(`${sessions.length} LIVE sessions instead of one`);
    const [integrity] = await rows('PRAGMA integrity_check');
    if (integrity?.integrity_check !== 'ok') found.broken.push(`integrity: ${integrity?.integrity_check}`);
    return found;
  });
}

function times(values: readonly unknown[]): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function judgeSubmissions(rows: readonly Row[], book: Book, { lost, duplicated }: Findings): void {
  const stored = Map.groupBy(rows, ({ title }) => title);
  for (const [title, id] of book.submissions) {
    const found = stored.get(title) ?? [];
    if (found.length > 1) duplicated.push(`submission ${title}: ${found.length} rows`);
    if (id !== null && !found.some(({ public_id }) => public_id === id)) lost.push(`submission ${title} #${id}`);
  }
}

function judgePlays(rows: readonly Row[], book: Book, { lost, duplicated }: Findings): void {
  const stored = times(rows.map(({ title }) => title));
  for (const [title, told] of times(book.nexts))
    if ((stored.get(title) ?? 0) < told) lost.push(`next of ${title}: told ${told}, stored ${stored.get(title) ?? 0}`);
  const presses = book.nextsTried + OPENING;
  if (rows.length > presses) duplicated.push(`${rows.length} plays of ${presses} presses of Next`);
  const onAir = rows.filter(({ ended_at, undone_at }) => ended_at === null && undone_at === null);
  if (onAir.length > 1) duplicated.push(`${onAir.length} songs on air`);
  for (const [title, plays] of times(rows.filter(({ undone_at }) => undone_at === null).map((row) => row.title)))
    if (plays > 1) duplicated.push(`${title} was played ${plays} times`);
}

/** A move to the line where the song stands already is confirmed too, and leaves no row. */
function judgeMoves(rows: readonly Row[], book: Book, { lost, duplicated }: Findings): void {
  for (const { id, line } of book.moves) {
    const stoodThere = rows.some((row) => row.public_id === id && (row.to_line === line || row.from_line === line));
    if (!stoodThere) lost.push(`move of #${id} to ${line}`);
  }
  const byStaff = rows.filter(({ cause }) => cause === 'staff').length;
  if (byStaff > book.movesTried) duplicated.push(`${byStaff} moves of ${book.movesTried} tried`);
}

/** TikTok tells a returning listener what it missed, so every gift is in the ledger exactly once. */
function judgeGifts(rows: readonly Row[], stage: CrashStage, { lost, duplicated }: Findings): void {
  const ledger = new Map(rows.map(({ viewer, coins }) => [viewer, Number(coins)]));
  for (const n of stage.listeners.keys()) {
    const viewer = viewerOf(stage, n);
    const truth = stage.live.truthOf(viewer).coins;
    const stored = ledger.get(viewer.userId) ?? 0;
    if (stored < truth) lost.push(`gifts of @${viewer.handle}: ${truth - stored} of ${truth} coins`);
    if (stored > truth) duplicated.push(`gifts of @${viewer.handle}: ${stored - truth} coins too many`);
  }
}

function judgeNotices(rows: readonly Row[], stage: CrashStage, { duplicated }: Findings): void {
  for (const listener of stage.listeners) {
    const stored = rows.filter(({ target }) => String(target).includes(listener.id)).length;
    const seen = listener.dms().length;
    if (seen > stored) duplicated.push(`${seen} private messages to ${listener.name} of ${stored} notices`);
  }
}
