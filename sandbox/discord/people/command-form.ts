import { Impossible, type OptionInput } from '../interaction-model.ts';
import type { JsonObject } from '../json.ts';
import { asNumber, objectsIn } from '../json.ts';
import type { Channel, Command, FileInput } from '../model.ts';
import { OptionType } from '../validate/command-options.ts';
import type { World } from '../world.ts';
import { idOf, isFile, type Pick } from './entries.ts';

/** What a person types into a command's options, by option name. */
export type OptionEntries = Readonly<Record<string, string | number | boolean | Pick | FileInput | undefined>>;

/** A command as typed: `tiktok connect`, `settings role add`. */
export interface TypedCommand {
  readonly command: string;
  readonly group?: string;
  readonly subcommand?: string;
  readonly definitions: readonly JsonObject[];
}

const NO_DEFINITIONS: readonly JsonObject[] = [];

/** Looks a typed command up among those registered for this channel. */
export const typedCommand = (world: World, path: string, channel: Channel): TypedCommand => {
  const [name = '', ...rest] = path.replace(/^\//, '').trim().split(/\s+/);
  const offered = [...(channel.guildId === null ? [] : world.commandsIn(channel.guildId)), ...world.commandsIn(null)];
  const command = offered.find((entry) => entry.type === 1 && entry.name === name);
  if (command === undefined) {
    const known = offered.filter((entry) => entry.type === 1).map((entry) => `/${entry.name}`);
    throw new Impossible(`/${name} is not registered (registered: ${known.join(' ') || 'nothing'})`);
  }
  const [group, subcommand] = rest.length > 1 ? rest : [undefined, rest[0]];
  return {
    command: name,
    ...(group === undefined ? {} : { group }),
    ...(subcommand === undefined ? {} : { subcommand }),
    definitions: definitionsOf(command, rest),
  };
};

const definitionsOf = (command: Command, path: readonly string[]): readonly JsonObject[] =>
  path.reduce<readonly JsonObject[]>(
    (options, name) => objectsIn(options.find((option) => option.name === name)?.options) ?? NO_DEFINITIONS,
    objectsIn(command.body.options),
  );

/** Turns what a person gives into option values, by the types the registered command asks for. */
export const optionInputs = (
  world: World,
  channel: Channel,
  typed: TypedCommand,
  entries: OptionEntries,
): Readonly<Record<string, OptionInput>> =>
  Object.fromEntries(
    Object.entries(entries).flatMap(([name, entry]) => {
      if (entry === undefined) return [];
      const definition = typed.definitions.find((option) => option.name === name);
      if (definition === undefined) {
        const known = typed.definitions.map((option) => String(option.name)).join(', ');
        throw new Impossible(`/${typed.command} has no option "${name}" (it has ${known || 'none'})`);
      }
      return [[name, optionInput(world, channel, definition, entry)] as const];
    }),
  );

const optionInput = (
  world: World,
  channel: Channel,
  definition: JsonObject,
  entry: string | number | boolean | Pick | FileInput,
): OptionInput => {
  const type = asNumber(definition.type);
  if (isFile(entry)) return entry;
  if (typeof entry === 'object') return entry.id;
  if (typeof entry !== 'string') return entry;
  switch (type) {
    case OptionType.role:
      return roleId(world, channel, entry);
    case OptionType.string:
    case OptionType.integer:
    case OptionType.number: {
      const choice = objectsIn(definition.choices).find((one) => one.name === entry);
      return typeof choice?.value === 'string' || typeof choice?.value === 'number' ? choice.value : entry;
    }
    default:
      return idOf(entry);
  }
};

const roleId = (world: World, channel: Channel, entry: string): string => {
  const roles = channel.guildId === null ? [] : world.rolesOf(channel.guildId);
  return roles.find((role) => role.name === entry)?.id ?? entry;
};
