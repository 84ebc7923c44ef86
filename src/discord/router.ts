import type { AutocompleteInteraction, GuildMember, Interaction, PermissionsBitField } from 'discord.js';
import type { Failure } from '../domain/failure.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { StoreError } from '../ports/store.ts';
import type { SettingsService } from '../services/settings-service.ts';
import { rightsOf } from './access.ts';
import type {
  Access,
  Answer,
  AnswerMode,
  Caller,
  Choice,
  Cog,
  CommandModule,
  ComponentModule,
  MessageCommandModule,
} from './answer.ts';
import { type Card, clip, textCard } from './cards/card.ts';
import { decodeCustomId } from './custom-id.ts';
import { type AnswerableInteraction, Responder } from './responder.ts';
import { apiCode } from './send.ts';

/** Counts and times every interaction; the web layer turns it into metrics. */
export interface InteractionMeter {
  interaction(name: string, result: 'ok' | 'refused' | 'error' | 'late', ms: number): void;
}

export interface RouterPorts {
  readonly settings: Pick<SettingsService, 'all'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: InteractionMeter;
  /** Tells staff about an error that a person met. */
  readonly report: (guildId: string, reference: string, where: string, error: unknown) => void;
  /** A person pressed a button of an older release's panel. */
  readonly outdatedPanel: (messageId: string) => void;
  /** Whether that message is a panel: everybody reads it, so that nothing but its own card may take its place. */
  readonly isPanel: (messageId: string) => boolean;
  /** Cool-downs; null lets the interaction pass, else ms to wait. */
  readonly throttle: (guildId: string, userId: string, name: string) => Promise<number | null> | number | null;
}

/**
 * The one entry for commands, components, modals and autocomplete: decode, authorise, defer, run, reply. It is also the
 * error boundary: whatever a module throws becomes a reference id for the person and a log line for staff.
 */
export class Router {
  readonly #ports: RouterPorts;
  readonly #commands = new Map<string, CommandModule>();
  readonly #messageCommands = new Map<string, MessageCommandModule>();
  readonly #components = new Map<string, ComponentModule>();
  readonly #running = new Set<Promise<void>>();
  #open = true;

  constructor(cogs: readonly Cog[], ports: RouterPorts) {
    this.#ports = ports;
    for (const cog of cogs) {
      for (const command of cog.commands) this.#commands.set(command.definition.name, command);
      for (const command of cog.messageCommands ?? []) this.#messageCommands.set(command.definition.name, command);
      for (const component of cog.components) this.#components.set(component.action, component);
    }
  }

  handle(interaction: Interaction): void {
    if (!this.#open) return;
    const task: Promise<void> = this.#route(interaction)
      .catch((error: unknown) => this.#ports.log.error({ err: error }, 'interaction failed outside of its boundary'))
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
  }

  /** No new interactions; resolves when those under way have answered. */
  async close(): Promise<void> {
    this.#open = false;
    await Promise.all([...this.#running]);
  }

  async #route(interaction: Interaction): Promise<void> {
    if (interaction.isAutocomplete()) return this.#complete(interaction);
    if (
      !interaction.isChatInputCommand() &&
      !interaction.isMessageContextMenuCommand() &&
      !interaction.isMessageComponent() &&
      !interaction.isModalSubmit()
    )
      return;
    const responder = new Responder(interaction, this.#ports.clock, this.#ports.log);
    if (!interaction.inCachedGuild()) {
      await responder.finish({ kind: 'refusal', failure: { code: 'guild-only' } }, 'private');
      return;
    }
    if (interaction.isChatInputCommand()) {
      const module = this.#commands.get(interaction.commandName);
      if (module === undefined) return this.#unknown(interaction, responder);
      return this.#run(interaction, responder, `/${interaction.commandName}`, module, (caller) =>
        module.run(interaction, caller, responder.amend),
      );
    }
    if (interaction.isMessageContextMenuCommand()) {
      const module = this.#messageCommands.get(interaction.commandName);
      if (module === undefined) return this.#unknown(interaction, responder);
      return this.#run(interaction, responder, interaction.commandName, module, (caller) =>
        module.run(interaction, caller),
      );
    }
    const decoded = decodeCustomId(interaction.customId);
    const module = decoded.kind === 'current' ? this.#components.get(decoded.id.action) : undefined;
    if (decoded.kind === 'outdated' || module === undefined) return this.#unknown(interaction, responder);
    return this.#run(interaction, responder, decoded.id.action, module, (caller) =>
      module.run(interaction, caller, decoded.id.args, responder.amend),
    );
  }

  async #run(
    interaction: AnswerableInteraction & PersonInGuild,
    responder: Responder,
    name: string,
    module: { readonly access: Access; readonly answer: AnswerMode },
    work: (caller: Caller) => Promise<Answer>,
  ): Promise<void> {
    const startedAt = this.#ports.clock.monotonic();
    const done = (result: 'ok' | 'refused' | 'error' | 'late') =>
      this.#ports.meter.interaction(name, result, this.#ports.clock.monotonic() - startedAt);
    try {
      const answer = await responder.during(module.answer, async () => {
        const caller = await this.#caller(interaction);
        const refused = await this.#refuse(module.access, caller, name, interaction.member.guild.available);
        if (refused !== null) return { kind: 'refusal' as const, failure: refused };
        return this.#besidePanel(interaction, await work(caller));
      });
      const outcome = await responder.finish(answer, module.answer);
      done(outcome === 'late' ? 'late' : answer.kind === 'refusal' ? 'refused' : 'ok');
    } catch (error) {
      done('error');
      await this.#fault(interaction.guildId, name, responder, error);
    }
  }

  async #caller({ guildId, member, memberPermissions }: PersonInGuild): Promise<Caller> {
    const settings = await this.#ports.settings.all(guildId);
    const rights = rightsOf(member, settings, memberPermissions);
    return { guildId, userId: member.id, displayName: member.displayName, ...rights };
  }

  /** @param guildKnown false while its roles are not known, so that nobody can be told what they lack */
  async #refuse(access: Access, caller: Caller, name: string, guildKnown: boolean): Promise<Failure | null> {
    if (!this.#allowed(access, caller)) {
      if (!guildKnown) return { code: 'discord-unavailable' };
      return { code: access === 'admin' ? 'not-admin' : 'not-reviewer' };
    }
    const waitMs = caller.isReviewer ? null : await this.#ports.throttle(caller.guildId, caller.userId, name);
    return waitMs === null ? null : { code: 'slow-down', retryAfterMs: waitMs };
  }

  /** A button of a passing message whose id was forged onto a panel: its answer comes beside the panel, as a message. */
  #besidePanel(interaction: AnswerableInteraction, answer: Answer): Answer {
    if (answer.kind !== 'update' || answer.onShown !== undefined) return answer;
    const message = interaction.isMessageComponent() || interaction.isModalSubmit() ? interaction.message : null;
    return message !== null && this.#ports.isPanel(message.id) ? { kind: 'card', card: answer.card } : answer;
  }

  async #unknown(interaction: AnswerableInteraction, responder: Responder): Promise<void> {
    const messageId = interaction.isMessageComponent() ? interaction.message.id : null;
    const { guildId, user } = interaction;
    // Each may cost a panel drawn anew.
    const waitMs = guildId === null ? null : await this.#ports.throttle(guildId, user.id, 'panel.outdated');
    if (messageId !== null && waitMs === null) this.#ports.outdatedPanel(messageId);
    const isCommand = interaction.isChatInputCommand() || interaction.isMessageContextMenuCommand();
    const code = isCommand ? 'command-unknown' : 'panel-outdated';
    const failure: Failure = waitMs === null ? { code } : { code: 'slow-down', retryAfterMs: waitMs };
    await responder.finish({ kind: 'refusal', failure }, 'private');
  }

  async #fault(guildId: string, name: string, responder: Responder, error: unknown): Promise<void> {
    if (error instanceof StoreError) {
      this.#ports.report(guildId, 'store', name, error);
      await responder.finish({ kind: 'refusal', failure: { code: 'store-unavailable' } }, 'private');
      return;
    }
    const reference = Math.floor(this.#ports.clock.random() * 36 ** 6)
      .toString(36)
      .padStart(6, '0')
      .toUpperCase();
    this.#ports.log.error({ err: error, reference, interaction: name, guildId }, 'interaction failed');
    this.#ports.report(guildId, reference, name, error);
    await responder.finish({ kind: 'card', card: faultCard(reference) }, 'private');
  }

  /** Always answered, at worst with nothing: a person who types is not shown an error. */
  async #complete(interaction: AutocompleteInteraction): Promise<void> {
    const { clock, log, meter } = this.#ports;
    const startedAt = clock.monotonic();
    const { commandName } = interaction;
    let result: 'ok' | 'error' | 'late' = 'ok';
    const choices = await this.#choices(interaction).catch((error: unknown): readonly Choice[] => {
      result = 'error';
      log.warn({ err: error, command: commandName }, 'autocomplete failed');
      return [];
    });
    try {
      await interaction.respond(
        choices.slice(0, 25).map(({ name, value }) => ({ name: clip(name, 100) || '?', value: value.slice(0, 100) })),
      );
    } catch (error) {
      const late = apiCode(error) === 10062;
      result = late ? 'late' : 'error';
      log[late ? 'debug' : 'warn']({ err: error, command: commandName }, 'suggestions came too late');
    }
    meter.interaction('autocomplete', result, clock.monotonic() - startedAt);
  }

  async #choices(interaction: AutocompleteInteraction): Promise<readonly Choice[]> {
    const module = this.#commands.get(interaction.commandName);
    if (!interaction.inCachedGuild() || module?.complete === undefined) return [];
    const caller = await this.#caller(interaction);
    const wait = caller.isReviewer ? null : await this.#ports.throttle(caller.guildId, caller.userId, 'autocomplete');
    return wait === null && this.#allowed(module.access, caller) ? module.complete(interaction, caller) : [];
  }

  #allowed(access: Access, caller: Caller): boolean {
    return access === 'everyone' || (access === 'reviewer' ? caller.isReviewer : caller.isAdmin);
  }
}

interface PersonInGuild {
  readonly guildId: string;
  readonly member: GuildMember;
  readonly memberPermissions: Readonly<PermissionsBitField>;
}

/** People see a reference, never an error's text: that may hold paths or secrets. */
function faultCard(reference: string): Card {
  return textCard(
    'bad',
    `Something went wrong on my side. Nothing else is affected; tell staff this reference: \`${reference}\`.`,
  );
}
