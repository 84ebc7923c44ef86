import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../src/ports/store.ts';
import { BACKUPS_KEPT, BackupService } from '../../src/services/backup-service.ts';
import { checkBackup } from '../../src/store/backup-check.ts';
import { BackupFolder } from '../../src/store/backup-folder.ts';
import { connect } from '../../src/store/connection.ts';
import { openStore } from '../../src/store/database.ts';
import { restoreBackup } from '../../src/store/restore.ts';
import { ManualClock } from '../services/manual-clock.ts';

const AT = Date.UTC(2026, 10, 21, 12, 0, 5);
const QUIET = { debug() {}, info() {}, warn() {}, error() {}, child: () => QUIET };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-backup-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const database = () => join(dataDir, 'skipline.db');
const put = async (value: string) => {
  const store = await openStore(database());
  await store.transaction((tx) => tx.notes.set('mark', value));
  return store;
};

describe('a backup', () => {
  test('is a sound copy made while the store is open, with the points beside it', async () => {
    const store = await put('one');
    await store.transaction(async (tx) => {
      const { id } = await tx.handles.addUnseen('g', 'ana');
      await tx.handles.addUnseen('g', 'without points');
      await tx.points.change('g', [{ handleId: id, origin: 'staff', points: 12 }], 'staff', 'a gift of the house', AT);
    });
    const folder = new BackupFolder(store, join(dataDir, 'backups'));
    const made = await folder.make(AT);
    expect(made.file).toMatch(/skipline-20261121T120005Z\.db$/);
    expect((await checkBackup(made.file)).schemaVersion).toBeGreaterThan(0);
    expect(JSON.parse(await readFile(made.file.replace('.db', '.points.json'), 'utf8'))).toEqual([
      { guildId: 'g', handle: 'ana', linkedUserId: null, points: 12 },
    ]);
    expect(await folder.list()).toEqual([{ ...made }]);
    await store.close();
  });

  test('that the disk had no room for leaves nothing behind, and the ones before it stay', async () => {
    const store = await put('one');
    const folder = new BackupFolder(store, join(dataDir, 'backups'));
    const kept = await folder.make(AT);
    const full = new BackupFolder(
      {
        backup: async (file) => {
          await writeFile(file, 'the first half');
          throw new StoreError('full', 'The disk is full.');
        },
      },
      join(dataDir, 'backups'),
    );
    await expect(full.make(AT + 1_000)).rejects.toMatchObject({ trouble: 'full' });
    const damaged = new BackupFolder(
      { backup: (file) => writeFile(file, 'x'.repeat(9_000)) },
      join(dataDir, 'backups'),
    );
    await expect(damaged.make(AT + 2_000)).rejects.toMatchObject({ trouble: 'not-a-database' });
    expect((await readdir(join(dataDir, 'backups'))).sort()).toEqual(
      [kept.file, kept.file.replace('.db', '.points.json')].map((file) => basename(file)).sort(),
    );
    await store.close();
  });

  test('that was killed half-way is cleared away by the next one; what is no file is no backup', async () => {
    const store = await put('one');
    const at = join(dataDir, 'backups');
    await mkdir(join(at, 'skipline-20261121T090000Z.db'), { recursive: true });
    await symlink(join(dataDir, 'not mounted'), join(at, 'skipline-20261121T100000Z.db'));
    for (const left of ['db.part', 'db.part-journal', 'points.json'])
      await writeFile(join(at, `skipline-20261121T110000Z.${left}`), 'half');
    const folder = new BackupFolder(store, at);
    expect(await folder.list()).toEqual([]);
    const made = await folder.make(AT);
    expect(await folder.list()).toEqual([made]);
    expect((await readdir(at)).filter((name) => name.includes('T110000Z'))).toEqual([]);
    await store.close();
  });

  test('made while a LIVE writes without a pause loses nothing of it, and is one moment of it', async () => {
    const store = await put('0');
    let [written, done] = [0, false];
    const live = (async () => {
      while (!done) {
        written += 1;
        await store.transaction(async (tx) => {
          await tx.notes.set('mark', String(written));
          await tx.notes.set(`event ${written}`, 'x'.repeat(2_000));
        });
      }
    })();
    const folder = new BackupFolder(store, join(dataDir, 'backups'));
    const copies = [await folder.make(AT), await folder.make(AT + 1_000), await folder.make(AT + 2_000)];
    done = true;
    await live;
    expect(written).toBeGreaterThan(3);
    expect(await store.read((tx) => tx.notes.get('mark'))).toBe(String(written));
    for (let event = 1; event <= written; event += 1)
      expect(await store.read((tx) => tx.notes.get(`event ${event}`))).toHaveLength(2_000);
    await store.close();
    for (const { file } of copies) {
      const copy = await openStore(file);
      const mark = Number(await copy.read((tx) => tx.notes.get('mark')));
      expect(await copy.read((tx) => tx.notes.get(`event ${mark}`))).not.toBeNull();
      expect(await copy.read((tx) => tx.notes.get(`event ${mark + 1}`))).toBeNull();
      await copy.close();
    }
  });

  test('is rotated: the newest 48 stay', async () => {
    const store = await put('one');
    const folder = new BackupFolder(store, join(dataDir, 'backups'));
    for (let hour = 0; hour < 4; hour += 1) await folder.make(AT + hour * 3_600_000);
    await folder.rotate(2);
    expect((await folder.list()).map(({ at }) => at)).toEqual([AT + 2 * 3_600_000, AT + 3 * 3_600_000]);
    await store.close();
  });

  test('comes every hour, counted from the newest one there is, and again after a failure', async () => {
    const clock = new ManualClock(AT);
    const made: number[] = [];
    let broken = false;
    const backups = {
      list: async () => [{ file: 'x', at: AT - 1_800_000, bytes: 1 }],
      make: async (at: number) => {
        if (broken) throw new Error('disk full');
        made.push(at);
        return { file: 'x', at, bytes: 1 };
      },
      rotate: async (keep: number) => expect(keep).toBe(BACKUPS_KEPT),
    };
    let told = 0;
    const onFailing = () => {
      told += 1;
    };
    const service = new BackupService({ backups, clock, log: QUIET, onFailing });
    await service.start();
    await clock.advance(1_799_000);
    expect(made).toEqual([]);
    await clock.advance(1_000);
    expect(made).toHaveLength(1);
    broken = true;
    await clock.advance(3_600_000);
    broken = false;
    await clock.advance(600_000);
    expect(made).toHaveLength(2);
    expect(told, 'one that failed and was made up for is nobody’s trouble').toBe(0);
    broken = true;
    await clock.advance(3_600_000);
    await clock.advance(600_000);
    expect(told).toBe(0);
    await clock.advance(600_000);
    expect(told).toBe(1);
    await service.stop();
    expect(clock.waiting).toBe(0);
  });
});

test('a folder for backups that is not there, such as a disk that is not mounted, keeps no bot from starting', async () => {
  const store = await put('one');
  const clock = new ManualClock(AT);
  await symlink(join(dataDir, 'not mounted'), join(dataDir, 'backups'));
  const backups = new BackupFolder(store, join(dataDir, 'backups'));
  const failures: string[] = [];
  let failed = () => {};
  const log = {
    ...QUIET,
    error: (_facts: object, said: string) => {
      failures.push(said);
      failed();
    },
  };
  const service = new BackupService({ backups, clock, log, onFailing: () => undefined });
  await service.start();
  expect(failures).toEqual(['the backups cannot be listed']);
  const tried = new Promise<void>((resolve) => {
    failed = resolve;
  });
  await clock.advance(60_000);
  await tried;
  expect(failures.at(-1)).toBe('the backup failed');
  await mkdir(join(dataDir, 'not mounted'));
  await service.stop();
  expect(await backups.list()).toEqual([]);
  await store.close();
});

describe('a restore', () => {
  test('puts the copy back, keeps the database of before, and changes nothing in a dry run', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    await store.transaction((tx) => tx.notes.set('mark', 'two'));
    await store.close();
    await restoreBackup(dataDir, file, { dryRun: true, now: AT });
    const unchanged = await openStore(database());
    expect(await unchanged.read((tx) => tx.notes.get('mark'))).toBe('two');
    await unchanged.close();
    const report = await restoreBackup(dataDir, file, { dryRun: false, now: AT });
    const restored = await openStore(database());
    expect(await restored.read((tx) => tx.notes.get('mark'))).toBe('one');
    await restored.close();
    expect((await checkBackup(report.safetyCopy ?? '')).schemaVersion).toBe(report.contents.schemaVersion);
  });

  test('is refused while the bot has the database open', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    await expect(restoreBackup(dataDir, file, { dryRun: false, now: AT })).rejects.toMatchObject({ trouble: 'locked' });
    expect(await store.read((tx) => tx.notes.get('mark'))).toBe('one');
    await store.close();
  });

  test('is refused with a file that is damaged or not ours', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    await store.close();
    const bytes = await readFile(file);
    await writeFile(join(dataDir, 'bad.db'), bytes.fill(0xff, 4_096, 8_192));
    await expect(restoreBackup(dataDir, join(dataDir, 'bad.db'), { dryRun: false, now: AT })).rejects.toMatchObject({
      name: 'StoreError',
    });
    await writeFile(join(dataDir, 'text.db'), 'not a database');
    await expect(restoreBackup(dataDir, join(dataDir, 'text.db'), { dryRun: false, now: AT })).rejects.toMatchObject({
      name: 'StoreError',
    });
  });

  test('is refused with a backup of a newer release, which the bot would refuse to start with', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    await store.close();
    const newer = await connect(file, false);
    await newer.script('PRAGMA user_version = 999;');
    await newer.close();
    for (const dryRun of [true, false])
      await expect(restoreBackup(dataDir, file, { dryRun, now: AT })).rejects.toMatchObject({
        trouble: 'newer-schema',
      });
  });

  test("of another folder's database takes what only its log holds", async () => {
    const store = await put('one');
    await store.transaction((tx) => tx.notes.set('mark', 'two'));
    const other = join(dataDir, 'of a bot that was killed');
    await mkdir(other);
    for (const file of ['skipline.db', 'skipline.db-wal']) await copyFile(join(dataDir, file), join(other, file));
    await store.close();
    await restoreBackup(dataDir, join(other, 'skipline.db'), { dryRun: false, now: AT });
    const restored = await openStore(database());
    expect(await restored.read((tx) => tx.notes.get('mark'))).toBe('two');
    await restored.close();
  });

  test('keeps the log of a damaged database beside it: what can still be saved of it stands there', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    const log = await readFile(`${database()}-wal`);
    await store.close();
    await writeFile(database(), 'damaged beyond repair');
    await writeFile(`${database()}-wal`, log);
    const { safetyCopy } = await restoreBackup(dataDir, file, { dryRun: false, now: AT });
    expect(log.equals(await readFile(`${safetyCopy}-wal`))).toBe(true);
    const restored = await openStore(database());
    expect(await restored.read((tx) => tx.notes.get('mark'))).toBe('one');
    await restored.close();
  });

  test('mends a damaged database', async () => {
    const store = await put('one');
    const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
    await store.close();
    await writeFile(database(), 'damaged beyond repair');
    await restoreBackup(dataDir, file, { dryRun: false, now: AT });
    const restored = await openStore(database());
    expect(await restored.read((tx) => tx.notes.get('mark'))).toBe('one');
    await restored.close();
  });
});
