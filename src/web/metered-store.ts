import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Meter } from './meter.ts';

/** The same store, with every transaction and read timed. */
export function meteredStore(store: Store, meter: Pick<Meter, 'store'>, clock: Pick<Clock, 'monotonic'>): Store {
  async function timed<T>(kind: 'transaction' | 'read', work: () => Promise<T>): Promise<T> {
    const startedAt = clock.monotonic();
    let failed = true;
    try {
      const result = await work();
      failed = false;
      return result;
    } finally {
      meter.store(kind, clock.monotonic() - startedAt, failed);
    }
  }
  return {
    transaction: (work) => timed('transaction', () => store.transaction(work)),
    read: (work) => timed('read', () => store.read(work)),
  };
}
