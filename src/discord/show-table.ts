import { setImmediate as othersTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SessionReport } from '../services/snapshots.ts';
import type { CardFile } from './cards/card.ts';
import { metricsCsv } from './cards/metrics-csv.ts';

/** Largest table that is attached: below the least that any server took in the last years. bytes */
const MAX_BYTES = 9_500_000;

/**
 * The whole table of a show as a file; packed when it is too large as it is. Null for nobody, and for more than even
 * that holds. Everything else in the process has its turn while it is made.
 */
export async function showTable(report: SessionReport, names: ReadonlyMap<string, string>): Promise<CardFile | null> {
  if (report.handles.length === 0) return null;
  const parts: Uint8Array[] = [];
  for (const part of metricsCsv(report, names)) {
    parts.push(new TextEncoder().encode(part));
    await othersTurn();
  }
  const name = `show-${report.sessionId}.csv`;
  const csv = Buffer.concat(parts);
  if (csv.byteLength <= MAX_BYTES) return { name, bytes: csv };
  const packed = await promisify(gzip)(csv);
  return packed.byteLength <= MAX_BYTES ? { name: `${name}.gz`, bytes: packed } : null;
}
