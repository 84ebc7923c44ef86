import type { Notice, NoticeTarget } from '../domain/notice.ts';

/**
 * `sent`: told. `refused`: this person or place takes no notices (DMs closed, no such channel): never again.
 * `retry`: Discord is in trouble; it was not told, try later.
 */
export type Delivery = 'sent' | 'refused' | 'retry';

/** Tells people things outside of an answer. Answers every call; it throws only for bugs. */
export interface Notifier {
  deliver(guildId: string, target: NoticeTarget, notice: Notice): Promise<Delivery>;
}
