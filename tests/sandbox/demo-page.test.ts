import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SONGS } from '../../sandbox/browser/demo.ts';
import { runDemoPage } from '../../sandbox/stage/demo-page.ts';
import type { StageFact } from '../../sandbox/stage/protocol.ts';
import { Narrator } from '../../sandbox/story/narrator.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'demo-home-'));
  // Songs take a second each to record; another test may have done it.
  await cp(SONGS, join(home, 'songs'), { recursive: true }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  });
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Run {
  readonly printed: () => string;
  /** Resolves with the address of the page when the bot is ready. */
  readonly ready: Promise<string>;
  /** Ends it as Ctrl-C does, when it is still there. @returns the exit code */
  readonly stop: () => Promise<number>;
  readonly ended: Promise<number>;
}

/** `npm run demo` with these flags, as fast as the machine is. */
function demo(flags: { readonly fresh?: boolean; readonly auto?: boolean } = {}): Run {
  let printed = '';
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  let tell = (_url: string): void => undefined;
  const ready = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const ended = runDemoPage({
    root: ROOT,
    home,
    fresh: flags.fresh === true,
    auto: flags.auto === true,
    leave: flags.auto === true,
    port: 0,
    pace: 0,
    env: {},
    tell: new Narrator((text) => {
      printed += text;
    }, false),
    say: (line) => {
      printed += `${line}\n`;
      const url = /^\s*Ready: (\S+)/.exec(line)?.[1];
      if (url !== undefined) tell(url);
    },
    stopped,
  });
  return {
    printed: () => printed,
    ready,
    ended,
    stop: () => {
      stop();
      return ended;
    },
  };
}

/** What a page is told when it opens, up to the chapters of the guide. */
async function opened(url: string): Promise<{ readonly done: readonly string[]; readonly text: string }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}socket`);
  const facts: StageFact[] = [];
  try {
    return await new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.on('message', (raw) => {
        const fact: StageFact = JSON.parse(String(raw));
        facts.push(fact);
        const show = facts.find(({ type }) => type === 'show');
        const hasScene = facts.some(({ type }) => type === 'scene');
        if (show?.type !== 'show' || !hasScene) return;
        const done = show.show.chapters.filter((chapter) => chapter.done).map(({ id }) => id);
        resolve({ done, text: JSON.stringify(facts) });
      });
    });
  } finally {
    socket.close();
  }
}

test('the demo plays its show by itself, keeps what happened for the next time, and forgets it when asked', async () => {
  const show = demo({ auto: true });
  expect(await show.ended, show.printed()).toBe(0);
  for (const chapter of ['Set the server up', 'Go live on TikTok', 'Break things', 'End the stream'])
    expect(show.printed()).toContain(`== ${chapter}`);
  expect(show.printed()).toContain('The numbers of the show are posted, with show.png and show-1.csv');

  const again = demo();
  const kept = await opened(await again.ready);
  expect(kept.done).toEqual(expect.arrayContaining(['setup', 'end']));
  expect(kept.text).toContain('Live queue');
  expect(await again.stop()).toBe(0);

  const fresh = demo({ fresh: true });
  const empty = await opened(await fresh.ready);
  expect(empty.done).toEqual([]);
  expect(empty.text).not.toContain('Live queue');
  expect(await fresh.stop()).toBe(0);
}, 180_000);
