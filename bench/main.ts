import type { BenchRow } from './bench-row.ts';
import { printRows } from './bench-row.ts';

/** A bench is a module that is only loaded when it runs: one of them must not warm up another. */
const BENCHES: Readonly<Record<string, () => Promise<{ run: () => Promise<readonly BenchRow[]> }>>> = {
  process: async () => ({ run: (await import('./process-bench.ts')).processBench }),
  store: async () => ({ run: (await import('./store-bench.ts')).storeBench }),
  live: async () => ({ run: (await import('./live-bench.ts')).liveBench }),
  'live-app': async () => ({ run: (await import('./live-app-bench.ts')).liveAppBench }),
  panel: async () => ({ run: (await import('./panel-bench.ts')).panelBench }),
  'small-box': async () => ({ run: (await import('./small-box-bench.ts')).smallBoxBench }),
  audio: async () => ({ run: (await import('./audio-bench.ts')).audioBench }),
  overlay: async () => ({ run: (await import('./overlay-bench.ts')).overlayBench }),
};

/** `npm run bench [-- name …]`: measured figures, each beside another side of the same run where that means something. */
async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  const names = asked.length === 0 ? Object.keys(BENCHES) : asked;
  for (const name of names) {
    const load = BENCHES[name];
    if (load === undefined) {
      process.stderr.write(`There is no bench "${name}". There are: ${Object.keys(BENCHES).join(', ')}\n`);
      process.exitCode = 1;
      return;
    }
    process.stdout.write(`${name} …\n`);
    printRows(name, await (await load()).run(), (text) => process.stdout.write(text));
  }
}

await main();
