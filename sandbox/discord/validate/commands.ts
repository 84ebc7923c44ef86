import { asArray, isObject } from '../json.ts';
import { checkLocalizations, checkName, checkOptionList } from './command-options.ts';
import type { Spot, Verdict } from './form.ts';
import { judge, lengthOf, refusal } from './form.ts';

export const CommandType = { chatInput: 1, user: 2, message: 3, entryPoint: 4 } as const;

/** Commands of each type in one scope (global, or one guild). */
const COUNT_LIMITS: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15, 4: 1 };
/** Characters of names, descriptions and choice values in one command. */
const MAX_SIZE = 8000;

export type CommandScope = 'global' | 'guild';

/** The body of the bulk overwrite (PUT): a list, every problem keyed by the command's index. */
export const validateCommands = (body: unknown, scope: CommandScope): Verdict =>
  judge(body, (root) => {
    const counts = new Map<number, number>();
    const known = new Set<string>();
    for (const command of root.list({ max: 1000, required: true })) {
      const type = checkCommand(command, scope);
      if (type === undefined) continue;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      const key = `${type}:${String(command.at('name').value)}`;
      if (known.has(key)) {
        command.refuse('APPLICATION_COMMANDS_DUPLICATE_NAME', 'Application command names must be unique');
      }
      known.add(key);
    }
    const over = [...counts].find(([type, count]) => count > (COUNT_LIMITS[type] ?? 0));
    return over && refusal(30032, `Maximum number of application commands reached (${COUNT_LIMITS[over[0]]}).`);
  });

/** The body of a single create (POST). For an edit (PATCH) pass the command as it would be afterwards. */
export const validateCommand = (body: unknown, scope: CommandScope): Verdict =>
  judge(body, (root) => {
    checkCommand(root, scope);
    return undefined;
  });

/** Answers the type of a command that has one. */
const checkCommand = (command: Spot, scope: CommandScope): number | undefined => {
  if (command.object({ required: true }) === undefined) return undefined;
  const typeSpot = command.at('type');
  const type = typeSpot.absent ? CommandType.chatInput : typeSpot.oneOf(Object.values(CommandType));
  if (type === undefined) return undefined;
  if (type === CommandType.chatInput) {
    checkName(command.at('name'));
    checkLocalizations(command.at('name_localizations'), checkName);
    command.at('description').text({ min: 1, max: 100, required: true });
    checkLocalizations(command.at('description_localizations'), (entry) => entry.text({ min: 1, max: 100 }));
    checkOptionList(command.at('options'), 'command');
  } else checkMenuCommand(command);
  checkAvailability(command, scope);
  if (sizeOf(command.value) > MAX_SIZE) {
    command.refuse('APPLICATION_COMMAND_TOO_LARGE', `Command exceeds maximum size (${MAX_SIZE})`);
  }
  return type;
};

/** User and message menus are a name and nothing else; capitals and spaces are fine. */
const checkMenuCommand = (command: Spot): void => {
  command.at('name').text({ min: 1, max: 32, required: true });
  checkLocalizations(command.at('name_localizations'), (entry) => entry.text({ min: 1, max: 32 }));
  const description = command.at('description');
  if (!description.absent && description.value !== '') {
    description.refuse('APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION', 'Context menu commands cannot have description');
  }
  if (asArray(command.at('options').value)?.length) {
    command
      .at('options')
      .refuse('APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS', 'Context menu commands cannot have options');
  }
};

const checkAvailability = (command: Spot, scope: CommandScope): void => {
  command.at('nsfw').boolean();
  command.at('dm_permission').boolean();
  const permissions = command.at('default_member_permissions');
  if (!permissions.absent && !(typeof permissions.value === 'string' && /^\d{1,20}$/.test(permissions.value))) {
    permissions.refuse('BITFIELD_TYPE_CONVERT', `Could not interpret "${String(permissions.value)}" as a bitfield.`);
  }
  for (const [key, highest] of [
    ['contexts', 2],
    ['integration_types', 1],
  ] as const) {
    const spot = command.at(key);
    if (spot.absent) continue;
    if (scope === 'guild') {
      spot.refuse('APPLICATION_COMMAND_GUILD_ONLY_FIELD', `${key} can only be set on global commands`);
      continue;
    }
    const entries = spot.list({ min: 1, max: highest + 1 });
    for (const entry of entries) entry.integer({ min: 0, max: highest, required: true });
    if (new Set(entries.map((entry) => entry.value)).size < entries.length) {
      spot.refuse('SET_TYPE_ALREADY_CONTAINS_VALUE', 'The set already contains this value');
    }
  }
};

/** The longest of a text and its localisations counts. */
const longest = (text: unknown, localizations: unknown): number =>
  Math.max(
    ...[text, ...(isObject(localizations) ? Object.values(localizations) : [])].map((entry) =>
      typeof entry === 'string' ? lengthOf(entry) : 0,
    ),
  );

const sizeOf = (part: unknown): number => {
  if (!isObject(part)) return 0;
  const own = longest(part.name, part.name_localizations) + longest(part.description, part.description_localizations);
  const value = typeof part.value === 'string' ? lengthOf(part.value) : 0;
  const parts = [...(asArray(part.options) ?? []), ...(asArray(part.choices) ?? [])];
  return parts.reduce<number>((sum, entry) => sum + sizeOf(entry), own + value);
};
