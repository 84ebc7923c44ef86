import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withDatabase } from '../../chaos/snapshot.ts';
import { type CrashStage, openStage, PATIENCE, viewerOf } from '../../chaos/stage.ts';
import { ask, until } from './desk.ts';
import { someLink, submit } from './show.ts';

let stage: CrashStage;
beforeAll(async () => {
  stage = await openStage({ files: 1 });
});
afterAll(() => stage.stop());

/**
 * What a disk does that the system made read-only because of its errors: files that are open stay open and can be read,
 * every write to them fails.
 */
async function writes(allowed: boolean): Promise<void> {
  // The hard limit stays, so that this one may be lifted again.
  await promisify(execFile)('prlimit', [`--pid=${stage.bot.pid}`, `--fsize=${allowed ? 'unlimited' : 0}:`]);
}

const stored = (query: string) => withDatabase(stage.dataDir, (rows) => rows(query));
const hand = (who: CrashStage['listeners'][number], title: string) =>
  submit(who, { link: someLink(), artist: who.name, title });

it('a disk that takes no more writes in the middle of a show stops neither sound nor answers, and nothing is lost', async () => {
  const { scene, listeners, live, voice } = stage;
  const { nova, channels, guildId } = scene;
  const [ana] = listeners;
  expect((await hand(ana, 'Before')).text).toContain('Submitted');
  const before = await stored('SELECT id, title, line FROM submission ORDER BY id');
  await writes(false);

  expect((await hand(ana, 'Refused')).text).toMatch(/can't write to my disk right now, so nothing was changed/);
  expect((await ask(nova, 'next')).text).toMatch(/can't write to my disk right now, so nothing was changed/);
  expect((await ask(ana, 'queue')).text).toContain('Before');
  live.gift(viewerOf(stage, 0), 'Rose', { repeat: 5 });
  await nova.waitToSee(
    channels.debug,
    /My database can't be (reached|written) any more: look after its disk/,
    PATIENCE,
  );
  const sound = voice.captureOf(guildId);
  await sound.waitForAudio({ ms: 500, from: sound.mark() }, PATIENCE);
  expect(await stored('SELECT id, title, line FROM submission ORDER BY id')).toEqual(before);

  await writes(true);
  await until(async () => (await hand(ana, 'After')).text.includes('Submitted'), 'a disk that can be written again');
  expect(await stored("SELECT title FROM submission WHERE title IN ('Before', 'Refused', 'After')")).toEqual([
    { title: 'Before' },
    { title: 'After' },
  ]);
  await until(
    async () => (await stored("SELECT sum(count) AS n FROM gift WHERE state = 'settled'"))[0]?.n === 5,
    'the gift that came meanwhile',
  );
  expect(await stored('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await stage.bot.stop()).toBe(0);
});
