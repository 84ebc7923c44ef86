import { parseArgs } from 'node:util';
import { crashShow } from './crash-run.ts';

const percentile = (values: readonly number[], share: number): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? 'none' : `${Math.round(value)} ms`;
};

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
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`${kills} kills, seed ${seed}`);
  const { lost, duplicated, broken, deadClicks, readyMs, soundMs, ...figures } = await crashShow({
    kills,
    seed,
    tell: say,
  });
  const findings = { lost, duplicated, broken, 'dead clicks': deadClicks };
  for (const [name, list] of Object.entries(findings)) for (const one of list) say(`${name}: ${one}`);
  say(`acknowledged ${figures.acknowledged} of ${figures.clicks} actions`);
  say(
    `lost ${lost.length}, duplicated ${duplicated.length}, broken ${broken.length}, dead clicks ${deadClicks.length}`,
  );
  say(`ready again: p50 ${percentile(readyMs, 0.5)}, p99 ${percentile(readyMs, 0.99)}`);
  say(`song heard again (${soundMs.length} times): p50 ${percentile(soundMs, 0.5)}, p99 ${percentile(soundMs, 0.99)}`);
  if (Object.values(findings).some((list) => list.length > 0)) process.exitCode = 1;
}

await main();
