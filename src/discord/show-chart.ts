import type { SessionReport } from '../services/snapshots.ts';
import { clockTime, plural } from './cards/words.ts';

/** Square, so that a phone shows it as wide as the screen. px */
export const CHART_SIZE = 1_080;
/** Where texts begin, and where charts do. */
const MARGIN = 46;
const LEFT = 130;
const RIGHT = 60;
const INK = '#e8e6f0';
const QUIET = '#a5a0bd';
const FAINT = '#3a3650';
const SONG = '#ffd479';
const GAP = '#ff5c7a';
const FONT = 'DejaVu Sans';
const MINUTE_MS = 60_000;
/** As many bars as a phone shows apart; a longer show has several minutes in each. */
const MOST_BARS = 50;
const BAR_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120];
/** With more songs than this no label would be readable. */
const MOST_SONG_LABELS = 14;
/** Room that one upright label takes. px */
const LABEL_PX = 30;
/** From here on an axis counts thousands. */
const THOUSANDS_FROM = 100_000;

const axisText = { color: INK, fontSize: 26, fontFamily: FONT };

/** Several minutes of the show as one bar. */
interface Bar {
  /** ms since the epoch: its middle. */
  readonly at: number;
  readonly engagement: number;
  readonly coins: number;
}

/** Characters that the font can draw; emoji and rare scripts become nothing instead of boxes. */
function drawable(content: string): string {
  return content.replace(/[^\u0020-\u02AF\u0370-\u058F\u2010-\u2027]/g, '').trim();
}

function barMinutes(minutes: number): number {
  return BAR_MINUTES.find((each) => minutes / each <= MOST_BARS) ?? Math.ceil(minutes / MOST_BARS);
}

function barsOf({ minutes }: SessionReport, each: number): readonly Bar[] {
  return Array.from({ length: Math.ceil(minutes.length / each) }, (_, index) => {
    const part = minutes.slice(index * each, (index + 1) * each);
    return {
      at: (part[0]?.at ?? 0) + (each * MINUTE_MS) / 2,
      engagement: part.reduce((sum, { engagement }) => sum + engagement, 0),
      coins: part.reduce((sum, { coins }) => sum + coins, 0),
    };
  });
}

/** Lines where songs began; labels only where there is room for them. */
function songMarks({ songs }: SessionReport, from: number, to: number) {
  const roomMs = (LABEL_PX * (to - from)) / (CHART_SIZE - LEFT - RIGHT);
  let labelledAt = Number.NEGATIVE_INFINITY;
  return songs.map(({ at, publicId }) => {
    const show = songs.length <= MOST_SONG_LABELS && at - labelledAt >= roomMs;
    if (show) labelledAt = at;
    const label = {
      ...{ show, formatter: `#${publicId}`, position: 'end', rotate: 90, align: 'left', verticalAlign: 'middle' },
      ...{ color: SONG, fontSize: 22, fontFamily: FONT },
    };
    return { xAxis: at, label };
  });
}

/** One of the charts that stand above each other. px */
interface Panel {
  readonly top: number;
  readonly height: number;
}

function panelsFor(hasCoins: boolean, hasLabels: boolean): readonly Panel[] {
  const top = hasLabels ? 260 : 190;
  const viewers = { top, height: (hasCoins ? 510 : 580) - top };
  if (!hasCoins) return [viewers, { top: 680, height: 250 }];
  return [viewers, { top: 590, height: 150 }, { top: 820, height: 110 }];
}

function timeAxis(gridIndex: number, from: number, to: number, show: boolean) {
  return {
    type: 'time',
    ...{ gridIndex, min: from, max: to },
    // The bars stand inside of the axis as they are; the charts above each other must not shift.
    containShape: false,
    axisLabel: {
      ...axisText,
      show,
      margin: 18,
      hideOverlap: true,
      formatter: '{axis|{HH}:{mm}}',
      rich: { axis: axisText },
    },
    axisLine: { lineStyle: { color: FAINT } },
    axisTick: { show, lineStyle: { color: QUIET }, length: 8 },
    splitLine: { show: false },
    minInterval: MINUTE_MS,
    splitNumber: 4,
  };
}

function valueAxis(gridIndex: number, name: string, color: string, values: readonly (number | null)[], nameGap = 18) {
  const isLarge = Math.max(0, ...values.map((value) => value ?? 0)) >= THOUSANDS_FROM;
  return {
    axis: {
      type: 'value',
      ...{ gridIndex, nameGap, min: 0, minInterval: 1, splitNumber: 3 },
      name: isLarge ? `${name}, thousands` : name,
      nameTextStyle: { ...axisText, color, align: 'left', padding: [0, 0, 0, MARGIN - LEFT] },
      axisLabel: { ...axisText, color },
      splitLine: { lineStyle: { color: FAINT } },
    },
    scaled: (value: number | null) => (value === null || !isLarge ? value : value / 1_000),
  };
}

/** What the colours mean, under it all. */
function legend({ gaps, songs }: SessionReport, to: number) {
  const gapMs = gaps.reduce((sum, { fromAt, toAt }) => sum + Math.max(0, (toAt ?? to) - fromAt), 0);
  const lines = [
    songs.length === 0 ? null : { text: '┆ a song begins', fill: SONG },
    gaps.length === 0 ? null : { text: `■ not connected, ${clockTime(gapMs)}`, fill: GAP },
    { text: 'Times are UTC', fill: QUIET },
  ].flatMap((line) => (line === null ? [] : [line]));
  return lines.map((line, index) => ({
    type: 'text',
    ...{ left: MARGIN + (index * (CHART_SIZE - 2 * MARGIN)) / lines.length, top: 1_024, silent: true },
    style: { ...line, fontSize: 24, fontFamily: FONT },
  }));
}

/**
 * The option object of the chart library for one show: viewers above, what they did and gave below, songs as marks, gaps
 * as shades. Pure.
 */
export function showChart(report: SessionReport): Record<string, unknown> {
  const each = barMinutes(report.minutes.length);
  const bars = barsOf(report, each);
  const from = report.minutes[0]?.at ?? report.startedAt;
  const to = Math.max(from + bars.length * each * MINUTE_MS, report.endedAt ?? 0);
  const hasCoins = bars.some(({ coins }) => coins > 0);
  const hasLabels = report.songs.length > 0 && report.songs.length <= MOST_SONG_LABELS;
  const panels = panelsFor(hasCoins, hasLabels);
  const per = each === 1 ? 'minute' : `${each} minutes`;
  const viewers = report.minutes.map((minute) => minute.viewers);
  const axes = [
    valueAxis(0, 'Viewers', '#7cc4ff', viewers, hasLabels ? 96 : 18),
    ...[
      valueAxis(
        1,
        `Engagement per ${per}`,
        '#b79bff',
        bars.map(({ engagement }) => engagement),
      ),
    ],
    ...(hasCoins
      ? [
          valueAxis(
            2,
            `Coins per ${per}`,
            '#ffb35c',
            bars.map(({ coins }) => coins),
          ),
        ]
      : []),
  ];
  const barSeries = (index: number, color: string, of: (bar: Bar) => number) => ({
    type: 'bar',
    ...{ xAxisIndex: index, yAxisIndex: index, barMaxWidth: 120, barCategoryGap: '20%' },
    itemStyle: { color, borderRadius: [3, 3, 0, 0] },
    data: bars.map((bar) => [bar.at, axes[index]?.scaled(of(bar))]),
  });
  const spanMs = Math.max(0, (report.endedAt ?? to) - report.startedAt);
  const when = new Date(report.startedAt).toISOString().slice(0, 16).replace('T', ' ');
  return {
    animation: false,
    textStyle: axisText,
    useUTC: true,
    backgroundColor: '#15131f',
    title: {
      text: `@${drawable(report.host)}`,
      subtext: `${when} · lasted ${clockTime(spanMs)} · ${plural(report.songs.length, 'song')}`,
      ...{ left: MARGIN - 6, top: 26 },
      textStyle: { color: INK, fontSize: 44, fontFamily: FONT, width: CHART_SIZE - 80, overflow: 'truncate' },
      subtextStyle: { color: QUIET, fontSize: 26, fontFamily: FONT },
    },
    grid: panels.map(({ top, height }) => ({ left: LEFT, right: RIGHT, top, height })),
    xAxis: panels.map((_, index) => timeAxis(index, from, to, index === panels.length - 1)),
    yAxis: axes.map(({ axis }) => axis),
    graphic: legend(report, to),
    series: [
      {
        type: 'line',
        ...{ xAxisIndex: 0, yAxisIndex: 0, showSymbol: viewers.length < 3, symbolSize: 16, connectNulls: false },
        itemStyle: { color: '#7cc4ff' },
        lineStyle: { width: 5, color: '#7cc4ff' },
        areaStyle: { color: '#7cc4ff', opacity: 0.18 },
        data: report.minutes.map((minute) => [minute.at + MINUTE_MS / 2, axes[0]?.scaled(minute.viewers)]),
        markLine: {
          ...{ symbol: 'none', silent: true },
          lineStyle:
            report.songs.length <= MOST_SONG_LABELS
              ? { color: SONG, type: 'dashed', width: 2 }
              : { color: SONG, type: 'solid', width: 1, opacity: 0.35 },
          data: songMarks(report, from, to),
        },
        markArea: {
          ...{ silent: true, itemStyle: { color: GAP, opacity: 0.3 } },
          data: report.gaps.map((gap) => [{ xAxis: gap.fromAt }, { xAxis: gap.toAt ?? to }]),
        },
      },
      barSeries(1, '#8a63ff', ({ engagement }) => engagement),
      ...(hasCoins ? [barSeries(2, '#ffb35c', ({ coins }) => coins)] : []),
    ],
  };
}
