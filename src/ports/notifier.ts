import type { Notice, NoticeTarget } from '../domain/notice.ts';

/**
 * `sent`: told. `refused`: this person or place takes no notices (DMs closed, no such channel): never again.
 * `retry`: Discord is in trouble; it was not told, try later.
 */
export type Delivery = 'sent' | 'refused' | 'retry';

/** Tells people things outside of an answer. Answers every call; it throws only for bugs. */
export interface Notifier {
  /**
   * @param once at most 25 characters, the same for every try of one notice: when the answer of a try was lost on the
   * way, the next one is no second message (for the few minutes that Discord remembers)
   * @param triedSince ms since the epoch when an earlier try may have reached its place since then. The numbers of a show
   * are looked for there first; nothing else can be
   */
  deliver(
    guildId: string,
    target: NoticeTarget,
    notice: Notice,
    once: string,
    triedSince: number | null,
  ): Promise<Delivery>;
}
