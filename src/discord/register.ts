import { createHash } from 'node:crypto';
import { PermissionFlagsBits, type REST, Routes } from 'discord.js';
import type { Logger } from '../ports/logger.ts';
import type { Cog, CommandModule, MessageCommandModule } from './answer.ts';

/** Remembers what was registered, so that an unchanged set costs no request. */
export interface RegisterMemory {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
}

export interface RegisterTarget {
  readonly applicationId: string;
  /** Registers in this guild only (instant), else globally. */
  readonly guildId: string | null;
}

/**
 * Overwrites the bot's commands with those of the cogs, when they differ from what was last registered for the same
 * target. Discord compares names itself: unchanged ones cost nothing of the 200 creates a day.
 */
export async function registerCommands(
  rest: REST,
  target: RegisterTarget,
  cogs: readonly Cog[],
  memory: RegisterMemory,
  log: Logger,
): Promise<void> {
  const modules = cogs.flatMap((cog) => [...cog.commands, ...(cog.messageCommands ?? [])]);
  const body = modules.map((module) => shaped(module, target.guildId === null));
  const key = `commands:${target.applicationId}:${target.guildId ?? 'global'}`;
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  if ((await memory.get(key)) === hash) return;
  const route =
    target.guildId === null
      ? Routes.applicationCommands(target.applicationId)
      : Routes.applicationGuildCommands(target.applicationId, target.guildId);
  await rest.put(route, { body });
  await memory.set(key, hash);
  log.info({ commands: body.length, scope: target.guildId ?? 'global' }, 'commands registered');
}

/**
 * What is for admins alone is not offered to anybody else; a server's own rules under Integrations may still widen that,
 * so the router asks again at every call. Reviewers are people with a role that Discord knows nothing of: their commands
 * stay in everybody's list. Contexts and installation kinds exist for global commands only: inside servers, never in DMs.
 */
function shaped({ definition, access }: CommandModule | MessageCommandModule, global: boolean): object {
  return {
    ...definition,
    ...(access === 'admin' ? { default_member_permissions: String(PermissionFlagsBits.ManageGuild) } : {}),
    ...(global ? { contexts: [0], integration_types: [0] } : {}),
  };
}
