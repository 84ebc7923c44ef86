import { expect, it } from 'vitest';
import { crashShow } from '../../chaos/crash-run.ts';

const ACTIONS = 12;

/** The short form of `npm run chaos`: a show in full swing, in a process that is killed in the middle of it. */
it('a bot that is killed again and again loses nothing, does nothing twice and goes on', {
  timeout: 120_000,
}, async () => {
  const told: string[] = [];
  const figures = await crashShow({ seed: 7, kills: 3, files: 1, actions: ACTIONS, tell: (line) => told.push(line) });
  const { lost, duplicated, broken, deadClicks } = figures;
  expect({ lost, duplicated, broken, deadClicks }, told.join('\n')).toEqual({
    lost: [],
    duplicated: [],
    broken: [],
    deadClicks: [],
  });
  const acknowledged = Object.values(figures.acknowledged).reduce((sum, count) => sum + count, 0);
  expect(acknowledged).toBeGreaterThanOrEqual(ACTIONS);
});
