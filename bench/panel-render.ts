import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderPanel } from '../src/discord/panels/panel-cards.ts';
import { PANEL_KINDS } from '../src/discord/panels/panel-kinds.ts';
import { EventBus } from '../src/lib/event-bus.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import type { Facts } from '../src/services/events.ts';
import { QueueService } from '../src/services/queue-service.ts';
import { SettingsService } from '../src/services/settings-service.ts';
import type { SqliteStore } from '../src/store/database.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import { filled, GUILD } from './store-bench.ts';

const CALLS = 200;
const WARM_UP = 30;
const [MANY, FEW] = [10_000, 8];

/** From the store to the card, the last page of the pages: at 10,000 waiting songs beside 8. */
export async function renderBench(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const opened: SqliteStore[] = [];
  try {
    const [many, few] = [
      await filled(join(folder, 'many.db'), 10_000, MANY),
      await filled(join(folder, 'few.db'), 10_000, FEW),
    ];
    opened.push(many, few);
    const rows: BenchRow[] = [];
    for (const kind of PANEL_KINDS) {
      const [draw, drawFew] = [renderer(many), renderer(few)];
      const times: { readonly many: number[]; readonly few: number[] } = { many: [], few: [] };
      for (let call = 0; call < WARM_UP + CALLS; call += 1) {
        const [ours, other] = [await timed(() => draw(kind, call)), await timed(() => drawFew(kind, call))];
        if (call < WARM_UP) continue;
        times.many.push(ours);
        times.few.push(other);
      }
      const name = `drawing ${kind} at 10,000 songs`;
      rows.push(
        besides(`${name}, median`, percentile(times.many, 0.5), 'ms', '8 songs', percentile(times.few, 0.5)),
        besides(`${name}, p99`, percentile(times.many, 0.99), 'ms', '8 songs', percentile(times.few, 0.99)),
      );
    }
    return rows;
  } finally {
    for (const store of opened) await store.close();
    await rm(folder, { recursive: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function renderer(store: SqliteStore) {
  const clock = systemClock;
  const bus = new EventBus<Facts>((listener, error) => {
    throw new Error(listener, { cause: error });
  });
  const settings = new SettingsService({ store, bus, clock });
  const queue = new QueueService({ store, settings, bus, clock });
  const sources = {
    queue,
    settings,
    live: { status: () => ({ kind: 'disconnected', guildId: GUILD, lastHost: null, lastRefusal: null }) as const },
    playback: {
      status: () =>
        ({
          guildId: GUILD,
          voice: { kind: 'away', why: null },
          player: { kind: 'idle' },
          volume: 100,
          filters: [],
        }) as const,
    },
  };
  return (kind: (typeof PANEL_KINDS)[number], call: number) =>
    renderPanel(sources, async () => null, clock.now, GUILD, kind, call % 2 === 0 ? 0 : 1_000_000);
}
