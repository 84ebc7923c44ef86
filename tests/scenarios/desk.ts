import { join } from 'node:path';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import type { OptionEntries } from '../../sandbox/discord/people/command-form.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { PATIENCE, publicId, type Show, type ShowOptions, someLink, startShow, submit } from './show.ts';

/** A show without TikTok and voice, whose Discord limits nothing: what is looked at here is not how fast it goes. */
export async function startDesk(options: ShowOptions = {}): Promise<Show> {
  const show = await startShow({ ...options, sandbox: { tiktok: false, voice: false, ...options.sandbox } });
  show.sandbox.discord.limits.enabled = false;
  return show;
}

/** A command, and what the person reads in the end. */
export async function ask(who: Human, path: string, options: OptionEntries = {}): Promise<Seen> {
  return (await who.slash(path, options)).final(PATIENCE);
}

/** A setting of the guild, by the command an admin uses. */
export async function set(show: Show, key: string, value: string): Promise<void> {
  const seen = await ask(show.nova, 'settings set', { key, value });
  if (!seen.text.includes('✅')) throw new Error(`${key}: ${seen.text}`);
}

/** The public queue as somebody reads it with `/queue`. */
export async function queueText(show: Show): Promise<string> {
  return (await ask(show.nova, 'queue')).text;
}

/** `/submit` with a link, and the answer to its question. @returns the public id */
export async function submitAs(
  who: Human,
  title: string,
  answer: 'free' | 'pending',
  link = someLink(),
): Promise<string> {
  const seen = await submit(who, { link, artist: who.name, title });
  const label = answer === 'free' ? 'No' : "Yes, it's a skip";
  await (await who.click(seen, { label })).final(PATIENCE);
  return publicId(seen.text);
}

/** An entry of the menu of `/mysubmissions`, such as `Withdraw`. @returns what is shown then */
export async function actOnOwn(who: Human, verb: 'Withdraw' | 'Submit again' | 'Delete from history', id: string) {
  const seen = await ask(who, 'mysubmissions');
  return (await who.select(seen, { index: 0 }, `${verb} #${id}`)).final(PATIENCE);
}

/** Rows of the bot's own database: what stays when every message is gone. */
export async function rows(
  show: Show,
  query: string,
  ...values: readonly unknown[]
): Promise<Record<string, unknown>[]> {
  const db = await open({ filename: join(show.dataDir, 'skipline.db'), driver: sqlite3.Database });
  try {
    return await db.all(query, ...values);
  } finally {
    await db.close();
  }
}

/** Writes into the database of a bot that is stopped: what would take too long by hand. */
export async function write(show: Show, statement: string): Promise<void> {
  const db = await open({ filename: join(show.dataDir, 'skipline.db'), driver: sqlite3.Database });
  try {
    await db.exec(statement);
  } finally {
    await db.close();
  }
}

/** Looks again and again, without a pause, until it is so: for what nobody is told when it happens. */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE.timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${PATIENCE.timeoutMs} ms`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Lets something happen in the LIVE. Resolves when the bot has counted it. @param events how many it is */
export async function counted(show: Show, happen: () => void, events = 1): Promise<void> {
  const sum = async () => Number((await rows(show, 'SELECT sum(events) AS n FROM session_count'))[0]?.n ?? 0);
  const before = await sum();
  happen();
  await until(async () => (await sum()) >= before + events, 'the LIVE was counted');
}

/** What members of staff did so far, oldest first. */
export async function auditLog(show: Show): Promise<string[]> {
  const found = await rows(show, 'SELECT action, target FROM audit WHERE guild_id = ? ORDER BY id', show.guildId);
  return found.map(({ action, target }) => `${String(action)} ${String(target)}`);
}

interface Alarm {
  readonly at: number;
  readonly ms: number;
  readonly ring: () => void;
  cancelTimer: () => void;
}

/** The machine's time, which a test can push forward: what falls due rings at once, everything else that much sooner. */
export class PushedClock implements Clock {
  #pushedMs = 0;
  readonly #alarms = new Set<Alarm>();
  readonly #watchers = new Set<() => void>();

  now(): number {
    return systemClock.now() + this.#pushedMs;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#pushedMs;
  }

  random(): number {
    return systemClock.random();
  }

  after(ms: number, task: () => void): () => void {
    const ring = () => {
      cancel();
      task();
    };
    const alarm: Alarm = { at: this.monotonic() + ms, ms, ring, cancelTimer: systemClock.after(ms, ring) };
    const cancel = () => {
      alarm.cancelTimer();
      this.#alarms.delete(alarm);
    };
    this.#alarms.add(alarm);
    for (const look of [...this.#watchers]) look();
    return cancel;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  /** Resolves as soon as so many things are to happen `ms` after they were asked for. */
  armed(ms: number, things = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if ([...this.#alarms].filter((alarm) => alarm.ms === ms).length < things) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  push(ms: number): void {
    this.#pushedMs += ms;
    const due = [...this.#alarms].filter(({ at }) => at <= this.monotonic());
    for (const alarm of this.#alarms) {
      if (due.includes(alarm)) continue;
      alarm.cancelTimer();
      alarm.cancelTimer = systemClock.after(alarm.at - this.monotonic(), alarm.ring);
    }
    for (const { ring } of due.sort((a, b) => a.at - b.at)) ring();
  }
}
