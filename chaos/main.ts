import { parseArgs } from 'node:util';
import { type CrashFigures, crashShow } from './crash-run.ts';
import { type Sample, type SoakFigures, slope, soak } from './soak.ts';

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

async function crashes(kills: number, seed: number): Promise<boolean> {
  say(`${kills} kills, seed ${seed}`);
  const figures = await crashShow({ kills, seed, tell: say });
  const { lost, duplicated, broken, deadClicks } = figures;
  const findings = { lost, duplicated, broken, 'dead click': deadClicks };
  for (const [name, list] of Object.entries(findings)) for (const one of list) say(`${name}: ${one}`);
  print(table(figures));
  return Object.values(findings).every((list) => list.length === 0);
}

function soakTable({ samples, events, clicks, deadClicks, answeredMs }: SoakFigures) {
  const [first, last] = [samples[0], samples.at(-1)];
  const row = (name: string, of: (sample: Sample) => number, unit: string): readonly string[] => {
    const [from, to, perHour] = [first && of(first), last && of(last), slope(samples, of)];
    return [
      name,
      `${from?.toFixed(1)} to ${to?.toFixed(1)}${unit}, ${perHour.toFixed(1)}${unit} per hour after the warm-up`,
    ];
  };
  return [
    ['events of the LIVE counted', `${events.counted} of ${events.sent}`],
    ['sound heard', `${Math.round(last?.heard ?? 0)} of ${Math.round((last?.at ?? 0) * 60)} s`],
    row('RSS', ({ rss }) => rss / 1e6, ' MB'),
    row('heap in use', ({ heap }) => heap / 1e6, ' MB'),
    row('handles', ({ handles }) => handles, ''),
    row('timers', ({ timers }) => timers, ''),
    row('open files and sockets', ({ files }) => files, ''),
    ['clicks answered after', spread(answeredMs)],
    ['dead clicks per 10,000 by our fault', ((deadClicks.length / clicks) * 10_000).toFixed(1)],
  ];
}

async function soaked(minutes: number, seed: number): Promise<boolean> {
  say(`${minutes} minutes at 300 events a second, one stream, seed ${seed}`);
  const figures = await soak({ minutes, seed, tell: say });
  for (const dead of figures.deadClicks) say(`dead click: ${dead}`);
  print(soakTable(figures));
  return figures.deadClicks.length === 0 && figures.events.counted >= figures.events.sent;
}

function print(rows: readonly (readonly string[])[]): void {
  say('');
  for (const [name = '', value = ''] of rows) say(`${name.padEnd(54)} ${value}`);
}

/** `npm run chaos [-- --kills 100 --seed 1]`, `npm run chaos -- --soak --minutes 10` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
      soak: { type: 'boolean', default: false },
      minutes: { type: 'string', default: '10' },
    },
  });
  const [kills, seed, minutes] = [Number(values.kills), Number(values.seed), Number(values.minutes)];
  if (!isWithin(kills, 1, 10_000) || !Number.isInteger(seed) || !isWithin(minutes, 1, 1_440)) {
    process.stderr.write(
      'Usage: npm run chaos -- [--kills 1..10000 | --soak --minutes 1..1440] [--seed whole number]\n',
    );
    process.exitCode = 1;
    return;
  }
  const startedAt = performance.now();
  const isFine = values.soak ? await soaked(minutes, seed) : await crashes(kills, seed);
  say(`took ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  if (!isFine) process.exitCode = 1;
}

const isWithin = (value: number, low: number, high: number) => Number.isInteger(value) && value >= low && value <= high;

await main();
