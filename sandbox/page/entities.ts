import type { PickOption } from './pick-list.tsx';
import { channels, roles, users } from './state.ts';

/** What the menus of people, roles and channels offer, by Discord's component types. */
export const SELECT = { text: 3, user: 5, role: 6, mentionable: 7, channel: 8 } as const;

const people = (): readonly PickOption[] =>
  [...users.value.values()].map(({ id, name, bot }) => ({
    value: id,
    label: name,
    about: bot ? 'Bot' : '',
    emoji: '👤',
  }));

const everyRole = (): readonly PickOption[] =>
  [...roles.value.values()].map(({ id, name }) => ({ value: id, label: name, emoji: '🏷️' }));

const places = (types: readonly number[]): readonly PickOption[] =>
  channels.value
    .filter(({ kind, type }) => kind !== 'dm' && (types.length === 0 ? kind !== 'category' : types.includes(type)))
    .map(({ id, name, kind }) => ({
      value: id,
      label: name,
      emoji: kind === 'voice' ? '🔊' : kind === 'category' ? '📁' : '#',
    }));

export function entityOptions(type: number, channelTypes: readonly number[]): readonly PickOption[] {
  switch (type) {
    case SELECT.user:
      return people();
    case SELECT.role:
      return everyRole();
    case SELECT.mentionable:
      return [...people(), ...everyRole()];
    case SELECT.channel:
      return places(channelTypes);
    default:
      return [];
  }
}
