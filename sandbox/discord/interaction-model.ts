import type { Json, JsonObject } from './json.ts';
import type { FileInput, Message } from './model.ts';
import type { FirstAnswer } from './world-events.ts';

/** A slash option as a person fills it in: text, number, boolean, an id of a user/role/channel, or a file. */
export type OptionInput = string | number | boolean | FileInput;

/** What a person entered in one modal field, by the field's custom id. */
export type FieldInput = string | boolean | readonly string[] | readonly FileInput[];

interface Where {
  readonly userId: string;
  readonly channelId: string;
}

/** What a person does. Ids of messages and channels are real ones of the world. */
export type InteractionSpec =
  | (Where & {
      readonly kind: 'slash';
      readonly command: string;
      readonly group?: string;
      readonly subcommand?: string;
      readonly options?: Readonly<Record<string, OptionInput>>;
    })
  | (Where & {
      readonly kind: 'autocomplete';
      readonly command: string;
      readonly group?: string;
      readonly subcommand?: string;
      /** Options filled in so far, the focused one included (its value may be partial). */
      readonly options: Readonly<Record<string, OptionInput>>;
      readonly focused: string;
    })
  | (Where & { readonly kind: 'message-menu'; readonly command: string; readonly messageId: string })
  | (Where & { readonly kind: 'user-menu'; readonly command: string; readonly targetId: string })
  | (Where & { readonly kind: 'button'; readonly messageId: string; readonly customId: string })
  /** Values are option values for a string select, ids for user, role, channel and mentionable selects. */
  | (Where & {
      readonly kind: 'select';
      readonly messageId: string;
      readonly customId: string;
      readonly values: readonly string[];
    })
  /** Submits the modal that answered `from`. */
  | (Where & { readonly kind: 'modal'; readonly from: string; readonly fields: Readonly<Record<string, FieldInput>> });

export interface CreateOptions {
  /** Deliver on the gateway later (the 3 s run from creation all the same). Default `interactions.deliveryDelayMs`. */
  readonly deliverAfterMs?: number;
  /**
   * Send what no client would: a click on a component that is gone or disabled, a command that is not registered, an
   * option that breaks its own limits. Default false: such an attempt throws `Impossible`.
   */
  readonly force?: boolean;
}

/** A person could not have done this. */
export class Impossible extends Error {
  override readonly name = 'Impossible';
}

/** One interaction, from the person's side. */
export interface InteractionHandle {
  readonly id: string;
  readonly spec: InteractionSpec;
  /** The INTERACTION_CREATE payload as it was sent. */
  readonly payload: JsonObject;
  /** Resolves with the first answer, or `{ kind: 'none' }` when the 3 s ran out. Never rejects. */
  readonly answered: Promise<{ readonly answer: FirstAnswer; readonly latencyMs: number }>;
  /** The message that `@original` names, in its newest form; undefined before an answer made one. */
  original(): Message | undefined;
  /** Follow-up messages in order, in their newest form, without deleted ones. */
  followUps(): readonly Message[];
  /**
   * Resolves with the finished answer: the first answer, or for a deferral the message after its first edit (or first
   * follow-up). Rejects after `timeoutMs` (default 5000).
   */
  finished(options?: {
    readonly timeoutMs?: number;
  }): Promise<{ readonly answer: FirstAnswer; readonly latencyMs: number }>;
}

export type InteractionPhase = 'waiting' | 'answered' | 'expired';

/** An interaction as Discord keeps it. Mutable on purpose: one record per token, changed only by `Interactions`. */
export interface InteractionRecord {
  readonly id: string;
  readonly token: string;
  /** 2 command, 3 component, 4 autocomplete, 5 modal submit. */
  readonly type: 2 | 3 | 4 | 5;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId: string | null;
  readonly createdAt: number;
  readonly name: string | null;
  /** The message the component sits on (also for a modal opened from a component). */
  readonly sourceMessage: Message | null;
  readonly payload: JsonObject;
  phase: InteractionPhase;
  /** The message `@original` names. */
  originalId: string | null;
  /** A type 5 answer waiting for its first edit. */
  pendingDeferral: 'public' | 'ephemeral' | null;
  /** The modal this interaction was answered with. */
  modal: JsonObject | null;
  followUpIds: string[];
  /** Edits through the token so far. */
  edits: number;
}

export type ResolvedData = { [kind: string]: { [id: string]: Json } };
