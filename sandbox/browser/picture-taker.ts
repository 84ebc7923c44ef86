import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Demo } from './demo.ts';
import { Visit } from './visit.ts';

/** Pictures are shown this much smaller, so that text stays sharp on every screen. */
const SHARPNESS = 1.5;

/** Something like what a streamer's camera sees, behind the overlay: a person at a desk, where nothing covers the face. */
const CAMERA = `
  <svg viewBox="0 0 1080 1080" style="position: fixed; z-index: -1; inset: 0; width: 100%; height: 100%" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
    <defs>
      <radialGradient id="wall" cx="50%" cy="38%" r="75%">
        <stop offset="0" stop-color="#6a5796" /><stop offset="0.6" stop-color="#33294f" /><stop offset="1" stop-color="#1a1429" />
      </radialGradient>
    </defs>
    <rect width="1080" height="1080" fill="url(#wall)" />
    <g fill="#ffb86b" opacity="0.55"><circle cx="368" cy="140" r="20" /><circle cx="730" cy="210" r="15" /></g>
    <rect x="596" y="92" width="170" height="8" fill="#1a142c" />
    <g fill="#3f7f8c" opacity="0.8"><rect x="615" y="44" width="16" height="48" /><rect x="636" y="54" width="20" height="38" /></g>
    <g fill="#b0526b" opacity="0.8"><rect x="664" y="38" width="14" height="54" /><rect x="682" y="48" width="22" height="44" /></g>
    <g transform="translate(330 195) scale(0.39)">
      <path d="M190 1400 C202 900 360 770 540 770 C720 770 878 900 890 1400 Z" fill="#26506b" />
      <rect x="486" y="660" width="108" height="150" rx="46" fill="#b98267" />
      <ellipse cx="540" cy="560" rx="132" ry="164" fill="#cf9678" />
      <path d="M398 560 C380 380 470 350 545 352 C640 354 700 400 682 566 C664 500 640 460 540 462 C450 462 420 500 398 560 Z" fill="#2a1c22" />
      <path d="M392 560 A148 160 0 0 1 688 560" fill="none" stroke="#15121c" stroke-width="22" />
      <rect x="374" y="530" width="44" height="86" rx="20" fill="#15121c" /><rect x="662" y="530" width="44" height="86" rx="20" fill="#15121c" />
      <path d="M480 590 h26 M574 590 h26" stroke="#3b2721" stroke-width="12" stroke-linecap="round" />
      <path d="M500 655 q40 30 80 0" fill="none" stroke="#8a4a3c" stroke-width="10" stroke-linecap="round" />
    </g>
    <rect x="0" y="690" width="1080" height="390" fill="#20182f" /><rect x="0" y="690" width="1080" height="8" fill="#3a2d55" />
    <g transform="translate(380 716)"><rect width="320" height="86" rx="12" fill="#2c2340" />
      <g fill="#7d6bb5"><circle cx="40" cy="43" r="22" /><circle cx="280" cy="43" r="22" /></g>
      <g fill="#493b6b"><rect x="90" y="18" width="10" height="50" rx="5" /><rect x="130" y="18" width="10" height="50" rx="5" /><rect x="170" y="18" width="10" height="50" rx="5" /><rect x="210" y="18" width="10" height="50" rx="5" /></g>
      <g fill="#a48bff"><rect x="84" y="30" width="22" height="12" rx="4" /><rect x="124" y="44" width="22" height="12" rx="4" /><rect x="164" y="24" width="22" height="12" rx="4" /><rect x="204" y="50" width="22" height="12" rx="4" /></g>
    </g>
  </svg>`;

/** The letters that the overlay asks for first: the machine that takes the pictures has few of its own. */
async function letters(): Promise<string> {
  const file = createRequire(import.meta.url).resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
  const bytes = (await readFile(file)).toString('base64');
  return `@font-face { font-family: Inter; font-weight: 100 900; src: url(data:font/woff2;base64,${bytes}); }`;
}

/** Opens the demo as its visitors do, and takes pictures of what they see. */
export class PictureTaker {
  readonly #browser: Browser;
  readonly #demo: Demo;
  readonly #folder: string;
  readonly taken: string[] = [];

  constructor(browser: Browser, demo: Demo, folder: string) {
    this.#browser = browser;
    this.#demo = demo;
    this.#folder = folder;
  }

  async duringTheShow(): Promise<void> {
    const overlay = this.#overlay();
    await this.#ofOverlay('overlay-vertical.png', overlay, { width: 540, height: 960 });
    await this.#ofOverlay('overlay-horizontal.png', overlay, { width: 960, height: 540 });
    const { page, visit } = await this.#visit({ width: 1440, height: 1_000 });
    await visit.be('Nova');
    await visit.stage('TikTok LIVE');
    await visit.look('review-desk');
    // The control room is the first message there.
    await page.evaluate("document.querySelector('[data-message]').scrollIntoView()");
    await this.#of('demo.png', page);
    await page.setViewportSize({ width: 1440, height: 1_900 });
    await this.#of('control-room.png', visit.message('Control room').locator('.container'));
    await this.#of('reviewer-queue.png', visit.message('Reviewer queue').locator('.container'));
    await visit.look('live-queue');
    await this.#of('live-queue.png', visit.message('Live queue').locator('.container'));
    await visit.look('now-playing');
    await this.#of('now-playing.png', visit.message('Now playing').locator('.container'));
    await page.context().close();
  }

  async afterTheShow(): Promise<void> {
    const { page, visit } = await this.#visit({ width: 1440, height: 1_900 });
    await visit.be('Nova');
    await visit.look('numbers');
    await visit.message('The show with').locator('.picture img').waitFor();
    await this.#of('numbers.png', visit.message('The show with').locator('.container'));
    await page.context().close();
  }

  #overlay(): string {
    const { view } = this.#demo.stage.overlay;
    if (view.kind !== 'found') throw new Error('the address of the overlay is not known');
    return new URL(view.path, this.#demo.url).href;
  }

  async #visit(viewport: { readonly width: number; readonly height: number }) {
    const page = await this.#page(viewport);
    const visit = new Visit(page);
    await visit.open(this.#demo.url);
    return { page, visit };
  }

  async #ofOverlay(name: string, url: string, viewport: { readonly width: number; readonly height: number }) {
    const page = await this.#page(viewport);
    await page.goto(url);
    await page.locator('#leaderboard:not([hidden])').waitFor();
    await page.addStyleTag({ content: await letters() });
    await page.evaluate('document.fonts.load("700 16px Inter")');
    await page.evaluate(`document.body.insertAdjacentHTML('afterbegin', ${JSON.stringify(CAMERA)})`);
    await this.#of(name, page);
    await page.context().close();
  }

  async #page(viewport: { readonly width: number; readonly height: number }): Promise<Page> {
    const context = await this.#browser.newContext({
      viewport,
      deviceScaleFactor: SHARPNESS,
      reducedMotion: 'reduce',
      // The overlay takes nothing inline, and here a camera is put behind it.
      bypassCSP: true,
    });
    return context.newPage();
  }

  async #of(name: string, what: Page | Locator): Promise<void> {
    await what.screenshot({ path: join(this.#folder, name), animations: 'disabled' });
    this.taken.push(name);
  }
}
