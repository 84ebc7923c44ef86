import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../../sandbox/browser/browser.ts';
import { startWeb, type TestWeb } from './overlay-fixture.ts';

let browser: Browser;
let web: TestWeb;
beforeAll(async () => {
  [browser, web] = await Promise.all([openBrowser(), startWeb()]);
});
afterAll(async () => {
  await browser.close();
  await web.close();
});

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on the page, frames left out. */
async function findings(page: Page): Promise<readonly Finding[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const { violations } = await page.evaluate<{ violations: readonly Finding[] }>(
    'axe.run(document, { iframes: false })',
  );
  return violations;
}

async function open(width: number, height: number, more: { readonly bypassCSP?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    permissions: ['clipboard-read', 'clipboard-write'],
    ...more,
  });
  const page = await context.newPage();
  await page.goto(`${web.overlay}/configure`);
  await page.frameLocator('#view').locator('#now-title').waitFor();
  return page;
}

describe('the configurator', () => {
  test.each([
    ['a desk', 1360, 1000],
    ['a phone', 390, 844],
  ])('has no faults for people with other means on %s', async (_what, width, height) => {
    const page = await open(width, height, { bypassCSP: true });
    const found = await findings(page);
    expect(found.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual(
      [],
    );
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.context().close();
  });

  test('gives the address of what is chosen, and the preview shows it', async () => {
    const page = await open(1360, 1000);
    expect(await page.inputValue('#address')).toBe(web.overlay);
    await page.selectOption('#scene', 'queue');
    await page.selectOption('#theme', 'light');
    await page.fill('#rows', '3');
    await page.selectOption('#background', '0000ff');
    await page.uncheck('#safe');
    const wanted = `${web.overlay}?scene=queue&theme=light&rows=3&chroma=0000ff&safe=off`;
    await page.waitForURL('**/configure');
    await page
      .frameLocator('#view')
      .locator('html[data-chroma="0000ff"][data-theme="light"][data-safe="off"] #queue-rows .row:nth-child(3)')
      .waitFor();
    expect(await page.inputValue('#address')).toBe(wanted);
    await page.click('#copy');
    await page.locator('#copied:not(:empty)').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(wanted);
    await page.context().close();
  });

  test('names the size to enter, and previews it at that size', async () => {
    const page = await open(1360, 1000);
    expect(await page.textContent('#size')).toBe('1080 × 1920');
    await page.check('input[value="landscape"]');
    await page.locator('#size:text-is("1920 × 1080")').waitFor();
    expect(await page.frameLocator('#view').locator('html').evaluate('[innerWidth, innerHeight]')).toEqual([
      1920, 1080,
    ]);
    await page.context().close();
  });

  test('shows the real show when asked, through the transparent frame', async () => {
    const page = await open(1360, 1000);
    await page.uncheck('#sample');
    await page.frameLocator('#view').locator('#now-playing[hidden]').waitFor({ state: 'attached' });
    const shot = await page.locator('#canvas').screenshot();
    const { PNG } = await import('pngjs');
    const { data, width, height } = PNG.sync.read(shot);
    const middle = (Math.round(height * 0.4) * width + Math.round(width / 2)) * 4;
    // The chequered ground of the page, not the white of an opaque frame.
    expect(data[middle]).toBeLessThan(120);
    await page.context().close();
  });

  test('is worked with the keyboard alone', async () => {
    const page = await open(1360, 1000);
    const passed: string[] = [];
    for (let step = 0; step < 16; step += 1) {
      await page.keyboard.press('Tab');
      passed.push(
        await page.evaluate<string>(
          'document.activeElement.id || document.activeElement.name || document.activeElement.tagName',
        ),
      );
    }
    for (const field of [
      'canvas',
      'scene',
      'theme',
      'scale',
      'rows',
      'show-time',
      'min-coins',
      'background',
      'safe',
      'sample',
      'guides',
      'address',
      'copy',
    ]) {
      expect(passed).toContain(field);
    }
    expect(passed).not.toContain('view');
    await page.context().close();
  });
});
