import type { Browser, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../sandbox/browser/browser.ts';
import {
  FakeShow,
  GUILD,
  gift,
  moved,
  onAir,
  rank,
  songs,
  startWeb,
  submission,
  type TestWeb,
} from './overlay-fixture.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const CANVASES = [
  { name: 'vertical', width: 1080, height: 1920 },
  { name: 'horizontal', width: 1920, height: 1080 },
] as const;
type Canvas = (typeof CANVASES)[number];

const LONG = 'A title of three hundred characters that goes on, '.repeat(6);
const NASTY = [
  { title: LONG, artist: 'W'.repeat(300) },
  { title: '<img src=x onerror="document.title=1"><b>bold</b>', artist: '</span><script>document.title=1</script>' },
  { title: 'مرحبا بالعالم هذه أغنية طويلة '.repeat(10), artist: 'שלום hello עולם' },
  { title: '👩‍👩‍👧‍👦🏳️‍🌈🎧'.repeat(25), artist: '日本語のアーティスト'.repeat(12) },
  { title: '{{constructor}} %{7*7} &lt;i&gt;', artist: 'e\u0301\u0301\u0301'.repeat(80) },
];

/** Songs in every line, the first on air too, a crowd on the leaderboard. */
function fullShow(texts: readonly { readonly title: string; readonly artist: string }[] = NASTY): FakeShow {
  const show = new FakeShow();
  const lines = ['back-to-back', 'double-skip', 'skip', 'free', 'free'] as const;
  show.songs = texts.map(({ title, artist }, index) =>
    submission({
      id: index + 1,
      publicId: `SON${index}`,
      title,
      artist,
      ownerName: artist,
      line: lines[index] ?? 'free',
      score: 1_000 - index,
    }),
  );
  const { title = '', artist = '' } = texts[0] ?? {};
  show.air = onAir(submission({ id: 50, publicId: 'NOWW', title, artist, ownerName: artist }), { fromLine: 'skip' });
  show.wave = Array.from({ length: 800 }, (_, slice) => 100 + Math.round(100 * Math.sin(slice / 9)));
  show.status = {
    kind: 'playing',
    playId: 99,
    submissionId: 50,
    positionMs: 100_000,
    at: Date.now(),
    durationMs: 200_000,
  };
  show.ranks = texts.map(({ title }, index) => ({
    ...rank(index + 1, `handle.${index}`, 10 ** (index + 2)),
    nickname: title,
  }));
  return show;
}

async function serve(show: FakeShow, port?: number): Promise<TestWeb> {
  const web = await startWeb(port === undefined ? { show } : { show, port });
  closing.push(() => web.close());
  return web;
}

/** A page whose every complaint fails the test: errors, dialogs, refused content. */
async function openPage(canvas: { readonly width: number; readonly height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: canvas.width, height: canvas.height } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => complaints.push(dialog.message()));
  page.on('console', (line) => {
    if (/Content Security Policy|Trusted/i.test(line.text())) complaints.push(line.text());
  });
  closing.push(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return page;
}

async function watch(web: TestWeb, canvas: Canvas, query = ''): Promise<Page> {
  const page = await openPage(canvas);
  await page.goto(`${web.overlay}${query}`);
  await page.waitForSelector('.card:not([hidden])');
  return page;
}

const text = (page: Page, selector: string) => page.locator(selector).textContent();

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Layout {
  readonly cards: readonly (Box & { readonly id: string })[];
  /** Classes of texts that stick out of their card. */
  readonly outside: readonly string[];
}

/** Runs in the page. */
const LAYOUT = `(async () => {
  await Promise.all(document.getAnimations().map(({ finished }) => finished));
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const cards = [...document.querySelectorAll('.card:not([hidden])')];
  const outside = cards.flatMap((card) => {
    const outer = box(card);
    const texts = [...card.querySelectorAll('.title, .artist, .owner, .what, .first, .second, .last, .chip')];
    return texts.filter((text) => {
      const { left, top, right, bottom } = box(text);
      if (left === right) return false;
      return left < outer.left - 1 || right > outer.right + 1 || top < outer.top - 1 || bottom > outer.bottom + 1;
    });
  });
  return {
    cards: cards.map((card) => ({ id: card.id, ...box(card) })),
    outside: outside.map((text) => text.className),
  };
})()`;

const layout = (page: Page) => page.evaluate<Layout>(LAYOUT);
/** Resolves as soon as the expression holds in the page. */
const until = (page: Page, expression: string) =>
  page.evaluate(`(async () => { while (!(await (${expression}))) await new Promise(requestAnimationFrame); })()`);
const rowsAre = (page: Page, count: number) =>
  until(page, `document.querySelectorAll('#queue-rows .row').length === ${count}`);

describe.each(CANVASES)('on a $name canvas', (canvas) => {
  test('everything fits between what TikTok covers, whatever people wrote, and nothing lies on anything', async () => {
    const web = await serve(fullShow());
    const page = await watch(web, canvas);
    await page.waitForSelector('#leaderboard:not([hidden])');
    const { cards, outside } = await layout(page);
    expect(cards.map(({ id }) => id)).toEqual(['now-playing', 'queue', 'leaderboard']);
    expect(outside).toEqual([]);
    const safe = canvas.name === 'vertical' ? { top: 0.13, bottom: 0.63 } : { top: 0.12, bottom: 0.83 };
    for (const card of cards) {
      expect(card.top).toBeGreaterThanOrEqual(canvas.height * safe.top - 1);
      expect(card.bottom).toBeLessThanOrEqual(canvas.height * safe.bottom + 1);
      expect(card.left).toBeGreaterThanOrEqual(canvas.width * 0.05 - 1);
      expect(card.right).toBeLessThanOrEqual(canvas.width * 0.95 + 1);
      for (const other of cards) {
        const apart =
          card.right <= other.left || other.right <= card.left || card.bottom <= other.top || other.bottom <= card.top;
        expect(apart || card === other, `${card.id} and ${other.id}`).toBe(true);
      }
    }
  });

  test('the ground is transparent and the cards are not', async () => {
    const web = await serve(fullShow());
    const page = await watch(web, canvas);
    const picture = PNG.sync.read(await page.screenshot({ omitBackground: true, animations: 'disabled' }));
    const alpha = (x: number, y: number) => picture.data[(Math.round(y) * picture.width + Math.round(x)) * 4 + 3];
    expect(alpha(3, 3)).toBe(0);
    expect(alpha(canvas.width / 2, canvas.height - 5)).toBe(0);
    const { cards } = await layout(page);
    for (const card of cards) expect(alpha(card.left + 40, card.bottom - 8), card.id).toBeGreaterThan(150);
  });

  const themes = canvas.name === 'vertical' ? ['glass', 'light', 'plain'] : ['glass'];
  test.each(themes)('an alert in %s is whole and names the song', async (theme) => {
    const web = await serve(fullShow());
    const page = await watch(web, canvas, `?theme=${theme}&scale=1.3`);
    web.bus.emit('gift.settled', gift({ handle: 'h'.repeat(24), giftName: LONG, count: 99, coins: 99_999 }));
    web.bus.emit('song.moved', moved({ submissionId: 1, to: 'back-to-back', handle: 'h'.repeat(24), coins: 99_999 }));
    await page.waitForSelector('#alert:not([hidden])');
    expect(await text(page, '#alert-title')).toBe(LONG.trim());
    const { cards, outside } = await layout(page);
    expect(outside).toEqual([]);
    const alert = cards.find(({ id }) => id === 'alert');
    expect(alert?.left).toBeGreaterThanOrEqual(canvas.width * 0.05 - 1);
    expect(alert?.right).toBeLessThanOrEqual(canvas.width * 0.95 + 1);
    // It stands before the lists: what is behind it must not shine through.
    const ground = await page.evaluate<string>("getComputedStyle(document.querySelector('#alert')).backgroundColor");
    const [, colour, alpha] = /^rgba?\((\d+, \d+, \d+)(?:, ([\d.]+))?\)$/.exec(ground) ?? [];
    expect(colour).toBeDefined();
    expect(Number(alpha ?? 1)).toBeGreaterThanOrEqual(0.9);
  });
});

describe('a page', () => {
  const [canvas] = CANVASES;

  test('shows text as text', async () => {
    const web = await serve(fullShow());
    const page = await watch(web, canvas, '?scene=queue&rows=5');
    await rowsAre(page, 5);
    const firsts = await page.locator('#queue-rows .first').allTextContents();
    expect(firsts).toEqual(NASTY.map(({ title }) => title.trim()));
    expect(await page.locator('#frame :is(img, script, b, i, a, iframe)').count()).toBe(0);
    expect(await page.title()).toBe('Skipline overlay');
    expect(await page.locator('#queue-rows .first:dir(rtl)').count()).toBe(1);
  });

  test('of one scene shows it alone', async () => {
    const web = await serve(fullShow());
    const page = await openPage(canvas);
    for (const scene of ['now-playing', 'queue', 'leaderboard']) {
      await page.goto(`${web.overlay}?scene=${scene}`);
      await page.waitForSelector('.card:not([hidden])');
      expect((await layout(page)).cards.map(({ id }) => id)).toEqual([scene]);
    }
  });

  test('of alerts is empty until there is one, and again after its time', async () => {
    const web = await serve(fullShow());
    const page = await openPage(canvas);
    const events = page.waitForResponse((response) => response.url().endsWith('/events'));
    await page.goto(`${web.overlay}?scene=alert&show-time=2`);
    await events;
    expect((await layout(page)).cards).toEqual([]);
    web.bus.emit('song.moved', moved({ submissionId: 2, cause: 'approve', from: 'pending' }));
    await page.waitForSelector('#alert:not([hidden])');
    expect(await page.locator('#alert-what').isHidden()).toBe(true);
    await page.waitForSelector('#alert', { state: 'hidden' });
  });

  test('in front of a colour leaves no half-transparent pixel', async () => {
    const web = await serve(fullShow());
    const page = await watch(web, canvas, '?chroma=green&scene=now-playing');
    const picture = PNG.sync.read(await page.screenshot({ animations: 'disabled' }));
    expect([...picture.data.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
    const { cards } = await layout(page);
    const card = cards[0];
    const at = (x: number, y: number) => [
      ...picture.data.subarray((y * picture.width + x) * 4, (y * picture.width + x) * 4 + 3),
    ];
    expect(at(Math.round((card?.left ?? 0) + 30), Math.round((card?.bottom ?? 0) - 8))).toEqual([16, 12, 30]);
  });

  test('moves the waveform on with the song, and stands still when it is paused', async () => {
    const show = fullShow();
    const web = await serve(show);
    const page = await watch(web, canvas, '?scene=now-playing');
    const done = () => page.locator('#now-done').evaluate((bar) => Number(bar.getAttribute('width')));
    expect(await done()).toBeGreaterThan(310);
    expect(await done()).toBeLessThan(340);
    expect(await text(page, '#now-duration')).toBe('3:20');
    const before = await text(page, '#now-position');
    await until(page, `document.querySelector('#now-position').textContent !== ${JSON.stringify(before)}`);
    show.status = {
      kind: 'paused',
      playId: 99,
      submissionId: 50,
      positionMs: 20_000,
      at: Date.now(),
      durationMs: 200_000,
    };
    web.bus.emit('playback.changed', { guildId: GUILD });
    await until(page, `document.querySelector('#now-position').textContent === '0:20'`);
    expect(await done()).toBe(64);
    show.air = null;
    web.bus.emit('on-air.changed', { guildId: GUILD, playId: null });
    await page.waitForSelector('#now-playing', { state: 'hidden' });
  });
});

describe('when the bot goes away', () => {
  const [canvas] = CANVASES;

  async function playingOn(web: TestWeb): Promise<Page> {
    const page = await watch(web, canvas);
    await page.waitForSelector('#leaderboard:not([hidden])');
    return page;
  }

  test('the last picture stays, and the new one comes with the bot', async () => {
    const show = fullShow();
    const first = await startWeb({ show });
    const page = await playingOn(first);
    const before = await text(page, '#frame #lists');
    await first.close();
    // Tries to come back, in vain.
    await page.waitForEvent('requestfailed');
    expect(await text(page, '#frame #lists')).toBe(before);
    show.songs = songs(1);
    await serve(show, Number(new URL(first.origin).port));
    await rowsAre(page, 1);
    expect(await text(page, '#queue-rows .first')).toBe('Song 1');
  });

  test('a connection that is cut is taken up again, with what happened meanwhile', async () => {
    const show = fullShow();
    const web = await serve(show);
    const page = await playingOn(web);
    show.songs = songs(2);
    web.server.server.closeAllConnections();
    web.bus.emit('song.moved', moved({ submissionId: 1 }));
    await rowsAre(page, 2);
    await page.waitForSelector('#alert:not([hidden])');
    expect(await text(page, '#alert-title')).toBe('Song 1');
  });

  test('a scene that opens meanwhile shows the last picture too', async () => {
    const show = fullShow();
    const first = await startWeb({ show });
    const page = await playingOn(first);
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    // Once more under the worker's eyes, as at every scene switch: now the page's files are kept.
    await page.reload();
    await until(page, `caches.open('skipline-overlay').then((kept) => kept.keys()).then(({ length }) => length >= 10)`);
    await until(page, 'localStorage.length > 0');
    const before = await text(page, '#frame #lists');
    await first.close();
    await page.reload();
    await page.waitForSelector('#leaderboard:not([hidden])');
    expect(await text(page, '#frame #lists')).toBe(before);
    show.songs = songs(1);
    await serve(show, Number(new URL(first.origin).port));
    await rowsAre(page, 1);
  });

  test('for good, because the address was reset, the picture goes too', async () => {
    const web = await serve(fullShow());
    const page = await playingOn(web);
    web.keys.reset('another-key-that-nobody-knows-yet');
    await until(page, `document.querySelectorAll('.card:not([hidden])').length === 0`);
  });
});
