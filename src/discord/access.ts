import { type GuildMember, PermissionFlagsBits } from 'discord.js';
import type { Settings } from '../domain/setting.ts';

/** What a member may do with the show. */
export interface Rights {
  readonly isReviewer: boolean;
  readonly isAdmin: boolean;
}

/** Admins are people with Manage Server; reviewers have the role of `/setup`, and every admin is one. */
export function rightsOf(member: GuildMember, settings: Pick<Settings, 'role.reviewer'>): Rights {
  const isAdmin = member.permissions.has(PermissionFlagsBits.ManageGuild);
  const role = settings['role.reviewer'];
  return { isAdmin, isReviewer: isAdmin || (role !== null && member.roles.cache.has(role)) };
}
