import { Impossible, type ResolvedData } from './interaction-model.ts';
import { asNumber, asString, type JsonObject, stringsIn } from './json.ts';
import type { Channel, FileInput, User } from './model.ts';
import { personUploadLimit } from './upload-limits.ts';
import { passesFileTypes } from './validate/file-types.ts';
import { resolvedChannelJson, resolvedMemberJson, roleJson, userJson } from './wire.ts';
import { attachmentJson, messageJson } from './wire-message.ts';
import type { World } from './world.ts';

/** Gathers `data.resolved` while the values of one interaction are put together. */
export class Resolver {
  readonly data: ResolvedData = {};
  #world: World;
  #person: User;
  #channel: Channel;
  #force: boolean;

  constructor(world: World, person: User, channel: Channel, force: boolean) {
    this.#world = world;
    this.#person = person;
    this.#channel = channel;
    this.#force = force;
  }

  user(id: string): string {
    const user = this.#world.users.get(id);
    if (user === undefined) throw new Impossible(`there is no user ${id} to choose`);
    this.#put('users', id, userJson(user));
    const { guildId } = this.#channel;
    const member = guildId === null ? undefined : this.#world.member(guildId, id);
    if (member !== undefined) this.#put('members', id, resolvedMemberJson(this.#world, member, this.#channel));
    return id;
  }

  role(id: string): string {
    const role = this.#world.roles.get(id);
    if (role === undefined || role.guildId !== this.#channel.guildId)
      throw new Impossible(`there is no role ${id} here`);
    this.#put('roles', id, roleJson(role));
    return id;
  }

  /** `types` limits what the menu offers; empty = every type. */
  channel(id: string, types: readonly unknown[]): string {
    const channel = this.#world.channels.get(id);
    if (channel === undefined || channel.guildId !== this.#channel.guildId)
      throw new Impossible(`there is no channel ${id} here`);
    if (!this.#force && types.length > 0 && !types.includes(channel.type)) {
      throw new Impossible(`the menu does not offer channels of type ${channel.type}`);
    }
    this.#put('channels', id, resolvedChannelJson(this.#world, channel, this.#person.id));
    return id;
  }

  mentionable(id: string): string {
    return this.#world.roles.has(id) ? this.role(id) : this.user(id);
  }

  message(channelId: string, id: string): string {
    this.#put('messages', id, messageJson(this.#world, this.#world.messages.require(channelId, id)));
    return id;
  }

  /** Uploads a file the way command options and modals do. `field` holds `file_types`. */
  file(file: FileInput, field: JsonObject): string {
    const guild = this.#channel.guildId === null ? undefined : this.#world.guild(this.#channel.guildId);
    const limit = personUploadLimit(this.#person, guild);
    if (!this.#force && file.bytes.byteLength > limit) {
      throw new Impossible(`Your files are too powerful: ${file.name} is over ${limit / 1024 / 1024} MiB`);
    }
    const allowed = stringsIn(field.file_types);
    if (!this.#force && !passesFileTypes(file.name, allowed)) {
      throw new Impossible(`the client accepts only ${allowed.join(', ')}, not ${file.name}`);
    }
    const attachment = this.#world.files.add({ file, channelId: this.#channel.id, ephemeral: true });
    this.#put('attachments', attachment.id, attachmentJson(this.#world, attachment));
    return attachment.id;
  }

  /** For the payload: `resolved` only when something was. */
  get field(): JsonObject {
    return Object.keys(this.data).length === 0 ? {} : { resolved: this.data };
  }

  #put(kind: string, id: string, value: JsonObject): void {
    const group = this.data[kind] ?? {};
    group[id] = value;
    this.data[kind] = group;
  }
}

/** Chosen ids of an auto-filled select (5 user, 6 role, 7 mentionable, 8 channel), resolved. */
export const resolveSelect = (
  resolver: Resolver,
  component: JsonObject,
  values: readonly string[],
): readonly string[] =>
  values.map((id) => {
    switch (component.type) {
      case 5:
        return resolver.user(id);
      case 6:
        return resolver.role(id);
      case 7:
        return resolver.mentionable(id);
      case 8:
        return resolver.channel(id, (component.channel_types as readonly unknown[] | undefined) ?? []);
      default:
        return id;
    }
  });

/** What the client of a person checks before it lets a choice through. */
export const checkSelection = (component: JsonObject, values: readonly string[], minimum: number): void => {
  const name = asString(component.custom_id) ?? 'the menu';
  const least = asNumber(component.min_values) ?? minimum;
  const most = asNumber(component.max_values) ?? 1;
  if (values.length < least || values.length > most) {
    throw new Impossible(`${name} takes ${least} to ${most} choices, not ${values.length}`);
  }
};
