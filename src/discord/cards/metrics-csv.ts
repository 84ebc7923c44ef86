import { stringify } from 'csv-stringify/sync';
import type { SessionReport } from '../../services/snapshots.ts';

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

/**
 * Every handle of a show as CSV (RFC 4180, with a byte-order mark so that spreadsheets read it as UTF-8). Texts that a
 * spreadsheet would take for a formula are escaped: nicknames are strangers'.
 * @param names display names by Discord user id
 */
export function metricsCsv(report: SessionReport, names: ReadonlyMap<string, string>): Uint8Array {
  const rows = report.handles.map((row) => [
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
  ]);
  const text = stringify([[...COLUMNS], ...rows], { record_delimiter: 'windows', bom: true, escape_formulas: true });
  return new TextEncoder().encode(text);
}
