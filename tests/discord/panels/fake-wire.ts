import type { Card } from '../../../src/discord/cards/card.ts';
import type { PanelWire, Shown } from '../../../src/discord/panels/panel-wire.ts';
import type { ManualClock } from '../../services/manual-clock.ts';
import { textOf } from '../cards/worst-case.ts';

export interface Sent {
  readonly verb: 'post' | 'edit' | 'remove' | 'exists';
  readonly channelId: string;
  readonly messageId: string;
  readonly text: string;
  readonly at: number;
  readonly nonce: string | null;
}

interface Posted {
  readonly channelId: string;
  readonly postedAt: number;
  text: string;
}

const HOUR_MS = 3_600_000;

/** Discord as the keeper sees it: channels, messages, what it refuses, and how fast it lets itself be edited. */
export class FakeWire implements PanelWire {
  readonly sent: Sent[] = [];
  readonly messages = new Map<string, Posted>();
  /** Edits beyond Discord's limits: 5 per 5 s and channel, or 3 per 6 s of messages older than an hour. */
  tooFast = 0;
  readonly gone = new Set<string>();
  readonly forbidden = new Map<string, readonly string[]>();
  outage: 'none' | 'before' | 'after' = 'none';
  /** ms that every request takes. */
  latencyMs = 40;
  readonly #clock: ManualClock;
  readonly #nonces = new Map<string, string>();
  #ids = 100;
  #inFlight = new Map<string, number>();
  mostAtOnce = 0;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  post(channelId: string, card: Card, nonce: string): Promise<Shown> {
    return this.#request({ verb: 'post', channelId, messageId: '', text: textOf(card), nonce }, () => {
      const known = this.#nonces.get(nonce);
      if (known !== undefined) return { kind: 'shown', messageId: known };
      this.#ids += 1;
      const messageId = `m${this.#ids}`;
      this.messages.set(messageId, { channelId, text: textOf(card), postedAt: this.#clock.now() });
      this.#nonces.set(nonce, messageId);
      return { kind: 'shown', messageId };
    });
  }

  edit(channelId: string, messageId: string, card: Card): Promise<Shown> {
    this.#countEdit(channelId, messageId);
    return this.#request({ verb: 'edit', channelId, messageId, text: textOf(card), nonce: null }, () => {
      const message = this.messages.get(messageId);
      if (message === undefined) return { kind: 'message-gone' };
      message.text = textOf(card);
      this.onEdited?.(messageId);
      return { kind: 'shown', messageId };
    });
  }

  exists(channelId: string, messageId: string): Promise<Shown> {
    return this.#request({ verb: 'exists', channelId, messageId, text: '', nonce: null }, () =>
      this.messages.has(messageId) ? { kind: 'shown', messageId } : { kind: 'message-gone' },
    );
  }

  async remove(channelId: string, messageId: string): Promise<void> {
    await this.#request({ verb: 'remove', channelId, messageId, text: '', nonce: null }, () => {
      this.messages.delete(messageId);
      this.onRemoved?.(messageId);
      return { kind: 'shown', messageId };
    });
  }

  /** As when the machine's clock is set wrongly, or Discord's time is moved in a test. */
  ahead = 0;
  /** Discord tells its time with every answer to a post or an edit; before the first one nobody knows it. */
  told = true;
  aheadMs(): number | null {
    return this.told ? this.ahead : null;
  }

  /** Something happens to a message after its edit, and before the answer to that is there. */
  onEdited: ((messageId: string) => void) | null = null;

  /** The gateway tells about a deletion before the request's answer is there. */
  onRemoved: ((messageId: string) => void) | null = null;

  /** What stands in a channel, oldest first. */
  textsIn(channelId: string): readonly string[] {
    return [...this.messages.values()].filter((message) => message.channelId === channelId).map(({ text }) => text);
  }

  requests(verb: Sent['verb']): readonly Sent[] {
    return this.sent.filter((each) => each.verb === verb);
  }

  async #request(sent: Omit<Sent, 'at'>, act: () => Shown): Promise<Shown> {
    const { channelId } = sent;
    this.sent.push({ ...sent, at: this.#clock.now() });
    const running = (this.#inFlight.get(channelId) ?? 0) + 1;
    this.#inFlight.set(channelId, running);
    this.mostAtOnce = Math.max(this.mostAtOnce, running);
    await this.#clock.sleep(this.latencyMs);
    this.#inFlight.set(channelId, (this.#inFlight.get(channelId) ?? 1) - 1);
    if (this.gone.has(channelId)) return { kind: 'channel-gone' };
    const missing = this.forbidden.get(channelId) ?? [];
    if (missing.length > 0) return { kind: 'forbidden', missing };
    if (this.outage === 'before') return { kind: 'outage' };
    this.told = true;
    const shown = act();
    return this.outage === 'after' ? { kind: 'outage' } : shown;
  }

  #countEdit(channelId: string, messageId: string): void {
    const now = this.#clock.now();
    const edits = this.sent.filter((each) => each.verb === 'edit' && each.channelId === channelId);
    const isOld = (id: string) => now + this.ahead - (this.messages.get(id)?.postedAt ?? now) > HOUR_MS;
    const recent = edits.filter(({ at }) => now - at < 5_000).length;
    const old = edits.filter((each) => isOld(each.messageId) && now - each.at < 6_000).length;
    if (recent >= 5 || (isOld(messageId) && old >= 3)) this.tooFast += 1;
  }
}
