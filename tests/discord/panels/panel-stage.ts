import type { Card } from '../../../src/discord/cards/card.ts';
import { textCard } from '../../../src/discord/cards/card.ts';
import { PanelKeeper } from '../../../src/discord/panels/panel-keeper.ts';
import type { PanelKind } from '../../../src/discord/panels/panel-kinds.ts';
import type { PanelView } from '../../../src/discord/panels/panel-view.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import type { PanelRow } from '../../../src/ports/panel-store.ts';
import { ManualClock } from '../../services/manual-clock.ts';
import { FakeWire } from './fake-wire.ts';
import { MemoryBook } from './memory-book.ts';

export const GUILD = '100000000000000001';

/** A keeper over a wire and a clock of our own; what panels show is a word per kind that tests change. */
export function panelStage(rows: readonly PanelRow[] = [], start?: number) {
  const clock = new ManualClock(start);
  const wire = new FakeWire(clock);
  const memory = new MemoryBook(rows);
  const state = { word: 'start', refreshMs: null as number | null, fault: null as Error | null, away: [] as string[] };
  const alerts: string[] = [];
  const lost: string[] = [];
  const faults: unknown[] = [];
  const note = (facts: object) => void faults.push(facts);
  const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
  const draw = (kind: PanelKind, page: number): Card => textCard('brand', `${kind}: ${state.word} (${page})`);
  const keeper = new PanelKeeper({
    book: memory,
    wire,
    clock,
    log,
    isHere: (guildId) => !state.away.includes(guildId),
    render: async (_guildId, kind, page): Promise<PanelView> => {
      if (state.fault !== null) throw state.fault;
      return { card: draw(kind, page), page, refreshMs: state.refreshMs };
    },
    paused: (kind) => textCard('quiet', `${kind}: paused`),
    alert: async (_guildId, text) => void alerts.push(text),
    channelLost: async (_guildId, kind, channelId) => void lost.push(`${kind} ${channelId}`),
    meter: { panel: () => undefined },
  });
  return {
    clock,
    wire,
    memory,
    book: memory.rows,
    state,
    alerts,
    lost,
    faults,
    keeper,
    /** Places a panel while time goes on by itself. */
    place: async (kind: PanelKind, channelId: string) => {
      const placed = keeper.place(GUILD, kind, channelId);
      await clock.advance(1_000);
      return placed;
    },
  };
}

export type PanelStage = ReturnType<typeof panelStage>;

export const storedRow = (change: Partial<PanelRow> & Pick<PanelRow, 'kind' | 'channelId'>): PanelRow => ({
  guildId: GUILD,
  messageId: null,
  page: 0,
  contentHash: null,
  postedAt: null,
  trouble: null,
  ...change,
});
