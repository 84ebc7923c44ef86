import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { showTable } from '../../src/discord/show-table.ts';
import type { SessionHandleRow, SessionReport } from '../../src/services/snapshots.ts';

function report(handles: number, nickname = ''): SessionReport {
  const row = (n: number): SessionHandleRow => ({
    ...{ handle: `viewer${n}`, nickname, linkedUserId: null, watchMs: 0, likes: n, comments: 0, shares: 0 },
    ...{ follows: 0, subscribes: 0, gifts: 0, coins: 0 },
  });
  return {
    ...{ sessionId: 7, guildId: '1', host: 'djhost', startedAt: 0, endedAt: 1, endCause: 'host' },
    totals: { likes: 0, comments: 0, shares: 0, follows: 0, subscribes: 0, gifts: 0, coins: 0, joins: 0 },
    ...{ viewers: null, gaps: [], minutes: [], songs: [] },
    handles: Array.from({ length: handles }, (_, n) => row(n)),
  };
}

const linesOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd().split('\r\n');

describe('the table of a show', () => {
  it('is left out when nobody engaged', async () => {
    expect(await showTable(report(0), new Map())).toBeNull();
  });

  it('has every handle once below one head', async () => {
    const table = await showTable(report(1_203), new Map());
    expect(table?.name).toBe('show-7.csv');
    const [head, ...rows] = linesOf(table?.bytes ?? new Uint8Array());
    expect(head).toContain('tiktok_handle');
    expect(rows.map((row) => row.split(',')[0])).toEqual(Array.from({ length: 1_203 }, (_, n) => `viewer${n}`));
  });

  it('is packed, whole, when it is larger than what Discord takes', async () => {
    const table = await showTable(report(40_000, '東京'.repeat(40)), new Map());
    expect(table?.name).toBe('show-7.csv.gz');
    expect(table?.bytes.byteLength).toBeLessThan(9_500_000);
    expect(linesOf(gunzipSync(table?.bytes ?? new Uint8Array()))).toHaveLength(40_001);
  });

  it('lets everything else have its turn while it is made', async () => {
    let turns = 0;
    const turn = setInterval(() => {
      turns += 1;
    }, 0);
    await showTable(report(20_000), new Map());
    clearInterval(turn);
    expect(turns).toBeGreaterThan(10);
  });
});
