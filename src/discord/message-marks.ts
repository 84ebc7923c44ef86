import type { Logger } from '../ports/logger.ts';

/** How far each channel was looked through, across restarts. */
export interface MarkMemory {
  /** Ids of messages, by channel. */
  all(): Promise<ReadonlyMap<string, string>>;
  set(channelId: string, messageId: string): Promise<void>;
}

/** Told at the end of its work: false leaves the message for a later look. */
export type Finish = (isDone: boolean) => void;

/** Messages that could not be dealt with and are looked at again; more are given up, oldest first. */
const LEFT_MOST = 100;
/** Newer than a mark that stands still. More are not told apart any more: then it moves on. */
const DONE_MOST = 5_000;

interface Channel {
  /** Everything up to here is done with. Stands still from a silence until somebody looked what came during it. */
  mark: bigint;
  isStill: boolean;
  /** Being worked on. */
  readonly open: Set<bigint>;
  /** To be looked at again. */
  readonly left: Set<bigint>;
  /** Done with, and newer than the mark. */
  readonly done: Set<bigint>;
}

/** Which messages of a channel were dealt with, so that those of the time when nobody listened can be told from them. */
export class MessageMarks {
  readonly #memory: MarkMemory;
  readonly #log: Logger;
  readonly #channels = new Map<string, Channel>();
  #writing: Promise<void> = Promise.resolve();

  constructor(memory: MarkMemory, log: Logger) {
    this.#memory = memory;
    this.#log = log;
  }

  /** Once, before the first message can arrive. */
  async load(): Promise<void> {
    for (const [channelId, id] of await this.#memory.all()) {
      const channel = this.#of(channelId);
      channel.mark = BigInt(id);
      channel.isStill = true;
    }
  }

  /** Messages may have been missed in these channels. */
  stop(isMeant: (channelId: string) => boolean): void {
    for (const [channelId, channel] of this.#channels) if (isMeant(channelId)) channel.isStill = true;
  }

  /** The newest message up to which everything is done with; null when the channel was never looked at. */
  of(channelId: string): string | null {
    const mark = this.#channels.get(channelId)?.mark ?? 0n;
    return mark === 0n ? null : String(mark);
  }

  /** What was missed was looked at. */
  goOn(channelId: string): void {
    const channel = this.#of(channelId);
    channel.isStill = false;
    this.#advance(channelId, channel);
  }

  /** @param messageId what stands in the channel up to here is nobody's business */
  begin(channelId: string, messageId: string): void {
    const channel = this.#of(channelId);
    channel.left.clear();
    channel.done.add(BigInt(messageId));
    this.goOn(channelId);
  }

  /**
   * @param isLate it was fetched, and may have been dealt with long ago
   * @returns null when somebody works on it or has
   */
  take(channelId: string, messageId: string, isLate: boolean): Finish | null {
    const channel = this.#of(channelId);
    const id = BigInt(messageId);
    if (channel.open.has(id) || channel.done.has(id) || (isLate && id <= channel.mark)) return null;
    channel.open.add(id);
    channel.left.delete(id);
    return (isDone) => {
      channel.open.delete(id);
      (isDone ? channel.done : channel.left).add(id);
      for (const oldest of channel.left) {
        if (channel.left.size <= LEFT_MOST) break;
        channel.left.delete(oldest);
      }
      if (channel.done.size > DONE_MOST) {
        channel.isStill = false;
        channel.left.clear();
      }
      if (!channel.isStill) this.#advance(channelId, channel);
    };
  }

  /** Resolves when everything so far is written. */
  idle(): Promise<void> {
    return this.#writing;
  }

  #of(channelId: string): Channel {
    const fresh = () => ({
      mark: 0n,
      isStill: false,
      open: new Set<bigint>(),
      left: new Set<bigint>(),
      done: new Set<bigint>(),
    });
    const known = this.#channels.get(channelId) ?? fresh();
    this.#channels.set(channelId, known);
    return known;
  }

  #advance(channelId: string, channel: Channel): void {
    const waiting = least([...channel.open, ...channel.left]);
    let { mark } = channel;
    for (const id of channel.done) {
      if (waiting !== null && id >= waiting) continue;
      channel.done.delete(id);
      if (id > mark) mark = id;
    }
    if (mark === channel.mark) return;
    channel.mark = mark;
    this.#write(channelId, mark);
  }

  /** What can't be written is looked at once more after a restart, and found to be there already. */
  #write(channelId: string, mark: bigint): void {
    this.#writing = this.#writing
      .then(() => this.#memory.set(channelId, String(mark)))
      .catch((error: unknown) => this.#log.warn({ err: error, channelId }, 'how far a channel was read was not kept'));
  }
}

function least(ids: readonly bigint[]): bigint | null {
  return ids.reduce<bigint | null>((best, id) => (best === null || id < best ? id : best), null);
}
