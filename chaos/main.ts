import { parseArgs } from 'node:util';
import { type CrashFigures, crashShow } from './crash-run.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/** @returns `p50 1 ms, p99 2 ms, most 3 ms (4 times)` */
function spread(values: readonly number[], unit = 'ms'): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (sorted.length === 0) return 'never measured';
  const [p50, p99, most] = [at(0.5), at(0.99), at(1)].map((value) =>
    `${Math.round(value ?? 0)}${unit}`.replace('ms', ' ms'),
  );
  return `p50 ${p50}, p99 ${p99}, most ${most} (${sorted.length} times)`;
}

function table({
  times,
  lost,
  duplicated,
  broken,
  deadClicks,
  ...figures
}: CrashFigures): readonly (readonly string[])[] {
  const { drift } = times;
  return [
    ['kills', `${figures.kills}`],
    [
      'acknowledged actions',
      `${Object.entries(figures.acknowledged)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', ')}; ${figures.clicks} clicks`,
    ],
    ['lost / duplicated', `${lost.length} / ${duplicated.length}`],
    ['other broken promises', `${broken.length}`],
    ['dead clicks per 10,000 by our fault', ((deadClicks.length / figures.clicks) * 10_000).toFixed(1)],
    ['process start to ready', spread(times.ready)],
    ['… to the LIVE listened to', spread(times.live)],
    ['… to the song heard', spread(times.sound)],
    ['recovery: all of these', spread(times.whole)],
    ['then panels equal to the store', spread(times.panels)],
    ['the song goes on beside where it was cut', `${Math.min(...drift)} to ${Math.max(...drift)} ms, ${spread(drift)}`],
    ['open sockets of the bot', spread(times.sockets, '')],
    ['coins given while nobody listened, never told again', `${figures.coinsUnheard}`],
  ];
}

/** `npm run chaos [-- --kills 100 --seed 1]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
  });
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!Number.isInteger(kills) || kills < 1 || kills > 10_000 || !Number.isInteger(seed)) {
    process.stderr.write('Usage: npm run chaos -- [--kills 1..10000] [--seed whole number]\n');
    process.exitCode = 1;
    return;
  }
  say(`${kills} kills, seed ${seed}`);
  const startedAt = performance.now();
  const figures = await crashShow({ kills, seed, tell: say });
  const { lost, duplicated, broken, deadClicks } = figures;
  const findings = { lost, duplicated, broken, 'dead click': deadClicks };
  for (const [name, list] of Object.entries(findings)) for (const one of list) say(`${name}: ${one}`);
  say('');
  for (const [name = '', value = ''] of table(figures)) say(`${name.padEnd(54)} ${value}`);
  say(`${'took'.padEnd(54)} ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  if (Object.values(findings).some((list) => list.length > 0)) process.exitCode = 1;
}

await main();
