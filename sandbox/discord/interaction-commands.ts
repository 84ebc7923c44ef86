import { Impossible, type OptionInput } from './interaction-model.ts';
import type { Resolver } from './interaction-resolve.ts';
import { asNumber, asObject, asString, type JsonObject, objectsIn } from './json.ts';
import type { Channel, Command, FileInput } from './model.ts';
import { has, permissionsIn } from './permissions.ts';
import type { World } from './world.ts';

interface CommandCall {
  readonly command: string;
  readonly group?: string;
  readonly subcommand?: string;
  readonly options?: Readonly<Record<string, OptionInput>>;
  readonly focused?: string;
}

const isFile = (value: OptionInput): value is FileInput => typeof value === 'object';

/** The command as this person is offered it here: guild commands and global ones are both in the list. */
export const offeredCommand = (
  world: World,
  name: string,
  type: number,
  userId: string,
  channel: Channel,
  force: boolean,
): Command => {
  const fits = [...world.commands.values()].filter(
    (command) =>
      command.name === name &&
      command.type === type &&
      (command.guildId === null || command.guildId === channel.guildId),
  );
  const command = fits.find((entry) => entry.guildId !== null) ?? fits[0];
  if (command === undefined) throw new Impossible(`no command "${name}" is offered here`);
  if (force) return command;
  const permissions = permissionsIn(world, userId, channel);
  const context = channel.guildId === null ? 1 : 0;
  const contexts = command.body.contexts;
  if (Array.isArray(contexts) && !contexts.includes(context))
    throw new Impossible(`/${name} is not offered in this kind of channel`);
  if (channel.guildId !== null && !has(permissions, 'USE_APPLICATION_COMMANDS'))
    throw new Impossible('this person may not use commands here');
  const needed = asString(command.body.default_member_permissions);
  if (needed !== undefined && channel.guildId !== null) {
    const bits = BigInt(needed);
    const allowed = has(permissions, 'ADMINISTRATOR') || (bits !== 0n && (permissions & bits) === bits);
    if (!allowed) throw new Impossible(`/${name} is not offered to this person`);
  }
  return command;
};

const inRange = (definition: JsonObject, size: number, low: string, high: string): boolean =>
  size >= (asNumber(definition[low]) ?? Number.NEGATIVE_INFINITY) &&
  size <= (asNumber(definition[high]) ?? Number.POSITIVE_INFINITY);

/** What the client checks while somebody types. */
const checkValue = (definition: JsonObject, value: string | number | boolean): void => {
  const name = asString(definition.name) ?? '';
  const choices = objectsIn(definition.choices);
  if (choices.length > 0 && !choices.some((choice) => choice.value === value))
    throw new Impossible(`"${String(value)}" is no choice of ${name}`);
  const fits =
    typeof value === 'string'
      ? inRange(definition, value.length, 'min_length', 'max_length')
      : typeof value === 'number'
        ? inRange(definition, value, 'min_value', 'max_value')
        : true;
  if (!fits) throw new Impossible(`"${String(value)}" is out of the range of ${name}`);
};

const EXPECTED: Readonly<Record<number, string>> = {
  3: 'string',
  4: 'number',
  5: 'boolean',
  6: 'string',
  7: 'string',
  8: 'string',
  9: 'string',
  10: 'number',
};

const optionValue = (
  definition: JsonObject,
  value: OptionInput,
  resolver: Resolver,
  force: boolean,
): string | number | boolean => {
  const type = asNumber(definition.type) ?? 0;
  const name = asString(definition.name) ?? '';
  if (isFile(value)) {
    if (type !== 11) throw new Impossible(`${name} takes no file`);
    return resolver.file(value, definition);
  }
  if (typeof value !== EXPECTED[type]) throw new Impossible(`${name} takes a ${EXPECTED[type] ?? 'file'}`);
  if (type === 4 && !Number.isInteger(value)) throw new Impossible(`${name} takes a whole number`);
  if (!force) checkValue(definition, value);
  if (typeof value !== 'string') return value;
  switch (type) {
    case 6:
      return resolver.user(value);
    case 7:
      return resolver.channel(value, (definition.channel_types as readonly unknown[] | undefined) ?? []);
    case 8:
      return resolver.role(value);
    case 9:
      return resolver.mentionable(value);
    default:
      return value;
  }
};

const fillOptions = (
  definitions: readonly JsonObject[],
  call: CommandCall,
  resolver: Resolver,
  force: boolean,
): readonly JsonObject[] => {
  const given = call.options ?? {};
  const unknown = Object.keys(given).find((name) => !definitions.some((definition) => definition.name === name));
  if (unknown !== undefined) throw new Impossible(`/${call.command} has no option "${unknown}"`);
  const partial = call.focused !== undefined;
  return definitions.flatMap((definition): readonly JsonObject[] => {
    const name = asString(definition.name) ?? '';
    const value = given[name];
    if (value === undefined) {
      if (definition.required === true && !partial && !force) throw new Impossible(`/${call.command} needs "${name}"`);
      return [];
    }
    const focused = call.focused === name;
    // While typing, numbers travel as text and nothing is checked yet.
    const wire =
      partial && !isFile(value) && focused ? String(value) : optionValue(definition, value, resolver, force || partial);
    return [{ name, type: definition.type, value: wire, ...(focused ? { focused: true } : {}) }];
  });
};

const child = (definitions: readonly JsonObject[], name: string, type: number): JsonObject => {
  const found = definitions.find((definition) => definition.name === name && definition.type === type);
  if (found === undefined) throw new Impossible(`there is no subcommand "${name}"`);
  return found;
};

/** `data` of a slash command or of its autocomplete. */
export const slashData = (command: Command, call: CommandCall, resolver: Resolver, force: boolean): JsonObject => {
  const top = objectsIn(command.body.options);
  const nests = top.some((definition) => definition.type === 1 || definition.type === 2);
  if (nests && call.subcommand === undefined)
    throw new Impossible(`/${call.command} cannot be run without a subcommand`);
  if (!nests && call.subcommand !== undefined) throw new Impossible(`/${call.command} has no subcommands`);
  const options = (): readonly JsonObject[] => {
    if (call.subcommand === undefined) return fillOptions(top, call, resolver, force);
    const parent = call.group === undefined ? top : objectsIn(child(top, call.group, 2).options);
    const filled = fillOptions(objectsIn(child(parent, call.subcommand, 1).options), call, resolver, force);
    const sub: JsonObject = { name: call.subcommand, type: 1, options: filled };
    return call.group === undefined ? [sub] : [{ name: call.group, type: 2, options: [sub] }];
  };
  const filled = options();
  if (call.focused !== undefined && !JSON.stringify(filled).includes('"focused":true')) {
    throw new Impossible(`the focused option "${call.focused}" has to be among the options`);
  }
  return { ...commandHead(command), ...(filled.length === 0 ? {} : { options: filled }), ...resolver.field };
};

/** `data` of a context-menu command. */
export const menuData = (command: Command, targetId: string, resolver: Resolver): JsonObject => ({
  ...commandHead(command),
  target_id: targetId,
  ...resolver.field,
});

const commandHead = (command: Command): JsonObject => ({
  id: command.id,
  name: command.name,
  type: command.type,
  ...(command.guildId === null ? {} : { guild_id: command.guildId }),
});

/** Refuses to ask for completions of an option that has none. */
export const checkAutocomplete = (command: Command, call: CommandCall): void => {
  const find = (list: readonly JsonObject[]): JsonObject | undefined =>
    list.find((entry) => entry.name === call.focused) ??
    list.map((entry) => find(objectsIn(entry.options))).find((entry) => entry !== undefined);
  const option = asObject(find(objectsIn(command.body.options)));
  if (option?.autocomplete !== true)
    throw new Impossible(`"${call.focused ?? ''}" of /${call.command} has no autocomplete`);
};
