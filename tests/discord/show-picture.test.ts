import { describe, expect, test } from 'vitest';
import { CHART_SIZE, showChart } from '../../src/discord/show-chart.ts';
import { drawShow } from '../../src/discord/show-picture.ts';
import type { SessionReport } from '../../src/services/snapshots.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 20, 20);

function show(minutes: number, more: Partial<SessionReport> = {}): SessionReport {
  return {
    ...{ sessionId: 7, guildId: '1', host: 'nova_live 東京 🎧', startedAt: START, endedAt: START + minutes * MINUTE },
    ...{ endCause: 'host', viewers: null, gaps: [], songs: [], handles: [] },
    totals: { likes: 0, comments: 0, shares: 0, follows: 0, subscribes: 0, gifts: 0, coins: 0, joins: 0 },
    minutes: Array.from({ length: minutes }, (_, index) => ({
      ...{ at: START + index * MINUTE, viewers: 40 + index, engagement: 3, coins: index % 7 },
    })),
    ...more,
  };
}

const songs = (count: number, apartMs: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ at: START + index * apartMs, publicId: `4F${index}K`, artist: 'Artist', title: 'Title' },
  }));

/** What the test looks at of the chart library's options. */
interface Shown {
  readonly xAxis: readonly { readonly min: number; readonly max: number }[];
  readonly grid: readonly { readonly left: number; readonly top: number; readonly height: number }[];
  readonly yAxis: readonly { readonly name: string }[];
  readonly series: readonly {
    readonly type: string;
    readonly data: readonly (readonly [number, number])[];
    readonly markLine?: { readonly data: readonly { readonly xAxis: number; readonly label: { show: boolean } }[] };
  }[];
}
const chart = (report: SessionReport) => showChart(report) as unknown as Shown;
const barsOf = (shown: Shown) => shown.series.filter(({ type }) => type === 'bar').map(({ data }) => data);
const sum = (bars: readonly (readonly [number, number])[] | undefined) => bars?.reduce((all, [, y]) => all + y, 0);

describe('the picture of a show', () => {
  test.each([1, 2, 20, 50, 51, 240, 1_560, 4_320])(
    'of %i minutes has each of them in one of at most fifty bars',
    (n) => {
      const report = show(n);
      const [engagement, coins] = barsOf(chart(report));
      expect(engagement?.length).toBeLessThanOrEqual(50);
      expect(sum(engagement)).toBe(3 * n);
      if (n > 1) expect(sum(coins)).toBe(report.minutes.reduce((all, minute) => all + minute.coins, 0));
    },
  );

  test('of a minute shows that minute and no empty time after it, all charts on the same scale', () => {
    const { xAxis, grid } = chart(show(1));
    expect(xAxis.map(({ min, max }) => [min, max])).toEqual(xAxis.map(() => [START, START + MINUTE]));
    expect(new Set(grid.map(({ left }) => left)).size).toBe(1);
    for (const [index, { top }] of grid.entries()) {
      const above = grid[index - 1];
      if (above !== undefined) expect(top - above.top - above.height).toBeGreaterThanOrEqual(70);
    }
  });

  test('names songs where there is room for a label, and none when there are too many', () => {
    const labelled = (report: SessionReport) =>
      chart(report)
        .series[0]?.markLine?.data.filter(({ label }) => label.show)
        .map(({ xAxis }) => xAxis) ?? [];
    expect(labelled(show(60, { songs: songs(9, 5 * MINUTE) }))).toHaveLength(9);
    const tight = labelled(show(60, { songs: songs(9, 20_000) }));
    expect(tight.length).toBeLessThan(3);
    expect(tight[0]).toBe(START);
    expect(labelled(show(240, { songs: songs(70, 3 * MINUTE) }))).toEqual([]);
  });

  test('leaves out coins when none were given, and counts large crowds in thousands', () => {
    const quiet = show(20, { minutes: show(20).minutes.map((minute) => ({ ...minute, coins: 0 })) });
    expect(chart(quiet).yAxis.map(({ name }) => name)).toEqual(['Viewers', 'Engagement per minute']);
    const large = show(20, { minutes: show(20).minutes.map((minute) => ({ ...minute, viewers: 250_000 })) });
    expect(chart(large).yAxis[0]?.name).toBe('Viewers, thousands');
    expect(chart(large).series[0]?.data[0]?.[1]).toBe(250);
  });

  test.each([1, 240])('of %i minutes is drawn as a square PNG', async (minutes) => {
    const gaps = [{ fromAt: START + 10_000, toAt: null, cause: 'closed 1006' }];
    const png = Buffer.from(await drawShow(show(minutes, { songs: songs(minutes > 1 ? 40 : 1, 10_000), gaps })));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([CHART_SIZE, CHART_SIZE]);
    expect(png.length).toBeGreaterThan(20_000);
    expect(png.length).toBeLessThan(1_000_000);
  });
});
