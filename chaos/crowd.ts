import { setTimeout as sleep } from 'node:timers/promises';
import type { Human } from '../sandbox/discord/people/human.ts';
import type { Seen } from '../sandbox/discord/people/seen.ts';
import { findGift, type GiftName } from '../sandbox/tiktok/gifts.ts';
import type { Book } from './book.ts';
import type { Random } from './random.ts';
import { type CrashStage, PATIENCE, viewerOf } from './stage.ts';

/** From the start of a bot to the kill. */
export class Round {
  /** The bot is being killed: what is not answered from here on is nobody's fault. */
  over = false;
  /** Between two actions of one person, at most so many ms more. */
  readonly paceMs: number;
  /** Of the songs that are handed in, these are links, which make no sound. Share; default: half of what one file gets */
  readonly links: number | undefined;
  readonly #dead = Promise.withResolvers<null>();

  constructor({ paceMs = 0, links }: { readonly paceMs?: number; readonly links?: number } = {}) {
    this.paceMs = paceMs;
    this.links = links;
  }

  /** Resolves when nobody is left to answer. */
  get dead(): Promise<null> {
    return this.#dead.promise;
  }

  killed(): void {
    this.over = true;
    this.#dead.resolve(null);
  }
}

const GIFTS: readonly [GiftName, ...GiftName[]] = ['Rose', 'Corgi', 'Galaxy'];

/** Everybody does what comes to their mind until the round is over. Resolves when the last one stopped. */
export async function act(stage: CrashStage, book: Book, random: Random, round: Round): Promise<void> {
  const lanes = [listen, listen, review, watch].map((lane) => lane(stage, book, random.fork(), round));
  await Promise.all(lanes);
}

/** An action; when the bot lives and does not answer, it is a dead one. */
export async function attempt(what: string, book: Book, round: Round, run: () => Promise<Seen>): Promise<Seen | null> {
  book.clicks += 1;
  const from = performance.now();
  try {
    const running = run();
    // Who is not answered any more goes away; what comes of it is of no interest then.
    running.catch(() => undefined);
    const seen = await Promise.race([running, round.dead]);
    if (seen === null) return null;
    if (seen.answered !== 'failed') {
      book.answeredMs.push(seen.firstAnswerMs);
      book.answered.push({ from, to: performance.now() });
      return seen;
    }
    if (!round.over) book.dead.push(`${what}: ${seen.text}`);
  } catch (error) {
    if (!round.over) book.dead.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return null;
}

/** Hands in songs by file and by link, and answers the question about the skip. */
async function listen(stage: CrashStage, book: Book, random: Random, round: Round): Promise<void> {
  while (!round.over) {
    const who = random.pick(stage.listeners as readonly [Human, ...Human[]]);
    const title = `Track ${String(book.submissions.size + 1).padStart(4, '0')}`;
    book.submissions.set(title, null);
    const source =
      random.next() < 1 - (round.links ?? 0.5 / stage.songs.length)
        ? { File: { name: `${title}.mp3`, bytes: random.pick(stage.songs).bytes, contentType: 'audio/mpeg' } }
        : { Link: `https://open.spotify.com/track/${title.slice(-4).padStart(22, 'A')}` };
    const modal = await attempt('/submit', book, round, () => who.slash('submit'));
    await sleep(random.between(0, round.paceMs));
    if (modal === null) continue;
    const seen = await attempt('the form of /submit', book, round, async () =>
      (await who.fillModal(modal, { ...source, Artist: who.name, Title: title })).final(PATIENCE),
    );
    const id = /#([2-9A-Z]{4,6})\b/.exec(seen?.text ?? '')?.[1];
    // A refusal (the same file waits already) shows an id too, of the other song.
    if (seen === null || id === undefined || !seen.text.includes(title)) continue;
    book.submissions.set(title, id);
    const isSkip = random.next() >= 0.7;
    const label = isSkip ? "Yes, it's a skip" : 'No';
    // Coins that waited for a song have moved it already: then nothing is asked.
    if (!seen.text.includes(label)) continue;
    const answer = await attempt('the question', book, round, async () =>
      (await who.click(seen, { label })).final(PATIENCE),
    );
    if (answer?.text.includes(title) === true && !answer.text.includes(label)) book.claims.set(title, isSkip);
    await sleep(random.between(0, 80 + round.paceMs));
  }
}

/** The reviewer: next by command and by button, undo, moves. */
async function review(stage: CrashStage, book: Book, random: Random, round: Round): Promise<void> {
  while (!round.over) {
    await sleep(random.between(50, 400 + round.paceMs));
    const chance = random.next();
    if (chance < 0.12) await next(stage, book, round);
    else if (chance < 0.24) await press('Next', stage, book, round);
    else if (chance < 0.9) await move(stage, book, random, round);
    else await press('Undo', stage, book, round);
  }
}

async function next({ scene: { nova } }: CrashStage, book: Book, round: Round): Promise<void> {
  book.nextsTried += 1;
  const seen = await attempt('/next', book, round, async () => (await nova.slash('next')).final(PATIENCE));
  const title = /🎙️[^\n]*(Track \d{4}|Opening \d)/.exec(seen?.text ?? '')?.[1];
  if (title !== undefined) book.nexts.push(title);
}

const onAirIn = (text: string) => /On air: [^\n]*?(Track \d{4}|Opening \d)/.exec(text)?.[1] ?? null;

/** The panel answers by what it shows then; a refusal leaves it as it was. */
async function press(wish: 'Next' | 'Undo', { scene }: CrashStage, book: Book, round: Round): Promise<void> {
  const { nova, channels } = scene;
  const panel = nova.sees(channels.review).findLast(({ text }) => text.includes('Reviewer queue'));
  if (panel === undefined) return;
  const before = onAirIn(panel.text);
  const label = before === null ? 'Next' : wish;
  book[label === 'Next' ? 'nextsTried' : 'undosTried'] += 1;
  const seen = await attempt(`the button ${label}`, book, round, async () =>
    (await nova.click(panel, { label })).final(PATIENCE),
  );
  if (seen === null || !seen.text.includes('Reviewer queue')) return;
  const after = onAirIn(seen.text);
  if (after === before) return;
  if (label === 'Undo') book.undone += 1;
  else if (after !== null) book.nexts.push(after);
}

async function move({ scene: { nova } }: CrashStage, book: Book, random: Random, round: Round): Promise<void> {
  const [first, ...more] = [...book.submissions.values()].filter((id) => id !== null).slice(-10);
  if (first === undefined) return;
  const id = random.pick([first, ...more]);
  const line = random.pick(['free', 'skip', 'double-skip', 'back-to-back']);
  book.movesTried += 1;
  const seen = await attempt('/move', book, round, async () =>
    (await nova.slash('move', { song: `#${id}`, line })).final(PATIENCE),
  );
  const text = seen?.text ?? '';
  if (new RegExp(`^\\W{0,3}#${id}\\b`).test(text) && !/Nothing was changed|already stands/.test(text))
    book.moves.push({ id, line, told: text.slice(0, 120) });
}

/** The LIVE: likes, gifts, and streaks that a crash may cut in the middle. */
async function watch(stage: CrashStage, book: Book, random: Random, round: Round): Promise<void> {
  const { live } = stage;
  while (!round.over) {
    const viewer = viewerOf(stage, random.between(0, stage.listeners.length - 1));
    live.like(viewer, random.between(1, 15));
    if (random.next() < 0.5) {
      const gift = findGift(random.pick(GIFTS));
      const first = book.taps.length;
      const noted = (count: number) =>
        book.taps.push({
          viewer: viewer.userId,
          streak: gift.streakable ? `${first}` : `${first}:${count}`,
          count: gift.streakable ? count : 1,
          coinsEach: gift.coins,
          at: performance.now(),
          delivered: live.connections.some(({ entered, stalled }) => entered && !stalled),
        });
      noted(1);
      const streak = live.gift(viewer, gift, { end: false });
      const taps = random.between(0, 4);
      for (let tap = 1; tap <= taps; tap += 1) {
        await sleep(random.between(5, 60));
        noted(tap + 1);
        streak.tap();
      }
      streak.end();
    }
    await sleep(random.between(5, 120 + round.paceMs));
  }
}
