import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Permission } from '../../sandbox/discord/permissions.ts';
import { World } from '../../sandbox/discord/world.ts';
import { ArchiveFolder, reviveWorld, type StageArchive } from '../../sandbox/stage/archive.ts';
import { castNew, findCast } from '../../sandbox/stage/cast.ts';
import { FolderLock } from '../../sandbox/stage/folder-lock.ts';

const STAGE: StageArchive = {
  hostId: '7000000000000000001',
  viewers: { cleo: '7000000000000000002' },
  overlayPath: null,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A world made from what a folder holds. */
async function revived(): Promise<World> {
  const kept = await new ArchiveFolder(folder).read();
  if (kept === undefined) throw new Error('nothing was kept');
  const { token, ownerId, botId } = kept.archive;
  const world = new World({ token, identity: { ownerId, botId } });
  reviveWorld(world, kept.archive, ({ id }) => kept.files.get(id));
  return world;
}

test('a world is taken up again with the same ids, token, people, channels, commands and files', async () => {
  const world = new World();
  const cast = castNew(world);
  const { channels, people } = cast;
  const file = { name: 'song.mp3', bytes: Buffer.from('sound') };
  const message = await people.nova.say(channels.lobby, 'hello', file);
  world.messages.post({
    channelId: channels.lobby.id,
    authorId: world.bot.id,
    content: 'psst',
    ephemeralFor: people.ana.id,
  });
  const command = { id: '1', guildId: null, version: '1', type: 1, name: 'submit', body: { name: 'submit' } };
  world.commands.set(command.id, command);
  await new ArchiveFolder(folder).save(world, STAGE);

  const again = await revived();
  expect([again.token, again.bot.id, again.application.id]).toEqual([world.token, world.bot.id, world.application.id]);
  expect(findCast(again).channels).toEqual(findCast(world).channels);
  expect(again.messages.all(channels.lobby.id)).toEqual([message]);
  expect(Buffer.from(again.files.bytes(message.attachments[0]?.id ?? '') ?? []).toString()).toBe('sound');
  expect([...again.commands.values()]).toEqual([command]);
  expect(again.membersOf(cast.guild.id)).toEqual(world.membersOf(cast.guild.id));
  // Permissions are bigints: what was hidden stays hidden.
  expect(again.permissionsIn(people.ana.id, channels.debug.id)).toBe(0n);
  expect(again.permissionsIn(people.rio.id, channels.debug.id) & Permission.VIEW_CHANNEL).toBe(Permission.VIEW_CHANNEL);
});

test('files of messages that are gone are not kept', async () => {
  const world = new World();
  const { channels, people } = castNew(world);
  const archive = new ArchiveFolder(folder);
  const message = await people.nova.say(channels.lobby, '', { name: 'a.mp3', bytes: Buffer.from('a') });
  await archive.save(world, STAGE);
  expect(await readdir(join(folder, 'files'))).toHaveLength(1);
  world.messages.delete(channels.lobby.id, message.id);
  await archive.save(world, STAGE);
  expect(await readdir(join(folder, 'files'))).toEqual([]);
});

test('an archive of another version is as good as none', async () => {
  await writeFile(join(folder, 'world.json'), '{"version":1}');
  expect(await new ArchiveFolder(folder).read()).toBeUndefined();
});

test('a folder belongs to one demo at a time, and to the next one after a kill', async () => {
  const lock = new FolderLock(folder);
  expect(await lock.take()).toBeNull();
  await lock.release();
  await writeFile(join(folder, 'running'), '1');
  expect(await lock.take()).toBe(1);
  await writeFile(join(folder, 'running'), '999999999');
  expect(await lock.take()).toBeNull();
});
