import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './browser/browser.ts';
import { startDemo } from './browser/demo.ts';
import { PictureShow } from './browser/picture-show.ts';
import { PictureTaker } from './browser/picture-taker.ts';
import { shrinkPicture } from './browser/shrink-picture.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'docs', 'pictures');

/** `npm run pictures`: plays a show on the demo page without a window, and takes the pictures of the README. */
async function main(): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const raw = await mkdtemp(join(tmpdir(), 'skipline-pictures-'));
  say('A show of about three minutes is played for the pictures.');
  const demo = await startDemo({ script: 'src/main.ts' });
  const browser = await openBrowser();
  try {
    const show = new PictureShow(demo.stage);
    const taker = new PictureTaker(browser, demo, raw);
    await show.begin();
    await show.play();
    await taker.duringTheShow();
    await show.goOn();
    await show.end();
    await taker.afterTheShow();
    await mkdir(FOLDER, { recursive: true });
    for (const name of taker.taken) {
      const path = join(FOLDER, name);
      await shrinkPicture(join(raw, name), path);
      say(`${relative(ROOT, path)}: ${Math.round((await stat(path)).size / 1000)} kB`);
    }
  } finally {
    await browser.close();
    await demo.stop();
    await rm(raw, { recursive: true, force: true });
  }
}

await main();
