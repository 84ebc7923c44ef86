import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BackupService } from '../../src/services/backup-service.ts';
import { UpkeepService } from '../../src/services/upkeep-service.ts';
import { BackupFolder } from '../../src/store/backup-folder.ts';
import { openStore } from '../../src/store/database.ts';
import { CoreStage, GUILD, quietLog, STAFF, unwrap } from './core-stage.ts';
import { ManualClock, settle } from './manual-clock.ts';

const HOUR = 3_600_000;
const JUMPS = [
  ['forwards a day', 24 * HOUR],
  ['back an hour', -HOUR - 7_000],
] as const;

let stage: CoreStage;
beforeEach(async () => {
  stage = await CoreStage.open();
});
afterEach(() => stage.close());

describe.each(JUMPS)('a clock that is set %s in the middle of a show', (_how, jumpMs) => {
  test('changes no order: who came later stands later, in every line', async () => {
    const wanted: string[] = [];
    for (const line of ['skip', 'free'] as const) {
      const songs = [await stage.submit('1', { line: 'free' })];
      stage.clock.jumpMs += jumpMs;
      songs.push(await stage.submit('2', { line: 'free' }));
      stage.clock.jumpMs -= jumpMs;
      songs.push(await stage.submit('3', { line: 'free' }));
      if (line === 'skip') for (const song of songs) unwrap(await stage.queue.move(GUILD, STAFF, song.id, 'skip'));
      wanted.push(...songs.map(({ publicId }) => publicId));
    }
    expect(await stage.order()).toEqual(wanted);
  });

  test('puts a song that is undone exactly where it stood', async () => {
    for (const owner of ['1', '2', '3']) await stage.submit(owner, { line: 'free' });
    const before = await stage.order();
    unwrap(await stage.queue.next(GUILD, STAFF));
    stage.clock.jumpMs += jumpMs;
    unwrap(await stage.queue.undo(GUILD, STAFF));
    expect(await stage.order()).toEqual(before);
  });

  test('goes on making one backup an hour', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skipline-jumps-'));
    const store = await openStore(join(folder, 'skipline.db'));
    const clock = new ManualClock();
    const backups = new BackupFolder(store, join(folder, 'backups'));
    let made = 0;
    const counted = {
      list: () => backups.list(),
      rotate: (keep: number) => backups.rotate(keep),
      make: async (at: number) => {
        const backup = await backups.make(at);
        made += 1;
        return backup;
      },
    };
    const due = async (ms: number) => {
      const before = made;
      await clock.advance(ms);
      // The next one is asked for when this one is done.
      while (made === before || clock.waiting === 0) await settle(1);
    };
    const service = new BackupService({ backups: counted, clock, log: quietLog, onFailing: () => undefined });
    await service.start();
    await due(60_000);
    clock.jumpMs = jumpMs;
    await due(HOUR);
    await due(HOUR);
    await service.stop();
    // A restart finds backups of a later time than now, or old ones: the next one comes all the same.
    clock.jumpMs = -jumpMs;
    const again = new BackupService({ backups: counted, clock, log: quietLog, onFailing: () => undefined });
    await again.start();
    await due(HOUR);
    await again.stop();
    expect(made).toBe(4);
    expect(await backups.list()).toHaveLength(4);
    await store.close();
    await rm(folder, { recursive: true });
  });

  test('runs upkeep on, and takes nothing away that is needed', async () => {
    const { store, bus, clock } = stage;
    let purged = 0;
    const guilds = {
      purge: async () => {
        purged += 1;
        return [];
      },
    };
    const upkeep = new UpkeepService({ store, bus, clock, log: quietLog, guilds });
    const song = await stage.submit('1', { line: 'free' });
    await upkeep.run();
    clock.jumpMs += jumpMs;
    await upkeep.run();
    expect(purged).toBe(1);
    await clock.advance(HOUR);
    await upkeep.run();
    expect(purged).toBe(2);
    expect(await stage.order()).toEqual([song.publicId]);
  });
});
