import { type Channel, ChannelType, type Guild } from '../discord/model.ts';
import { Human } from '../discord/people/human.ts';
import { People } from '../discord/people/people.ts';
import { Permission } from '../discord/permissions.ts';
import type { World } from '../discord/world.ts';
import type { Part, PersonView } from './protocol.ts';

/** The guild of the demo: who is in it, and where they meet. */
export interface Cast {
  readonly guild: Guild;
  readonly people: Readonly<Record<PersonName, Human>>;
  readonly reviewerRoleId: string;
  readonly channels: Readonly<Record<ChannelName, Channel>>;
}

export const PERSON_NAMES = ['nova', 'rio', 'ana', 'ben'] as const;
export type PersonName = (typeof PERSON_NAMES)[number];

const CHANNEL_NAMES = [
  'lobby',
  'submissions',
  'live-queue',
  'now-playing',
  'numbers',
  'review-desk',
  'bookmarks',
  'debug',
  'Studio',
] as const;
export type ChannelName = (typeof CHANNEL_NAMES)[number];

const ROLE_NAME = 'Reviewer';

/** What the link in the README grants: the bot of the demo has no more than a real one. */
export const INVITED = 281_479_274_949_648n;

const PARTS: Readonly<Record<PersonName, { readonly part: Part; readonly about: string }>> = {
  nova: { part: 'admin', about: 'Owns the server and streams' },
  rio: { part: 'reviewer', about: 'Runs the show beside Nova' },
  ana: { part: 'listener', about: 'Wants her song played' },
  ben: { part: 'listener', about: '@benbeats on TikTok' },
};

const TOPICS: Partial<Readonly<Record<ChannelName, string>>> = {
  lobby: 'Talk here. Type / for everything the bot can do',
  submissions: 'Paste a link or upload a track: it becomes a submission',
  'live-queue': 'Who plays next, always up to date',
  'now-playing': 'The song on air',
  numbers: 'The numbers after every show',
  'review-desk': 'Control room of the reviewers',
};

/** Makes the guild in an empty world. */
export function castNew(world: World): Cast {
  const people = new People(world);
  const owner = world.addUser({ username: 'nova', globalName: 'Nova' });
  const guild = world.addGuild({ name: 'Night Review', ownerId: owner.id, botPermissions: INVITED });
  people.human(guild, 'rio', { nickname: 'Rio', roles: [ROLE_NAME] });
  people.human(guild, 'ana', { nickname: 'Ana' });
  people.human(guild, 'ben', { nickname: 'Ben' });
  const role = world.rolesOf(guild.id).find(({ name }) => name === ROLE_NAME);
  if (role === undefined) throw new Error('the demo has no reviewer role');
  const category = (name: string, staff: boolean) =>
    world.addChannel(guild.id, {
      name,
      type: ChannelType.category,
      overwrites: staff ? staffOnly(guild, role.id, world.botRole(guild.id).id) : [],
    });
  const inside = (parent: Channel, ...names: readonly ChannelName[]) => {
    for (const name of names) {
      world.addChannel(guild.id, {
        name,
        parentId: parent.id,
        overwrites: parent.overwrites,
        topic: TOPICS[name] ?? null,
        type: name === 'Studio' ? ChannelType.voice : ChannelType.text,
      });
    }
  };
  inside(category('The show', false), 'lobby', 'submissions', 'live-queue', 'now-playing', 'numbers');
  inside(category('Staff', true), 'review-desk', 'bookmarks', 'debug');
  inside(category('Voice', false), 'Studio');
  return findCast(world);
}

const staffOnly = (guild: Guild, roleId: string, botRoleId: string): Channel['overwrites'] => [
  { id: guild.id, type: 0, allow: 0n, deny: Permission.VIEW_CHANNEL },
  { id: roleId, type: 0, allow: Permission.VIEW_CHANNEL, deny: 0n },
  { id: botRoleId, type: 0, allow: Permission.VIEW_CHANNEL, deny: 0n },
];

/** Finds the guild again in a world that was taken up from an earlier run. */
export function findCast(world: World): Cast {
  const guild = [...world.guilds.values()][0];
  if (guild === undefined) throw new Error('the demo world has no guild');
  const human = (name: PersonName): Human => {
    const user = [...world.users.values()].find(({ username }) => username === name);
    if (user === undefined) throw new Error(`the demo world has nobody called ${name}`);
    return new Human(world, user.id, guild.id);
  };
  const channel = (name: ChannelName): Channel => {
    const found = world.channelsOf(guild.id).find((entry) => entry.name === name);
    if (found === undefined) throw new Error(`the demo world has no channel called ${name}`);
    return found;
  };
  return {
    guild,
    reviewerRoleId: world.rolesOf(guild.id).find(({ name }) => name === ROLE_NAME)?.id ?? '',
    people: record(PERSON_NAMES, human),
    channels: record(CHANNEL_NAMES, channel),
  };
}

const record = <K extends string, V>(keys: readonly K[], value: (key: K) => V): Readonly<Record<K, V>> =>
  // The keys are exactly those of the record, which `fromEntries` forgets.
  Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, V>;

export const personViews = (cast: Cast): readonly PersonView[] =>
  PERSON_NAMES.map((name) => ({ id: cast.people[name].id, name: cast.people[name].name, ...PARTS[name] }));
