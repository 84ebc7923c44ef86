import type { JsonObject } from './json.ts';
import { asBoolean, asString, objectsIn, stringsIn } from './json.ts';
import type { Pings } from './model.ts';
import { guildPermissions, has, permissionsIn } from './permissions.ts';
import type { World } from './world.ts';

interface MentionSource {
  readonly content: string;
  readonly components: readonly JsonObject[];
  readonly authorId: string;
  readonly channelId: string;
  readonly replyAuthorId: string | null;
  /** The request's `allowed_mentions`; absent = the defaults of the kind of message. */
  readonly allowed: JsonObject | undefined;
  /** Interaction answers and follow-ups parse only users unless told otherwise. */
  readonly viaInteraction: boolean;
}

const TEXT_DISPLAY = 10;

/** Every text that can ping: the content and all Text Displays, however deep. */
const texts = (content: string, components: readonly JsonObject[]): readonly string[] => [
  content,
  ...components.flatMap((component): readonly string[] =>
    component.type === TEXT_DISPLAY ? [asString(component.content) ?? ''] : texts('', objectsIn(component.components)),
  ),
];

/** Mentions inside code are only text. */
const withoutCode = (text: string): string => text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '');

const found = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]))),
];

/** Whom a message pings, by Discord's allowed-mentions rules and the author's permissions. */
export const pingsOf = (world: World, source: MentionSource): Pings => {
  const text = withoutCode(texts(source.content, source.components).join('\n'));
  const parse =
    source.allowed === undefined
      ? source.viaInteraction
        ? ['users']
        : ['users', 'roles', 'everyone']
      : stringsIn(source.allowed.parse);
  const listed = (kind: 'users' | 'roles', id: string): boolean =>
    parse.includes(kind) || stringsIn(source.allowed?.[kind]).includes(id);
  const channel = world.channel(source.channelId);
  const mayMentionAll = has(permissionsIn(world, source.authorId, channel), 'MENTION_EVERYONE');
  const { guildId } = channel;
  const roleIds = found(text, /<@&(\d{17,19})>/g).filter((id) => {
    const role = world.roles.get(id);
    return role?.guildId === guildId && (role.mentionable || mayMentionAll) && listed('roles', id);
  });
  const userIds = found(text, /<@!?(\d{17,19})>/g).filter((id) => world.users.has(id) && listed('users', id));
  const repliedUser = source.allowed === undefined || asBoolean(source.allowed.replied_user) === true;
  const replied = source.replyAuthorId !== null && repliedUser ? [source.replyAuthorId] : [];
  return {
    everyone: guildId !== null && mayMentionAll && parse.includes('everyone') && /@(everyone|here)\b/.test(text),
    userIds: [...new Set([...userIds, ...replied])],
    roleIds,
  };
};

/** Whether somebody was reached by these pings (mentioned directly, through a role, or with everyone). */
export const isPinged = (world: World, pings: Pings, guildId: string | null, userId: string): boolean =>
  pings.everyone ||
  pings.userIds.includes(userId) ||
  (guildId !== null &&
    guildPermissions(world, userId, guildId) !== 0n &&
    pings.roleIds.some((id) => world.member(guildId, userId)?.roleIds.includes(id) === true));
