import { createHash } from 'node:crypto';
import { PermissionFlagsBits, type REST, Routes } from 'discord.js';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Cog, CommandModule, MessageCommandModule } from './answer.ts';
import { apiCode, isOutage } from './send.ts';

/** Remembers what was registered, so that an unchanged set costs no request. */
export interface RegisterMemory {
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<void>;
}

export interface RegisterTarget {
  readonly applicationId: string;
  /** Registers in this guild only (instant), else globally. */
  readonly guildId: string | null;
  /** Guilds of the bot: another program that had its token may have registered commands there. */
  readonly guilds: readonly string[];
}

const GLOBAL = 'global';
/** In the place of a hash: what stands there, if anything, is not of this program. */
const STRANGE = '';
/** Guilds that are looked after at the very first start: each costs a request. */
const STRANGE_GUILDS = 25;
/** The bot is not in that guild, or there is no such guild. */
const NOT_THERE: ReadonlySet<number | null> = new Set([50_001, 10_004]);

/**
 * Overwrites the bot's commands with those of the cogs, when they differ from what was last registered for the same
 * target. Discord compares names itself: unchanged ones cost nothing of the 200 creates a day. A target of before loses
 * its commands: where both stand, people are offered each command twice. So do, the first time, all targets that another
 * program with this bot's token may have used.
 */
export async function registerCommands(
  rest: REST,
  { applicationId, guildId, guilds }: RegisterTarget,
  cogs: readonly Cog[],
  memory: RegisterMemory,
  log: Logger,
): Promise<void> {
  const modules = cogs.flatMap((cog) => [...cog.commands, ...(cog.messageCommands ?? [])]);
  const body = modules.map((module) => shaped(module, guildId === null));
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('hex');
  const key = `commands:${applicationId}`;
  const known = new Map(
    Object.entries(JSON.parse((await memory.get(key)) ?? '{}') as Readonly<Record<string, string>>),
  );
  const remember = () => memory.set(key, JSON.stringify(Object.fromEntries(known)));
  const here = guildId ?? GLOBAL;
  // Without a hash of ours, and kept: whoever can't be looked after now is the next time.
  if (known.size === 0) for (const scope of [GLOBAL, ...guilds.slice(0, STRANGE_GUILDS)]) known.set(scope, STRANGE);
  if (known.get(here) !== hash) {
    await rest.put(routeOf(applicationId, here), { body });
    known.set(here, hash);
    await remember();
    log.info({ commands: body.length, scope: here }, 'commands registered');
  }
  for (const before of [...known.keys()]) {
    if (before === here) continue;
    await clearCommands(rest, routeOf(applicationId, before));
    known.delete(before);
    await remember();
    log.info({ scope: before }, 'commands of before taken away');
  }
}

const routeOf = (applicationId: string, scope: string) =>
  scope === GLOBAL ? Routes.applicationCommands(applicationId) : Routes.applicationGuildCommands(applicationId, scope);

async function clearCommands(rest: REST, route: ReturnType<typeof routeOf>): Promise<void> {
  try {
    await rest.put(route, { body: [] });
  } catch (error) {
    // Out of that guild: nobody is offered anything there.
    if (!NOT_THERE.has(apiCode(error))) throw error;
  }
}

const RETRY_MS = 60_000;

/** Registers at the start, and every minute while Discord has trouble: the show goes on with the commands of before. */
export class Registration {
  readonly #register: () => Promise<void>;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #log: Logger;
  #cancel = (): void => undefined;

  constructor(register: () => Promise<void>, clock: Pick<Clock, 'after'>, log: Logger) {
    this.#register = register;
    this.#clock = clock;
    this.#log = log;
  }

  async start(): Promise<void> {
    try {
      await this.#register();
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.#log.error({ err: error }, 'commands could not be registered; tried again in a minute');
      this.#cancel = this.#clock.after(RETRY_MS, () => void this.#again());
    }
  }

  stop(): void {
    this.#cancel();
  }

  async #again(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.#log.error({ err: error }, 'commands could not be registered');
    }
  }
}

/** Why the commands can't be registered, in plain words; null when it is no matter of configuration. */
export function registerRefusal(error: unknown, guildId: string | null): string | null {
  return guildId !== null && NOT_THERE.has(apiCode(error))
    ? `The bot is not in the server that GUILD_ID names (${guildId}). Invite it there, correct the id, or leave GUILD_ID out.`
    : null;
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
