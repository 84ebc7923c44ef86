import { Impossible } from '../interaction-model.ts';
import type { User } from '../model.ts';
import { Permission, type PermissionName } from '../permissions.ts';
import type { World } from '../world.ts';
import { Human } from './human.ts';

export interface HumanOptions {
  /** Granted by a role of their own: bits, or names such as `MANAGE_GUILD` or `ManageGuild`. */
  readonly permissions?: bigint | readonly string[];
  /** Roles by id or by name; a name that no role has yet becomes a role. */
  readonly roles?: readonly string[];
  /** Takes no private messages: the bot gets 50007. */
  readonly dmsClosed?: boolean;
  readonly nickname?: string;
  /** Client language. Default `en-US`. */
  readonly locale?: string;
  readonly premiumType?: User['premiumType'];
}

type GuildLike = string | { readonly id: string };

const guildIdOf = (guild: GuildLike): string => (typeof guild === 'string' ? guild : guild.id);

/** The cast of a story. */
export class People {
  #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A new person who is a member of the guild. */
  human(guild: GuildLike, name: string, options: HumanOptions = {}): Human {
    const { dmsClosed, locale, premiumType } = options;
    const user = this.#world.addUser({
      username: name,
      ...(dmsClosed === undefined ? {} : { dmsClosed }),
      ...(locale === undefined ? {} : { locale }),
      ...(premiumType === undefined ? {} : { premiumType }),
    });
    return this.#enter(user.id, guildIdOf(guild), options);
  }

  /** The same person in another guild. Acting there goes through the returned one. */
  join(
    human: Human,
    guild: GuildLike,
    options: Omit<HumanOptions, 'dmsClosed' | 'locale' | 'premiumType'> = {},
  ): Human {
    return this.#enter(human.id, guildIdOf(guild), options);
  }

  /** Whoever owns the guild: may do everything there. */
  owner(guild: GuildLike): Human {
    const { id, ownerId } = this.#world.guild(guildIdOf(guild));
    return new Human(this.#world, ownerId, id);
  }

  #enter(userId: string, guildId: string, options: HumanOptions): Human {
    const world = this.#world;
    const roleIds = (options.roles ?? []).map((role) => this.#roleId(guildId, role));
    const bits = permissionBits(options.permissions);
    const own =
      bits === 0n
        ? []
        : [world.addRole(guildId, { name: `may: ${world.user(userId).username}`, permissions: bits }).id];
    world.addMember(guildId, userId, { nick: options.nickname ?? null, roleIds: [...roleIds, ...own] });
    return new Human(world, userId, guildId);
  }

  #roleId(guildId: string, role: string): string {
    const known = this.#world.rolesOf(guildId).find((entry) => entry.id === role || entry.name === role);
    return known?.id ?? this.#world.addRole(guildId, { name: role }).id;
  }
}

const permissionBits = (permissions: HumanOptions['permissions']): bigint => {
  if (permissions === undefined) return 0n;
  if (typeof permissions === 'bigint') return permissions;
  return permissions.reduce((all, name) => all | permissionBit(name), 0n);
};

const permissionBit = (name: string): bigint => {
  const key =
    name.includes('_') || name === name.toUpperCase() ? name : name.replace(/(?<!^)([A-Z])/g, '_$1').toUpperCase();
  if (!(key in Permission)) throw new Impossible(`there is no permission "${name}"`);
  return Permission[key as PermissionName];
};
