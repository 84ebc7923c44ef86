/** One measured figure, with what it stands beside when it is a ratio of the same run. */
export interface BenchRow {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The other side, measured in the same run; `ratio` = ours / other. */
  readonly beside?: { readonly name: string; readonly value: number; readonly ratio: number };
}

/** @param p 0..1 */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export function besides(name: string, ours: number, unit: string, otherName: string, other: number): BenchRow {
  return { name, value: ours, unit, beside: { name: otherName, value: other, ratio: ours / other } };
}

export function printRows(title: string, rows: readonly BenchRow[], write: (text: string) => void): void {
  write(`\n${title}\n`);
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, value, unit, beside } of rows) {
    const other =
      beside === undefined
        ? ''
        : `   ${beside.name}: ${number(beside.value)} ${unit}, ratio ${beside.ratio.toFixed(2)}`;
    write(`  ${name.padEnd(width)}  ${number(value).padStart(10)} ${unit}${other}\n`);
  }
}

function number(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(2);
}
