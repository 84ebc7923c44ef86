import { describe, expect, it } from 'vitest';
import { LiveBatch } from '../../src/services/live-batch.ts';
import { liveUser, T0 } from './live-stage.ts';

const VIEWERS = 60_000;

/** As full as a batch gets while the store is away. */
function fullBatch(): LiveBatch {
  const batch = new LiveBatch();
  for (let index = 0; index < VIEWERS; index += 1) batch.did(liveUser(`${1_000 + index}`), 'comment', 1, 2, T0);
  return batch;
}

describe('a batch that waits for the store', () => {
  it('takes in a later one: known viewers go on, of further ones every event is counted as merged', () => {
    const batch = fullBatch();
    const later = new LiveBatch();
    later.did(liveUser('1000'), 'comment', 1, 2, T0);
    for (let times = 0; times < 3; times += 1) later.did(liveUser('7'), 'comment', 1, 2, T0);
    later.did(liveUser('7'), 'like', 15, 15, T0);
    expect(batch.absorb(later)).toBe(4);
    expect(batch.merged).toBe(4);
    expect(batch.viewers.get('1000')?.did.comment).toBe(2);
    expect(batch.viewers.has('7')).toBe(false);
    // The numbers of the show have them all.
    expect([...batch.minutes.values()]).toMatchObject([{ comments: VIEWERS + 4, likes: 15 }]);
  });

  it('remembers the newest comments only, however many come', () => {
    const batch = new LiveBatch();
    for (let minute = 0; minute < 10; minute += 1) {
      const later = new LiveBatch();
      for (let index = 0; index < 20_000; index += 1) {
        later.remember(`${minute}-${index}`);
        later.heard({ user: liveUser('7'), text: `${minute}-${index}` });
      }
      batch.absorb(later);
    }
    expect(batch.messageIds.length).toBeLessThanOrEqual(10_000);
    expect(batch.spoken.length).toBeLessThanOrEqual(2_000);
    expect(batch.messageIds.slice(-5_000)).toEqual(Array.from({ length: 5_000 }, (_, n) => `9-${15_000 + n}`));
    expect(batch.spoken.at(-1)?.text).toBe('9-19999');
  });

  it('keeps everybody who gave something, however full it is', () => {
    const batch = fullBatch();
    const later = new LiveBatch();
    later.gave(liveUser('7'), T0);
    later.did(liveUser('7'), 'comment', 1, 2, T0);
    expect(batch.absorb(later)).toBe(0);
    expect(batch.viewers.get('7')).toMatchObject({ gave: true, did: { comment: 1 } });
  });
});
