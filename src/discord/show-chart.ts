import type { SessionReport } from '../services/snapshots.ts';

/** Square, so that a phone shows it as wide as the screen. px */
export const CHART_SIZE = 1_080;
const INK = '#e8e6f0';
const FAINT = '#3a3650';
const MOST_SONG_LABELS = 14;
/** A show of one minute still has an axis. */
const SHORTEST_MS = 5 * 60_000;

const axisText = { color: INK, fontSize: 26, fontFamily: 'DejaVu Sans' };

/** Characters that the font can draw; emoji and rare scripts become nothing instead of boxes. */
function drawable(content: string): string {
  return content.replace(/[^\u0020-\u02AF\u0370-\u058F\u2010-\u2027]/g, '').trim();
}

function songMarks(report: SessionReport) {
  const every = Math.max(1, Math.ceil(report.songs.length / MOST_SONG_LABELS));
  return report.songs.map((song, index) => ({
    xAxis: song.at,
    label: {
      show: index % every === 0,
      formatter: `#${song.publicId}`,
      position: 'end',
      rotate: 90,
      color: '#ffd479',
      fontSize: 20,
      align: 'left',
      fontFamily: 'DejaVu Sans',
    },
  }));
}

/**
 * The option object of the chart library for one show: viewers above, engagement and coins below, songs as marks, gaps
 * as shades. Pure.
 */
export function showChart(report: SessionReport): Record<string, unknown> {
  const from = report.minutes[0]?.at ?? report.startedAt;
  const to = Math.max(report.endedAt ?? 0, report.minutes.at(-1)?.at ?? 0, from + SHORTEST_MS);
  const timeAxis = (index: number, show: boolean) => ({
    type: 'time',
    gridIndex: index,
    min: from,
    max: to,
    axisLabel: { ...axisText, show, hideOverlap: true, formatter: '{axis|{HH}:{mm}}', rich: { axis: axisText } },
    axisLine: { lineStyle: { color: FAINT } },
    splitLine: { show: false },
    minInterval: 60_000,
    splitNumber: 6,
  });
  const valueAxis = (index: number, name: string, side: 'left' | 'right', color: string) => ({
    type: 'value',
    gridIndex: index,
    name,
    position: side,
    nameTextStyle: { ...axisText, color, align: side },
    axisLabel: { ...axisText, color },
    splitLine: { show: side === 'left', lineStyle: { color: FAINT } },
    minInterval: 1,
    splitNumber: 4,
  });
  const gaps = report.gaps.map((gap) => [{ xAxis: gap.fromAt }, { xAxis: gap.toAt ?? to }]);
  return {
    animation: false,
    textStyle: axisText,
    useUTC: true,
    backgroundColor: '#15131f',
    title: {
      text: `@${drawable(report.host)}`,
      subtext: `${new Date(report.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      left: 40,
      top: 26,
      textStyle: { color: INK, fontSize: 44, fontFamily: 'DejaVu Sans' },
      subtextStyle: { color: '#a5a0bd', fontSize: 24, fontFamily: 'DejaVu Sans' },
    },
    grid: [
      { left: 110, right: 110, top: 270, height: 300 },
      { left: 110, right: 110, top: 680, height: 300 },
    ],
    xAxis: [timeAxis(0, false), timeAxis(1, true)],
    yAxis: [
      { ...valueAxis(0, 'Viewers', 'left', '#7cc4ff'), nameGap: 96 },
      valueAxis(1, 'Engagement / min', 'left', '#b79bff'),
      valueAxis(1, 'Coins / min', 'right', '#ffb35c'),
    ],
    series: [
      {
        type: 'line',
        xAxisIndex: 0,
        yAxisIndex: 0,
        showSymbol: report.minutes.length < 3,
        symbolSize: 14,
        itemStyle: { color: '#7cc4ff' },
        connectNulls: false,
        lineStyle: { width: 5, color: '#7cc4ff' },
        areaStyle: { color: '#7cc4ff', opacity: 0.18 },
        data: report.minutes.map((minute) => [minute.at, minute.viewers]),
        markLine: {
          symbol: 'none',
          silent: true,
          lineStyle: { color: '#ffd479', type: 'dashed', width: 2 },
          data: songMarks(report),
        },
        markArea: { silent: true, itemStyle: { color: '#ff5c7a', opacity: 0.18 }, data: gaps },
      },
      {
        type: 'bar',
        xAxisIndex: 1,
        yAxisIndex: 1,
        barMaxWidth: 26,
        itemStyle: { color: '#8a63ff' },
        data: report.minutes.map((minute) => [minute.at, minute.engagement]),
      },
      {
        type: 'line',
        xAxisIndex: 1,
        yAxisIndex: 2,
        step: 'middle',
        showSymbol: report.minutes.length < 3,
        symbolSize: 14,
        lineStyle: { width: 4, color: '#ffb35c' },
        itemStyle: { color: '#ffb35c' },
        data: report.minutes.map((minute) => [minute.at, minute.coins]),
      },
    ],
  };
}
