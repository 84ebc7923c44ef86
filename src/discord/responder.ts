import type {
  ChatInputCommandInteraction,
  MessageComponentInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
} from 'discord.js';
import { MessageFlags } from 'discord.js';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Amend, Answer, AnswerMode } from './answer.ts';
import type { Card } from './cards/card.ts';
import { failureCard } from './cards/failure-card.ts';
import { apiCode, asEdit, asMessage, asReply, isBlocked } from './send.ts';

export type AnswerableInteraction =
  | ChatInputCommandInteraction
  | MessageContextMenuCommandInteraction
  | MessageComponentInteraction
  | ModalSubmitInteraction;

/** The message to be drawn is gone: it was dismissed by its person, or deleted by staff. */
const MESSAGE_GONE = 10_008;

/** Work that takes longer is acknowledged first. Far from Discord's 3 s, long enough for nearly every command. */
const DEFER_AFTER_MS = 250;

/** `deferred` remembers what the placeholder is, because that can't be changed afterwards. */
type ResponderState =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'deferred'; readonly as: 'private' | 'public' | 'update' }
  | { readonly kind: 'answered' }
  /** Discord does not take an answer any more (10062, 40060, 50027). */
  | { readonly kind: 'dead' };

/** Brings one interaction's answer to the person, within Discord's deadlines. Used once. */
export class Responder {
  readonly #interaction: AnswerableInteraction;
  readonly #clock: Clock;
  readonly #log: Logger;
  #state: ResponderState = { kind: 'fresh' };
  #deferring: Promise<void> = Promise.resolve();
  #showing: Promise<void> = Promise.resolve();

  constructor(interaction: AnswerableInteraction, clock: Clock, log: Logger) {
    this.#interaction = interaction;
    this.#clock = clock;
    this.#log = log;
  }

  /** Runs the work and defers by itself when it is not quick. A modal can't be deferred. */
  async during(mode: AnswerMode, work: () => Promise<Answer>): Promise<Answer> {
    if (mode === 'modal') return work();
    const cancel = this.#clock.after(DEFER_AFTER_MS, () => {
      this.#deferring = this.#defer(mode);
    });
    try {
      return await work();
    } finally {
      cancel();
      await this.#deferring;
    }
  }

  /** @returns `late` when the answer could not be shown any more */
  async finish(answer: Answer, mode: AnswerMode): Promise<'shown' | 'late'> {
    if (this.#state.kind === 'dead') return this.#missed(answer);
    try {
      const showing = this.#show(answer, mode);
      this.#showing = showing.then(
        () => undefined,
        () => undefined,
      );
      await showing;
      this.#state = { kind: 'answered' };
      if (answer.kind === 'update') await answer.onShown?.();
      return 'shown';
    } catch (error) {
      if (apiCode(error) === MESSAGE_GONE) return this.#showBeside(answer);
      // A panel is drawn without it by an edit.
      if (isBlocked(error)) return this.#showBeside({ kind: 'refusal', failure: { code: 'text-blocked' } });
      if (!this.#died(error)) throw error;
      return this.#missed(answer);
    }
  }

  /** What was done is done, though there is nothing left to draw it on. */
  async #showBeside(answer: Answer): Promise<'shown' | 'late'> {
    const card = cardOf(answer);
    if (card === null) return 'late';
    try {
      if (this.#state.kind === 'fresh') await this.#interaction.reply(asReply(card, true));
      else await this.#interaction.followUp(asReply(card, true));
      return 'shown';
    } catch (error) {
      if (!this.#died(error)) throw error;
      return this.#missed(answer);
    }
  }

  /** Later states of an answered interaction; quiet once the token is dead. */
  readonly amend: Amend = async (card) => {
    // The answer may be on its way, and its outcome not known yet.
    await this.#showing;
    if (this.#state.kind !== 'answered') return;
    try {
      await this.#interaction.editReply(asEdit(card));
    } catch (error) {
      if (apiCode(error) === MESSAGE_GONE) this.#state = { kind: 'dead' };
      else if (!this.#died(error)) this.#log.warn({ err: error }, 'could not amend an answer');
    }
  };

  async #defer(mode: 'private' | 'public' | 'update'): Promise<void> {
    const i = this.#interaction;
    const asUpdate = mode === 'update' && this.#canUpdate();
    try {
      if (asUpdate && (i.isMessageComponent() || (i.isModalSubmit() && i.isFromMessage()))) await i.deferUpdate();
      else if (mode === 'public') await i.deferReply();
      else await i.deferReply({ flags: MessageFlags.Ephemeral });
      this.#state = { kind: 'deferred', as: asUpdate ? 'update' : mode === 'public' ? 'public' : 'private' };
    } catch (error) {
      if (!this.#died(error)) this.#log.warn({ err: error }, 'could not defer an interaction');
    }
  }

  async #show(answer: Answer, mode: AnswerMode): Promise<void> {
    switch (answer.kind) {
      case 'modal':
        return this.#showModal(answer.modal);
      case 'update':
        return this.#showUpdate(answer.card);
      case 'done':
        return this.#acknowledge();
      case 'refusal':
        return this.#showMessage(failureCard(answer.failure), true);
      case 'card':
        return this.#showMessage(answer.card, mode !== 'public');
      default:
        throw answer satisfies never;
    }
  }

  async #showModal(modal: Extract<Answer, { kind: 'modal' }>['modal']): Promise<void> {
    if (this.#interaction.isModalSubmit()) throw new Error('a modal can not answer a modal');
    await this.#interaction.showModal(modal);
  }

  async #showUpdate(card: Card): Promise<void> {
    const i = this.#interaction;
    if (this.#state.kind === 'deferred') {
      await i.editReply(asEdit(card));
    } else if (this.#state.kind === 'fresh' && (i.isMessageComponent() || (i.isModalSubmit() && i.isFromMessage()))) {
      await i.update(asEdit(card));
    } else {
      await this.#showMessage(card, true);
    }
  }

  async #acknowledge(): Promise<void> {
    const i = this.#interaction;
    if (this.#state.kind !== 'fresh') return;
    if (i.isMessageComponent() || (i.isModalSubmit() && i.isFromMessage())) await i.deferUpdate();
    else await i.deferReply({ flags: MessageFlags.Ephemeral });
  }

  async #showMessage(card: Card, ephemeral: boolean): Promise<void> {
    const i = this.#interaction;
    if (this.#state.kind === 'fresh') {
      await i.reply(asReply(card, ephemeral));
    } else if (this.#state.kind === 'deferred' && this.#state.as === (ephemeral ? 'private' : 'public')) {
      await i.editReply(asEdit(card));
    } else {
      // The placeholder is of the other kind (an update, or public for a refusal): it goes, the message comes beside it.
      if (this.#state.kind === 'deferred' && this.#state.as === 'public') await i.deleteReply();
      await i.followUp(asReply(card, ephemeral));
    }
  }

  #canUpdate(): boolean {
    const i = this.#interaction;
    return i.isMessageComponent() || (i.isModalSubmit() && i.isFromMessage());
  }

  #died(error: unknown): boolean {
    const code = apiCode(error);
    if (code !== 10062 && code !== 40060 && code !== 50027 && code !== 10015) return false;
    const ageMs = this.#clock.now() - this.#interaction.createdTimestamp;
    this.#log.warn({ code, ageMs, userId: this.#interaction.user.id }, 'an interaction died before its answer');
    this.#state = { kind: 'dead' };
    return true;
  }

  /** What was done is done: the person is told by DM, because the interaction takes nothing any more. */
  async #missed(answer: Answer): Promise<'late'> {
    const card = answer.kind === 'update' ? null : cardOf(answer);
    if (card === null) return 'late';
    try {
      await this.#interaction.user.send(asMessage(card));
    } catch (error) {
      this.#log.debug(
        { err: error, userId: this.#interaction.user.id },
        'a late answer could not be sent by DM either',
      );
    }
    return 'late';
  }
}

function cardOf(answer: Answer): Card | null {
  if (answer.kind === 'refusal') return failureCard(answer.failure);
  return answer.kind === 'card' || answer.kind === 'update' ? answer.card : null;
}
