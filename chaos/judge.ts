import type { Book } from './book.ts';
import { type Row, withDatabase } from './snapshot.ts';
import { type CrashStage, viewerOf } from './stage.ts';

/** Each line is one broken promise, in words. */
export interface Verdict {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** What holds together no more: the session, the chain of moves, the file itself. */
  readonly broken: readonly string[];
  /** Coins given while the bot was away or in the last moment before a kill, and never told again by TikTok. */
  readonly coinsUnheard: number;
}

/** The stage itself pressed Next once. */
const OPENING = 1;
/** Who clicks this long after a gift was sent and is answered, is answered by a bot that has written it. ms */
const WRITTEN_MS = 300;

interface Findings {
  readonly lost: string[];
  readonly duplicated: string[];
  readonly broken: string[];
}

/** Compares the database of the bot that ended with what people were told and what the LIVE really sent. */
export function judge(stage: CrashStage, book: Book): Promise<Verdict> {
  return withDatabase(stage.dataDir, async (rows) => {
    const found: Findings = { lost: [], duplicated: [], broken: [] };
    const songs = await rows('SELECT id, title, public_id, line, asked_until FROM submission');
    judgeSubmissions(songs, book, found);
    judgePlays(
      await rows('SELECT s.title, p.ended_at, p.undone_at FROM play p JOIN submission s ON s.id = p.submission_id'),
      book,
      found,
    );
    const moves = await rows(
      'SELECT s.public_id, s.title, s.line, m.* FROM move m JOIN submission s ON s.id = m.submission_id ORDER BY m.id',
    );
    judgeMoves(moves, book, found);
    judgeClaims(songs, moves, book, found);
    const coinsUnheard = judgeGifts(
      await rows(`SELECT h.tiktok_user_id AS viewer, sum(g.count * g.coins_each) AS coins, sum(g.state = 'open') AS open
        FROM gift g JOIN handle h ON h.id = g.handle_id WHERE g.state <> 'reversed' GROUP BY 1`),
      stage,
      book,
      found,
    );
    await judgeNotices(rows, stage, found);
    await judgeSession(rows, found);
    const [integrity] = await rows('PRAGMA integrity_check');
    if (integrity?.integrity_check !== 'ok') found.broken.push(`integrity: ${integrity?.integrity_check}`);
    return { ...found, coinsUnheard };
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

function judgePlays(rows: readonly Row[], book: Book, { lost, duplicated, broken }: Findings): void {
  const stored = times(rows.map(({ title }) => title));
  for (const [title, told] of times(book.nexts))
    if ((stored.get(title) ?? 0) < told) lost.push(`next of ${title}: told ${told}, stored ${stored.get(title) ?? 0}`);
  const presses = book.nextsTried + OPENING;
  if (rows.length > presses) duplicated.push(`${rows.length} plays of ${presses} presses of Next`);
  const undone = rows.filter(({ undone_at }) => undone_at !== null).length;
  if (undone < book.undone) lost.push(`undo: told ${book.undone}, stored ${undone}`);
  if (undone > book.undosTried) duplicated.push(`${undone} undone plays of ${book.undosTried} presses of Undo`);
  const onAir = rows.filter(({ ended_at, undone_at }) => ended_at === null && undone_at === null);
  if (onAir.length > 1) broken.push(`${onAir.length} songs on air`);
  for (const [title, plays] of times(rows.filter(({ undone_at }) => undone_at === null).map((row) => row.title)))
    if (plays > 1) duplicated.push(`${title} was played ${plays} times`);
}

/** A move to the line where the song stands already is confirmed too, and leaves no row. */
function judgeMoves(rows: readonly Row[], book: Book, { lost, duplicated, broken }: Findings): void {
  for (const { id, line, told } of book.moves) {
    const stoodThere = rows.some((row) => row.public_id === id && (row.to_line === line || row.from_line === line));
    if (!stoodThere) lost.push(`move of #${id} to ${line}, told as ${told}`);
  }
  const byStaff = rows.filter(({ cause }) => cause === 'staff').length;
  if (byStaff > book.movesTried) duplicated.push(`${byStaff} moves of ${book.movesTried} tried`);
  for (const [id, steps] of Map.groupBy(rows, ({ public_id }) => public_id)) {
    const torn = steps.find((step, index) => {
      const next = steps[index + 1];
      return step.to_line !== (next === undefined ? step.line : next.from_line);
    });
    if (torn !== undefined) broken.push(`#${id} left ${torn.to_line} without a word`);
  }
}

function judgeClaims(songs: readonly Row[], moves: readonly Row[], book: Book, { lost }: Findings): void {
  for (const [title, isSkip] of book.claims) {
    const song = songs.find((row) => row.title === title);
    const wasPending = moves.some((move) => move.title === title && [move.to_line, move.from_line].includes('pending'));
    if (isSkip && !wasPending && song?.line !== 'pending') lost.push(`the claim of ${title}`);
    if (song !== undefined && song.asked_until !== null) lost.push(`the answer to the question about ${title}`);
  }
}

/** Never more than was given, and everything that the bot could know. @returns coins it could not know */
function judgeGifts(rows: readonly Row[], stage: CrashStage, book: Book, found: Findings): number {
  const ledger = new Map(rows.map(({ viewer, coins }) => [viewer, Number(coins)]));
  let unheard = 0;
  for (const n of stage.listeners.keys()) {
    const viewer = viewerOf(stage, n);
    const truth = stage.live.truthOf(viewer).coins;
    const stored = ledger.get(viewer.userId) ?? 0;
    const safe = book.coinsSafe(viewer.userId, WRITTEN_MS);
    if (stored < safe) found.lost.push(`gifts of @${viewer.handle}: ${safe - stored} of ${truth} coins`);
    if (stored > truth) found.duplicated.push(`gifts of @${viewer.handle}: ${stored - truth} coins too many`);
    unheard += Math.max(0, truth - stored);
  }
  for (const { viewer, open } of rows) if (Number(open) > 0) found.broken.push(`an open streak of ${viewer}`);
  return unheard;
}

/** Every private message that was owed was told, and once. */
async function judgeNotices(
  rows: (query: string) => Promise<readonly Row[]>,
  stage: CrashStage,
  { lost, duplicated }: Findings,
): Promise<void> {
  const notices = await rows("SELECT target, state, outcome FROM outbox WHERE target LIKE '%userId%'");
  for (const listener of stage.listeners) {
    const owed = notices.filter(({ target }) => String(target).includes(listener.id)).length;
    const seen = listener.dms().length;
    if (seen > owed) duplicated.push(`${seen} private messages to ${listener.name} of ${owed} notices`);
    if (seen < owed) lost.push(`${owed - seen} of ${owed} private messages to ${listener.name}`);
  }
  const untold =
    await rows(`SELECT m.id, m.cause, m.to_line FROM move m WHERE m.cause IN ('staff', 'gift') AND NOT EXISTS
    (SELECT 1 FROM outbox o WHERE o.dedupe_key IN ('move:' || m.id, 'gift-moved:' || m.id))`);
  for (const { id, cause, to_line } of untold) lost.push(`the notice of move ${id} by ${cause} to ${to_line}`);
  const unannounced = await rows(
    "SELECT p.id FROM play p WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.dedupe_key = 'on-air:' || p.id)",
  );
  for (const { id } of unannounced) lost.push(`the notice of play ${id}`);
}

/** One show, over all crashes, ended by its host. */
async function judgeSession(
  rows: (query: string) => Promise<readonly Row[]>,
  { broken, duplicated }: Findings,
): Promise<void> {
  const sessions = await rows('SELECT id, ended_at, end_cause FROM session');
  if (sessions.length !== 1) broken.push(`${sessions.length} LIVE sessions instead of one`);
  for (const { id, ended_at, end_cause } of sessions)
    if (ended_at === null || end_cause !== 'host')
      broken.push(`session ${id} ended ${ended_at ?? 'never'} by ${end_cause}`);
  const open = await rows('SELECT 1 FROM session_gap WHERE to_at IS NULL');
  if (open.length > 0) broken.push(`${open.length} gaps of the session are still open`);
  const [posted] = await rows("SELECT count(*) AS n FROM outbox WHERE dedupe_key LIKE 'metrics:%'");
  if (Number(posted?.n) > 1) duplicated.push(`the numbers were posted ${posted?.n} times`);
}
