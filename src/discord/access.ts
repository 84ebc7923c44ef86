import { type GuildMember, PermissionFlagsBits, type PermissionsBitField } from 'discord.js';
import type { Settings } from '../domain/setting.ts';

/** What a member may do with the show. */
export interface Rights {
  readonly isReviewer: boolean;
  readonly isAdmin: boolean;
}

/**
 * Admins are people with Manage Server; reviewers have the role of `/setup`, and every admin is one.
 * @param permissions as Discord told them with an interaction: counted together from the roles of a guild that is not
 * loaded yet, or is in an outage, they would be none
 */
export function rightsOf(
  member: GuildMember,
  settings: Pick<Settings, 'role.reviewer'>,
  permissions: Readonly<PermissionsBitField> = member.permissions,
): Rights {
  const isAdmin = permissions.has(PermissionFlagsBits.ManageGuild);
  const role = settings['role.reviewer'];
  return { isAdmin, isReviewer: isAdmin || (role !== null && member.roles.cache.has(role)) };
}
