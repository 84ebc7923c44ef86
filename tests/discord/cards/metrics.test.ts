import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { validateNewMessage } from '../../../sandbox/discord/validate/message.ts';
import { cell, compact, metricsCard } from '../../../src/discord/cards/metrics-card.ts';
import { metricsCsv } from '../../../src/discord/cards/metrics-csv.ts';
import type { SessionHandleRow, SessionReport } from '../../../src/services/snapshots.ts';

const START = Date.UTC(2026, 10, 20, 20);

function row(n: number, change: Partial<SessionHandleRow> = {}): SessionHandleRow {
  return {
    handle: `viewer${n}`,
    nickname: `Viewer ${n}`,
    linkedUserId: null,
    watchMs: 3_600_000,
    likes: 1_234_567,
    comments: 12_345,
    shares: 999,
    follows: 1,
    subscribes: 0,
    gifts: 3,
    coins: 29_999,
    ...change,
  };
}

function report(handles: readonly SessionHandleRow[]): SessionReport {
  return {
    sessionId: 7,
    guildId: '1',
    host: 'nova_live',
    startedAt: START,
    endedAt: START + 7_200_000,
    endCause: 'host',
    totals: {
      likes: 1e9,
      comments: 1e6,
      shares: 1e5,
      follows: 1e4,
      subscribes: 1e3,
      gifts: 1e6,
      coins: 1e9,
      joins: 1e6,
    },
    viewers: { peak: 10_000, average: 5_000, lowest: 1 },
    gaps: [{ fromAt: START + 1_000, toAt: START + 61_000, cause: 'drop' }],
    minutes: [],
    songs: [],
    handles,
  };
}

const NO_FILES = { picture: null, table: null };
const body = (card: ReturnType<typeof metricsCard>) => ({ flags: 1 << 15, components: card.components });

function shownText(card: ReturnType<typeof metricsCard>): string {
  return JSON.stringify(card.components);
}

describe('the numbers after a show', () => {
  test.each([0, 1, 15, 16, 1_000, 100_000])('stay within Discord limits with %i handles', (count) => {
    const handles = Array.from({ length: count }, (_, n) => row(n));
    const files = { picture: new Uint8Array([1]), table: { name: 'show-7.csv', bytes: new Uint8Array([1]) } };
    const card = metricsCard(report(handles), new Map(), files, START);
    const filenames = (card.files ?? []).map(({ name }) => name);
    expect(validateNewMessage(JSON.parse(JSON.stringify(body(card))), { filenames })).toEqual({ ok: true });
  });

  test('show fifteen handles and say how many more there are', () => {
    const crowd = report(Array.from({ length: 40 }, (_, n) => row(n)));
    const card = metricsCard(crowd, new Map(), NO_FILES, START);
    expect(shownText(card)).toContain('viewer14');
    expect(shownText(card)).not.toContain('viewer15');
    expect(shownText(card)).toContain('and 25 more ·');
    const table = { name: 'show-7.csv.gz', bytes: new Uint8Array([1]) };
    const withFile = metricsCard(crowd, new Map(), { picture: null, table }, START);
    expect(shownText(withFile)).toContain('and 25 more in the file');
    expect(shownText(withFile)).toContain('attachment://show-7.csv.gz');
    expect(shownText(card)).toContain('watch time is approximate');
  });

  test('say kindly that nobody engaged', () => {
    expect(shownText(metricsCard(report([]), new Map(), NO_FILES, START))).toContain('Nobody engaged this time');
  });

  test('keep the columns aligned whatever people call themselves, and nobody leaves the code block', () => {
    const names = new Map([['9', '東京タワー東京タワー東京']]);
    const nasty = [
      row(1, { handle: '```\n@everyone' }),
      row(2, { linkedUserId: '9' }),
      row(3, { handle: '\u202Eabc👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦' }),
    ];
    const card = metricsCard(report(nasty), names, NO_FILES, START);
    const block = /```\\n([\s\S]*?)\\n```/.exec(shownText(card))?.[1] ?? '';
    const lines = block.split('\\n');
    expect(lines).toHaveLength(4);
    const widths = new Set(lines.map((line) => stringWidth(JSON.parse(`"${line}"`))));
    expect([...widths]).toHaveLength(1);
  });
});

describe('a cell', () => {
  test.each([
    ['short', 8, 'left', 'short   '],
    ['12', 5, 'right', '   12'],
    ['much too long', 6, 'left', 'much …'],
    ['東京東京', 5, 'left', '東京…'],
  ] as const)('%s in %i columns', (content, width, align, expected) => {
    expect(cell(content, width, align)).toBe(expected);
  });

  test.each([
    [0, '0'],
    [9_999, '9999'],
    [10_000, '10.0k'],
    [123_456, '123k'],
    [999_960, '1.0M'],
    [1_234_567, '1.2M'],
  ])('%i reads %s', (count, expected) => {
    expect(compact(count)).toBe(expected);
  });
});

describe('the table as a file', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(1)', '\t=1', '\r=1', '＝1+1', '＋1', '－1', '＠SUM(1)'])(
    'holds %j as text, whoever is called that',
    (name) => {
      const csv = metricsCsv(
        report([row(1, { handle: name, nickname: name, linkedUserId: '9' })]),
        new Map([['9', name]]),
      );
      const [, line = ''] = [...csv].join('').split(/\r\n(?=\S)/);
      for (const cell of [line.split(',')[0], line.split(',')[1], line.split(',')[3]]) {
        expect(cell?.replace(/^"/, '')).toMatch(/^'/);
      }
    },
  );

  test('has every handle, and no text that a spreadsheet would run', () => {
    const nasty = [row(1, { nickname: '=HYPERLINK("http://evil")' }), row(2, { nickname: 'a "quoted", name\nnext' })];
    const csv = [...metricsCsv(report(nasty), new Map())].join('');
    const lines = csv.split('\r\n');
    expect(lines[0]).toContain('tiktok_handle,nickname');
    expect(csv).not.toMatch(/(^|,)"?=HYPERLINK/m);
    expect(csv).toContain('"a ""quoted"", name\nnext"');
  });
});
