import { stringify } from 'csv-stringify/sync';
import type { SessionHandleRow, SessionReport } from '../../services/snapshots.ts';

const COLUMNS = [
  'tiktok_handle',
  'nickname',
  'discord_user_id',
  'discord_name',
  'watch_seconds_approximate',
  'likes',
  'comments',
  'shares',
  'follows',
  'subscribes',
  'gifts',
  'coins',
] as const;

/** Rows made in one go: a few ms of work. */
const ROWS_AT_ONCE = 500;

/**
 * Every handle of a show as CSV (RFC 4180, with a byte-order mark so that spreadsheets read it as UTF-8), in parts that
 * are to be put together: the whole of a large show would take a second. Texts that a spreadsheet would take for a
 * formula are escaped: nicknames are strangers'.
 * @param names display names by Discord user id
 */
export function* metricsCsv({ handles }: SessionReport, names: ReadonlyMap<string, string>): Generator<string> {
  const style = { record_delimiter: 'windows', escape_formulas: true } as const;
  yield stringify([[...COLUMNS]], { ...style, bom: true });
  for (let from = 0; from < handles.length; from += ROWS_AT_ONCE) {
    yield stringify(
      handles.slice(from, from + ROWS_AT_ONCE).map((row) => cells(row, names)),
      style,
    );
  }
}

function cells(row: SessionHandleRow, names: ReadonlyMap<string, string>): readonly (string | number)[] {
  return [
    row.handle,
    row.nickname,
    row.linkedUserId ?? '',
    row.linkedUserId === null ? '' : (names.get(row.linkedUserId) ?? ''),
    Math.round(row.watchMs / 1000),
    row.likes,
    row.comments,
    row.shares,
    row.follows,
    row.subscribes,
    row.gifts,
    row.coins,
  ];
}
