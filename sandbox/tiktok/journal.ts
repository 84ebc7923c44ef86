import type { FaultRoute } from './faults.ts';
import type { Changes } from './world.ts';

export type Route = FaultRoute | 'unknown';

/** One request that reached the sandbox. */
export interface JournalEntry {
  /** Position in the journal, from 0. */
  readonly index: number;
  readonly origin: 'web' | 'webcast' | 'sign';
  readonly route: Route;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  /** Host (creator) the request is about, when it names one or its room. */
  readonly handle: string | undefined;
  readonly roomId: string | undefined;
  /** Machine time, epoch ms. */
  readonly atMs: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const KEPT = 50_000;

/** Who asked for what and when: for assertions such as 'it does not hammer the sign server'. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  add(entry: Omit<JournalEntry, 'index'>): void {
    if (this.entries.length >= KEPT) throw new Error(`TikTok sandbox: more than ${KEPT} requests`);
    this.entries.push({ ...entry, index: this.entries.length });
    this.#changes.notify();
  }

  count(route: Route, handle?: string): number {
    return this.entries.filter((entry) => entry.route === route && (handle === undefined || entry.handle === handle))
      .length;
  }

  find(matches: (entry: JournalEntry) => boolean, timeoutMs?: number): Promise<JournalEntry> {
    return this.#changes.until('the awaited request', () => this.entries.find(matches), timeoutMs);
  }
}
