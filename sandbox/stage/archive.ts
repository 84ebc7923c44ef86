import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attachment, Channel, Command, Guild, Member, Message, Role, User } from '../discord/model.ts';
import type { World } from '../discord/world.ts';
import type { WorldEventType } from '../discord/world-events.ts';

/** A world on disk: enough for a bot's stored ids to fit when the demo runs again. Ephemeral answers are not kept. */
export interface Archive {
  readonly version: 2;
  readonly token: string;
  readonly ownerId: string;
  readonly botId: string;
  readonly users: readonly User[];
  readonly guilds: readonly Guild[];
  readonly roles: readonly Role[];
  readonly members: readonly Member[];
  readonly channels: readonly Channel[];
  readonly messages: readonly Message[];
  /** Discord keeps them too: a bot does not register again what it has registered. */
  readonly commands: readonly Command[];
  readonly stage: StageArchive;
}

/** What the stage knows beside the world. */
export interface StageArchive {
  /** User id of the host on TikTok. */
  readonly hostId: string;
  /** User ids by handle. */
  readonly viewers: Readonly<Record<string, string>>;
  /** Where the bot's overlay was found. */
  readonly overlayPath: string | null;
}

/** Messages kept per channel. */
const KEPT_MESSAGES = 200;
const SAVE_AFTER_MS = 2_000;

/** Changes that are worth writing to disk. */
const LASTING: ReadonlySet<WorldEventType> = new Set([
  ...(['message-created', 'message-edited', 'message-deleted', 'messages-bulk-deleted', 'pins-changed'] as const),
  ...(['channel-created', 'channel-updated', 'channel-deleted', 'role-created', 'role-updated'] as const),
  ...(['role-deleted', 'member-added', 'member-updated', 'member-removed', 'user-updated', 'guild-updated'] as const),
  'commands-registered',
]);

export const archiveOf = (world: World, stage: StageArchive): Archive => ({
  version: 2,
  token: world.token,
  ownerId: world.application.ownerId,
  botId: world.bot.id,
  users: [...world.users.values()],
  guilds: [...world.guilds.values()],
  roles: [...world.roles.values()],
  members: [...world.guilds.keys()].flatMap((id) => world.membersOf(id)),
  channels: [...world.channels.values()].map((channel) => ({ ...channel, voiceStatus: null })),
  messages: [...world.channels.keys()].flatMap((id) => world.messages.in(id).slice(-KEPT_MESSAGES)),
  commands: [...world.commands.values()],
  stage,
});

/** Puts everything back into a world that was made with the archive's identity. Nobody is told. */
export function reviveWorld(
  world: World,
  archive: Archive,
  bytesOf: (file: Attachment) => Uint8Array | undefined,
): void {
  for (const user of archive.users) world.users.set(user.id, user);
  for (const guild of archive.guilds) world.guilds.set(guild.id, guild);
  for (const role of archive.roles) world.roles.set(role.id, role);
  for (const { guildId, userId, ...member } of archive.members) {
    world.addMember(guildId, userId, member);
    world.updateMember(guildId, userId, member);
  }
  for (const channel of archive.channels) world.channels.set(channel.id, channel);
  for (const command of archive.commands) world.commands.set(command.id, command);
  for (const message of archive.messages) {
    world.messages.restore(message);
    for (const file of message.attachments) {
      const bytes = bytesOf(file);
      if (bytes !== undefined) world.files.restore(file, bytes);
    }
  }
}

/** Permissions are bigints, which JSON does not know. */
const toJson = (archive: Archive): string =>
  JSON.stringify(archive, (_key, value: unknown) => (typeof value === 'bigint' ? { $bigint: String(value) } : value));

const fromJson = (text: string): Archive =>
  JSON.parse(text, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && '$bigint' in value ? BigInt(String(value.$bigint)) : value,
  );

/** The folder that holds an archive: `world.json`, and the files of its messages by id. */
export class ArchiveFolder {
  readonly #folder: string;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** undefined when there is none, or one of another version. */
  async read(): Promise<{ readonly archive: Archive; readonly files: ReadonlyMap<string, Uint8Array> } | undefined> {
    const path = join(this.#folder, 'world.json');
    if (!existsSync(path)) return undefined;
    const archive = fromJson(await readFile(path, 'utf8'));
    if (archive.version !== 2) return undefined;
    const names = await this.#fileNames();
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(join(this.#folder, 'files', name))] as const),
    );
    return { archive, files: new Map(files) };
  }

  /** Saves a moment after every lasting change. Returns how to stop. */
  follow(world: World, stage: () => StageArchive, onFailure: (error: unknown) => void): () => void {
    const stop = world.events.subscribe(({ type }) => {
      if (!LASTING.has(type) || this.#timer !== undefined) return;
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.save(world, stage()).catch(onFailure);
      }, SAVE_AFTER_MS);
    });
    return () => {
      stop();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** One write at a time; `world.json` is replaced as a whole, so a kill leaves the old one or the new one. */
  save(world: World, stage: StageArchive): Promise<void> {
    const write = this.#writing.then(() => this.#save(world, archiveOf(world, stage)));
    // A failed save is the caller's to hear of; the next one tries again.
    this.#writing = write.catch((error: unknown) => void error);
    return write;
  }

  async #save(world: World, archive: Archive): Promise<void> {
    const folder = join(this.#folder, 'files');
    await mkdir(folder, { recursive: true });
    const wanted = new Set(archive.messages.flatMap(({ attachments }) => attachments.map(({ id }) => id)));
    const present = new Set(await this.#fileNames());
    for (const id of wanted) {
      const bytes = present.has(id) ? undefined : world.files.bytes(id);
      if (bytes !== undefined) await writeFile(join(folder, id), bytes);
    }
    const path = join(this.#folder, 'world.json');
    await writeFile(`${path}.new`, toJson(archive));
    await rename(`${path}.new`, path);
    for (const id of present) if (!wanted.has(id)) await rm(join(folder, id), { force: true });
  }

  async #fileNames(): Promise<readonly string[]> {
    const folder = join(this.#folder, 'files');
    return existsSync(folder) ? await readdir(folder) : [];
  }
}
