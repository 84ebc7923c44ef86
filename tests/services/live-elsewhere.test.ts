import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveShow } from './live-show.ts';
import { GUILD, STAFF } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

/** The room is over, and looking where the host is by now takes until `found` is called. */
async function overAndLooking(): Promise<{ readonly found: () => void }> {
  await show.goLive('70');
  const gate = Promise.withResolvers<void>();
  const find = show.source.find.bind(show.source);
  show.source.find = async () => {
    show.source.find = find;
    await gate.promise;
    return find();
  };
  show.source.refusals = [{ kind: 'offline' }, { kind: 'offline' }];
  show.source.goLive('71');
  show.source.ear?.closed(1000);
  await show.until(() => show.active.recovering !== null);
  await show.pass(1_000, () => show.status.kind === 'disconnected');
  return { found: gate.resolve };
}

/** Everything that was due has happened. */
const settle = () => show.pass(1_000, () => true);

describe('while it is looked whether the host went on in another room', () => {
  it('a connect by staff counts, and nothing breaks into its session', async () => {
    const { found } = await overAndLooking();
    await show.service.connect(GUILD, STAFF, 'djhost', false);
    const { sessionId } = show.active;
    found();
    await settle();
    expect(show.status).toMatchObject({ kind: 'active', sessionId, recovering: null });
  });

  it('a disconnect by staff ends the looking', async () => {
    const { found } = await overAndLooking();
    const left = show.service.disconnect(GUILD, STAFF);
    found();
    expect(await left).toEqual({ ok: false, error: { code: 'live-not-connected' } });
    await settle();
    expect(show.status.kind).toBe('disconnected');
  });
});
