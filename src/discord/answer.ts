import type {
  APIModalInteractionResponseCallbackData,
  AutocompleteInteraction,
  ChatInputCommandInteraction,
  MessageComponentInteraction,
  MessageContextMenuCommandInteraction,
  ModalSubmitInteraction,
  RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import type { Failure } from '../domain/failure.ts';
import type { Card } from './cards/card.ts';

/** Who may use an action. Checked at run time on every command, button, menu and modal. */
export type Access = 'everyone' | 'reviewer' | 'admin';

/** The person behind an interaction, authorised anew each time. */
export interface Caller {
  readonly guildId: string;
  readonly userId: string;
  readonly displayName: string;
  readonly isReviewer: boolean;
  readonly isAdmin: boolean;
}

/** What a command or component says back. The router alone decides how it reaches the person. */
export type Answer =
  | { readonly kind: 'card'; readonly card: Card }
  | { readonly kind: 'refusal'; readonly failure: Failure }
  /** Must be the first answer: only from modules whose `answer` is `modal`. */
  | { readonly kind: 'modal'; readonly modal: APIModalInteractionResponseCallbackData }
  /** Draws the clicked message anew. */
  | { readonly kind: 'update'; readonly card: Card; readonly onShown?: () => Promise<void> }
  /** The click is taken; what it changed shows elsewhere. */
  | { readonly kind: 'done' };

/**
 * How the first answer goes out.
 * `private`/`public`: a message; `update`: the clicked message is drawn anew; `modal`: a modal, which can't be deferred,
 * so `run` may only do what takes milliseconds.
 */
export type AnswerMode = 'private' | 'public' | 'update' | 'modal';

/** Shows a later state of the same answer while its token lives (15 min); afterwards it does nothing. */
export type Amend = (card: Card) => Promise<void>;

export interface Choice {
  readonly name: string;
  readonly value: string;
}

export interface CommandModule {
  readonly definition: RESTPostAPIApplicationCommandsJSONBody;
  readonly access: Access;
  readonly answer: AnswerMode;
  readonly run: (interaction: ChatInputCommandInteraction<'cached'>, caller: Caller, amend: Amend) => Promise<Answer>;
  /** At most 25 come back to the person; never throws for odd input. */
  readonly complete?: (interaction: AutocompleteInteraction<'cached'>, caller: Caller) => Promise<readonly Choice[]>;
}

export interface MessageCommandModule {
  readonly definition: RESTPostAPIApplicationCommandsJSONBody;
  readonly access: Access;
  readonly answer: AnswerMode;
  readonly run: (interaction: MessageContextMenuCommandInteraction<'cached'>, caller: Caller) => Promise<Answer>;
}

/** A button, menu or modal, found by the action in its custom id. */
export interface ComponentModule {
  readonly action: string;
  readonly access: Access;
  readonly answer: AnswerMode;
  /** `args` come from the custom id and may be forged: decode them first, refuse what is not valid. */
  readonly run: (press: ComponentPress, caller: Caller, args: readonly string[], amend: Amend) => Promise<Answer>;
}

export type ComponentPress = MessageComponentInteraction<'cached'> | ModalSubmitInteraction<'cached'>;

/** One feature's part of the bot's surface. */
export interface Cog {
  readonly commands: readonly CommandModule[];
  readonly messageCommands?: readonly MessageCommandModule[];
  readonly components: readonly ComponentModule[];
}

export const card = (value: Card): Answer => ({ kind: 'card', card: value });
export const refusal = (failure: Failure): Answer => ({ kind: 'refusal', failure });
export const update = (value: Card, onShown?: () => Promise<void>): Answer =>
  onShown === undefined ? { kind: 'update', card: value } : { kind: 'update', card: value, onShown };
export const DONE: Answer = { kind: 'done' };
