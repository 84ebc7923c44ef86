import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import { ERASED } from '../../src/domain/submission.ts';
import type { Result } from '../../src/lib/result.ts';
import type { LiveStatus } from '../../src/services/snapshots.ts';
import { LiveShow } from './live-show.ts';
import { GUILD, STAFF } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
  await show.stage.store.transaction((tx) => tx.guilds.join(GUILD, 1));
});
afterEach(() => show.close());

const connect = (persistent: boolean): Promise<Result<LiveStatus, Failure>> =>
  show.service.connect(GUILD, STAFF, '@djhost', persistent);

/** The process ends and another one begins. */
async function restarted(): Promise<LiveShow> {
  await show.service.stop();
  show = new LiveShow(show.stage, show.source, show.clock);
  await show.service.start();
  return show;
}

describe('waiting for a host', () => {
  it('goes on after a restart, and the show is entered when it begins', async () => {
    await connect(true);
    await restarted();
    expect(show.status).toMatchObject({ kind: 'trying', host: 'djhost', persistent: true });
    show.source.goLive();
    await show.pass(1_000, () => show.status.kind === 'active');
    expect(show.active.host).toBe('djhost');
    await show.service.disconnect(GUILD, STAFF);
    expect((await restarted()).status.kind).toBe('disconnected');
  });

  it('is over for the next process too when staff cancelled it', async () => {
    await connect(true);
    await show.service.disconnect(GUILD, STAFF);
    expect((await restarted()).status.kind).toBe('disconnected');
  });

  it('is over for the next process too when it was given up', async () => {
    show.source.goLive();
    show.source.refusals = [{ kind: 'age-restricted' }];
    await connect(true);
    expect((await restarted()).status.kind).toBe('disconnected');
  });

  it('is nothing that a single try leaves behind', async () => {
    await connect(false);
    expect((await restarted()).status.kind).toBe('disconnected');
  });

  it('does not keep who asked for it when their data is deleted', async () => {
    await connect(true);
    const { store } = show.stage;
    await store.transaction((tx) => tx.privacy.erase(GUILD, STAFF));
    const notes = await store.read((tx) => tx.notes.beginningWith(''));
    expect(JSON.stringify([...notes])).not.toContain(STAFF);
    expect((await restarted()).status).toMatchObject({ kind: 'trying', host: 'djhost' });
  });

  it('does not bring back who asked for it, when the host comes after their data was deleted', async () => {
    await connect(true);
    const { store } = show.stage;
    await store.transaction((tx) => tx.privacy.erase(GUILD, STAFF));
    show.source.goLive();
    await show.pass(30_000, () => show.status.kind === 'active');
    expect(await store.read((tx) => tx.audits.list(GUILD, 5))).toMatchObject([
      { actor: ERASED, action: 'live.connect' },
    ]);
    expect(await store.read((tx) => tx.lives.openSessions())).toMatchObject([{ askedBy: ERASED }]);
  });

  it('ends where the bot was removed', async () => {
    await connect(true);
    await show.stage.store.transaction((tx) => tx.guilds.leave(GUILD, 2));
    expect((await restarted()).status.kind).toBe('disconnected');
  });
});
