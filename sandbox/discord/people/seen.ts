import type { InteractionHandle } from '../interaction-model.ts';
import type { Json, JsonObject } from '../json.ts';
import { asString } from '../json.ts';
import type { Message } from '../model.ts';
import { MessageFlag } from '../model.ts';
import type { World } from '../world.ts';
import type { FirstAnswer } from '../world-events.ts';
import { namesIn } from './names.ts';
import { renderMessage, renderModal } from './render.ts';

/** How the bot answered first. */
export type Answered = 'message' | 'deferred' | 'update' | 'modal' | 'choices' | 'failed';

export interface SeenFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string | null;
  /** Signed, on the sandbox's CDN. */
  readonly url: string;
  /** The file itself; undefined once it is deleted. */
  bytes(): Uint8Array | undefined;
}

/** A message on somebody's screen. */
export interface SeenMessage {
  readonly message: Message;
  readonly author: string;
  /** Everything readable, line by line; see `render.ts`. */
  readonly text: string;
  readonly ephemeral: boolean;
  readonly files: readonly SeenFile[];
}

export interface SeenChoice {
  readonly name: string;
  readonly value: string | number;
}

export interface Patience {
  /** Real ms before the wait fails. Default 5000. */
  readonly timeoutMs?: number;
}

export const seenMessage = (world: World, message: Message): SeenMessage => {
  const names = namesIn(world, message.guildId);
  return {
    message,
    author: names.user(message.authorId),
    text: renderMessage(message, names).join('\n'),
    ephemeral: message.ephemeralFor !== null,
    files: message.attachments.map((file) => ({
      name: file.filename,
      size: file.size,
      contentType: file.contentType,
      url: world.files.url(file),
      bytes: () => world.files.bytes(file.id),
    })),
  };
};

/** What the client shows when nothing usable came back within 3 s, by what was attempted. */
export const FAILURES = {
  command: 'The application did not respond',
  component: 'This interaction failed',
  modal: 'Something went wrong. Try again.',
  autocomplete: 'Loading options failed',
} as const;
export type Attempt = keyof typeof FAILURES;

interface SeenFacts {
  readonly answered: Answered;
  readonly ephemeral: boolean;
  readonly firstAnswerMs: number;
  readonly message?: Message | undefined;
  readonly modal?: JsonObject;
  readonly choices?: readonly SeenChoice[];
  readonly error?: string;
}

/**
 * What a person saw in answer to something they did: a picture of one moment. `final`, `nextEdit` and `nextFollowUp` wait
 * for later moments by event and answer at once with what has happened meanwhile, so nothing is missed in between.
 */
export class Seen {
  readonly answered: Answered;
  /** Only this person sees the answer. */
  readonly ephemeral: boolean;
  /** From the action to the first answer, in ms of sandbox time; 3000 when there was none. */
  readonly firstAnswerMs: number;
  /** Everything readable: the message, the open modal, the suggestions, or the client's own words for a failure. */
  readonly text: string;
  readonly message: Message | null;
  readonly modal: JsonObject | null;
  readonly choices: readonly SeenChoice[];
  readonly files: readonly SeenFile[];
  /** What the client says when the bot failed. */
  readonly error?: string;
  /** The interaction behind it; `fillModal` answers its modal. */
  readonly interaction: InteractionHandle;
  #world: World;
  #followUpsRead = 0;

  constructor(
    world: World,
    interaction: InteractionHandle,
    facts: SeenFacts,
    text: string,
    files: readonly SeenFile[],
  ) {
    this.#world = world;
    this.interaction = interaction;
    this.answered = facts.answered;
    this.ephemeral = facts.ephemeral;
    this.firstAnswerMs = facts.firstAnswerMs;
    this.message = facts.message ?? null;
    this.modal = facts.modal ?? null;
    this.choices = facts.choices ?? [];
    this.text = text;
    this.files = files;
    if (facts.error !== undefined) this.error = facts.error;
  }

  /** Follow-up messages so far, in their newest form. */
  get followUps(): readonly SeenMessage[] {
    return this.interaction.followUps().map((message) => seenMessage(this.#world, message));
  }

  /** After a deferral: the answer that replaced it (or the first follow-up). Otherwise the answer as it is now. */
  async final(patience: Patience = {}): Promise<Seen> {
    const shown = this.message;
    if (shown === null) return this;
    if (this.answered !== 'deferred') return this.#moment(this.answered, this.interaction.original());
    await this.#until(() => this.#isSettled(shown), 'the deferred answer did not come', patience);
    const original = this.interaction.original();
    const [followUp] = this.interaction.followUps();
    if (isThinking(shown)) return this.#moment('message', original ?? followUp);
    const updated = original !== undefined && differs(shown, original);
    return updated ? this.#moment('update', original) : this.#moment('message', followUp ?? original);
  }

  /** The answer after its next edit: the first change since this picture, even if it has happened already. */
  async nextEdit(patience: Patience = {}): Promise<Seen> {
    const shown = this.message;
    if (shown === null) throw new Error('there is no message that could be edited');
    const edited = (): Message | undefined => {
      const now = this.#world.messages.get(shown.channelId, shown.id);
      return now !== undefined && differs(shown, now) ? now : undefined;
    };
    const message = await this.#until(edited, 'the answer was not edited', patience);
    return this.#moment('update', message);
  }

  /** The follow-ups one by one, each once, waiting for those still to come. */
  async nextFollowUp(patience: Patience = {}): Promise<SeenMessage> {
    const index = this.#followUpsRead;
    const look = (): Message | undefined => this.interaction.followUps()[index];
    const message = await this.#until(look, 'no follow-up came', patience);
    this.#followUpsRead = index + 1;
    return seenMessage(this.#world, message);
  }

  /** A deferral is over when its message was filled, deleted or (a deferred update) changed, or a follow-up came. */
  #isSettled(shown: Message): boolean {
    const original = this.interaction.original();
    if (original === undefined) return true;
    if (isThinking(shown)) return !isThinking(original);
    return differs(shown, original) || this.interaction.followUps().length > 0;
  }

  #moment(answered: Answered, message: Message | undefined): Seen {
    const { firstAnswerMs } = this;
    const ephemeral = message === undefined ? this.ephemeral : message.ephemeralFor !== null;
    return picture(this.#world, this.interaction, { answered, ephemeral, firstAnswerMs, message });
  }

  #until<T>(look: () => T | undefined | false, what: string, patience: Patience): Promise<T> {
    return this.#world.events.until(look, { ...patience, what: `${what} (seen so far: ${this.text})` });
  }
}

const isThinking = (message: Message): boolean => (message.flags & MessageFlag.loading) !== 0;

/** Whether a message reads differently; pins and reactions do not count. */
const differs = (before: Message, after: Message): boolean =>
  before !== after &&
  (before.content !== after.content ||
    before.embeds !== after.embeds ||
    before.components !== after.components ||
    before.attachments !== after.attachments ||
    before.flags !== after.flags ||
    before.editedAt !== after.editedAt);

const picture = (world: World, interaction: InteractionHandle, facts: SeenFacts): Seen => {
  const names = namesIn(world, facts.message?.guildId ?? null);
  const shown = facts.message === undefined ? undefined : seenMessage(world, facts.message);
  const text =
    facts.error ??
    shown?.text ??
    (facts.modal === undefined
      ? (facts.choices ?? []).map((choice) => choice.name).join('\n')
      : renderModal(facts.modal, names).join('\n'));
  return new Seen(world, interaction, facts, text, shown?.files ?? []);
};

/** Waits for the first answer (or the end of the 3 s) and says what the person sees then. */
export const firstSeen = async (world: World, interaction: InteractionHandle, attempt: Attempt): Promise<Seen> => {
  const { answer, latencyMs } = await interaction.answered;
  return picture(world, interaction, { firstAnswerMs: latencyMs, ...answerFacts(interaction, answer, attempt) });
};

const answerFacts = (
  interaction: InteractionHandle,
  answer: FirstAnswer,
  attempt: Attempt,
): Omit<SeenFacts, 'firstAnswerMs'> => {
  switch (answer.kind) {
    case 'message':
      return { answered: 'message', ephemeral: answer.message.ephemeralFor !== null, message: answer.message };
    case 'update':
      return { answered: 'update', ephemeral: answer.message.ephemeralFor !== null, message: answer.message };
    case 'deferred-message':
      return { answered: 'deferred', ephemeral: answer.ephemeral, message: answer.message };
    case 'deferred-update': {
      const message = interaction.original();
      return { answered: 'deferred', ephemeral: message?.ephemeralFor != null, message };
    }
    case 'choices':
      return { answered: 'choices', ephemeral: true, choices: answer.choices.map(choiceOf) };
    case 'modal':
      return { answered: 'modal', ephemeral: true, modal: answer.modal };
    case 'none':
      return { answered: 'failed', ephemeral: true, error: FAILURES[attempt] };
  }
};

const choiceOf = (choice: JsonObject): SeenChoice => ({
  name: asString(choice.name) ?? '',
  value: choiceValue(choice.value),
});

const choiceValue = (value: Json | undefined): string | number =>
  typeof value === 'number' ? value : (asString(value) ?? '');
