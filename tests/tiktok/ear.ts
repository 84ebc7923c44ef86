import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import type { LiveEvent, UnreadableFrame } from '../../src/domain/live-event.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { LiveConnection, LiveListener } from '../../src/ports/live-source.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { TikTokLiveSource } from '../../src/tiktok/live-source.ts';
import { type SignBudget, SignLimiter } from '../../src/tiktok/sign-limiter.ts';

export const NO_SIGNAL = new AbortController().signal;

/** Keeps log lines instead of printing them. */
export class KeptLog implements Logger {
  readonly lines: { readonly level: string; readonly facts: object; readonly message: string }[];

  constructor(lines: KeptLog['lines'] = []) {
    this.lines = lines;
  }

  debug(facts: object, message: string): void {
    this.lines.push({ level: 'debug', facts, message });
  }

  info(facts: object, message: string): void {
    this.lines.push({ level: 'info', facts, message });
  }

  warn(facts: object, message: string): void {
    this.lines.push({ level: 'warn', facts, message });
  }

  error(facts: object, message: string): void {
    this.lines.push({ level: 'error', facts, message });
  }

  child(): Logger {
    return new KeptLog(this.lines);
  }

  of(level: string): readonly string[] {
    return this.lines.filter((each) => each.level === level).map(({ message }) => message);
  }
}

/** Hears a LIVE and lets a test wait for what it wants to hear. */
export class Ear implements LiveListener {
  readonly events: LiveEvent[] = [];
  readonly unread: UnreadableFrame[] = [];
  readonly verdicts: (string | null)[] = [];
  readonly closes: number[] = [];
  bytes = 0;
  rawMessages = 0;
  readonly #checks = new Set<() => void>();

  event(event: LiveEvent): void {
    this.events.push(event);
    this.#look();
  }

  unreadable(frame: UnreadableFrame): void {
    this.unread.push(frame);
    this.#look();
  }

  drift(verdict: string | null): void {
    this.verdicts.push(verdict);
    this.#look();
  }

  alive(): void {
    this.bytes += 1;
    this.#look();
  }

  raw(): void {
    this.rawMessages += 1;
  }

  closed(code: number): void {
    this.closes.push(code);
    this.#look();
  }

  kinds(): readonly string[] {
    return this.events.map(({ kind }) => kind);
  }

  /** Resolves as soon as `holds` does. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
    });
  }

  untilEvents(count: number): Promise<void> {
    return this.until(() => this.events.length >= count);
  }

  #look(): void {
    for (const check of [...this.#checks]) check();
  }
}

/** No limit that a test would run into by itself. */
export const WIDE_BUDGET: SignBudget = { perMinute: 10_000, perHour: 100_000, reserved: 0 };

export interface SourceSetUp {
  readonly source: TikTokLiveSource;
  readonly log: KeptLog;
  readonly limiter: SignLimiter;
}

/** The real source, pointed at a local TikTok. */
export function sourceFor(
  tiktok: TikTok,
  more: { readonly budget?: SignBudget; readonly signApiKey?: string; readonly deadlineMs?: number } = {},
): SourceSetUp {
  const log = new KeptLog();
  const limiter = new SignLimiter(more.budget ?? WIDE_BUDGET, systemClock);
  const source = new TikTokLiveSource(
    {
      signUrl: tiktok.env.TIKTOK_SIGN_URL,
      webUrl: tiktok.env.TIKTOK_WEB_URL,
      webcastUrl: tiktok.env.TIKTOK_WEBCAST_URL,
      signApiKey: more.signApiKey ?? null,
      pageTimeoutMs: 250,
      signTimeoutMs: 300,
      deadlineMs: more.deadlineMs ?? 5_000,
    },
    limiter,
    systemClock,
    log,
  );
  return { source, log, limiter };
}

/** Enters the room a host is live in, or fails the test. */
export async function enter(source: TikTokLiveSource, name: string, ear: Ear): Promise<LiveConnection> {
  const found = await source.find(name, NO_SIGNAL);
  if (!found.ok) throw new Error(`not found: ${found.error.kind}`);
  const opened = await source.open({ roomId: found.value.roomId, host: name, urgent: false }, ear, NO_SIGNAL);
  if (!opened.ok) throw new Error(`not opened: ${JSON.stringify(opened.error)}`);
  return opened.value;
}
