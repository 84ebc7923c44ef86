import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../../sandbox/browser/browser.ts';
import { type Demo, startDemo } from '../../sandbox/browser/demo.ts';
import { Visit } from '../../sandbox/browser/visit.ts';

/** The unmodified bot. */
const BOT = { script: 'src/main.ts' };
/** A busy machine is slow, and nothing waits when the answer is there. ms */
const PATIENCE = 60_000;

let browser: Browser;
let demo: Demo | undefined;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
afterEach(async () => {
  await demo?.stop();
  demo = undefined;
});

async function open(): Promise<{ readonly demo: Demo; readonly page: Page; readonly visit: Visit }> {
  demo = await startDemo(BOT);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const visit = new Visit(page);
  await visit.open(demo.url);
  return { demo, page, visit };
}

async function submitSongs(page: Page, visit: Visit): Promise<void> {
  const form = page.getByRole('dialog', { name: 'Submit a song' });
  await visit.look('lobby');
  await visit.message('Submit your music').getByRole('button', { name: 'Submit', exact: true }).click();
  await form.getByRole('textbox', { name: 'Link' }).fill('https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC');
  await form.getByRole('textbox', { name: 'Artist' }).fill('Ana Lune');
  await form.getByRole('textbox', { name: 'Title' }).fill('Neon Nights');
  await form.getByRole('button', { name: 'Submit' }).click();
  await visit.message('Is this a paid skip?').getByRole('button', { name: 'No', exact: true }).click();
  await visit.message('plays next').waitFor();
  await visit.be('Ben');
  await (await visit.command('submit')).getByRole('button', { name: 'Run' }).click();
  await form.getByRole('button', { name: /concert-pitch/ }).click();
  await form.getByRole('textbox', { name: 'Title' }).fill('Concert Pitch');
  await form.getByRole('button', { name: 'Submit' }).click();
  await visit.message('Is this a paid skip?').getByRole('button', { name: 'No', exact: true }).click();
  const link = await visit.command('link-tiktok');
  await link.getByRole('combobox', { name: /^tiktok_handle/ }).fill('benbeats');
  await link.getByRole('button', { name: 'Run' }).click();
  await visit.message('@benbeats').waitFor();
}

async function goLive(page: Page, visit: Visit): Promise<void> {
  await visit.stage('TikTok LIVE');
  await page.getByRole('button', { name: 'Go live as @novalive' }).click();
  await visit.be('Nova');
  await visit.look('lobby');
  const connect = await visit.command('tiktok connect');
  await connect.getByRole('textbox', { name: /^unique_id/ }).fill('@novalive');
  await connect.getByRole('button', { name: 'Run' }).click();
  await page.getByText('The bot listens').waitFor();
  await page.getByRole('button', { name: 'Show the overlay' }).click();
}

/** The song that the overlay shows. */
const onStream = (page: Page): Locator => page.frameLocator('iframe[title="Overlay of the bot"]').locator('#now-title');

/** Every fault by its button: what a visitor sees of it, and that it passes. */
async function breakThings(page: Page, visit: Visit): Promise<void> {
  const room = visit.message('Control room');
  const wire = page.getByRole('log', { name: 'On the wire' });
  const fault = (name: string): Promise<void> => page.getByRole('button', { name }).click();
  await visit.stage('Faults');
  await fault('Cut the voice connection: Cut');
  await wire.getByText('The bot took its voice connection up again').waitFor();
  await fault('Cut the gateway: Cut');
  await wire.getByText('The bot took its session up again').waitFor();
  await page.getByRole('slider', { name: /Late Discord/ }).fill('700');
  await wire.getByText('Every answer of Discord comes 700 ms late').waitFor();
  await room.getByRole('button', { name: 'Pause' }).click();
  await room.getByRole('button', { name: 'Play' }).waitFor();
  await page.getByRole('slider', { name: /Late Discord/ }).fill('0');

  await fault('Sign server answers 429: Start');
  await fault('Drop the LIVE: Drop');
  await room.getByText(/connection lost/).waitFor();
  await fault('Sign server answers 429: Stop');
  await room.getByText('@novalive is live').waitFor();

  await fault('Kill the bot: kill -9');
  await page.getByRole('status').getByText('Bot is down').waitFor();
  // What is on stream meanwhile: the last good picture.
  expect(await onStream(page).textContent()).toBe('Concert Pitch');
  await page.getByRole('status').getByText('Bot online').waitFor();
}

test('the whole show is played by clicks, through every fault, to the numbers at its end', async () => {
  const { page, visit, demo } = await open();
  await page.getByRole('button', { name: 'Show me: Set the server up' }).click();
  await page.getByText('Set the server up (done)').waitFor();
  // While it runs, the show leads the visitor along.
  await page.getByRole('button', { name: 'Run the show by itself' }).waitFor();
  await submitSongs(page, visit);
  await goLive(page, visit);

  await page.getByRole('button', { name: '@benbeats' }).click();
  await page.getByRole('button', { name: 'Galaxy, 1,000 coins' }).click();
  await visit.look('review-desk');
  const desk = visit.message('Reviewer queue');
  await desk
    .getByText(/⏭️[\s\S]*Concert Pitch/)
    .first()
    .waitFor();
  const overlay = page.frameLocator('iframe[title="Overlay of the bot"]');
  await overlay.getByText('Concert Pitch').first().waitFor();

  await page.getByRole('button', { name: 'Studio Join' }).click();
  await (await visit.command('join')).getByRole('button', { name: 'Run' }).click();
  await page.getByRole('list', { name: 'In Studio' }).getByText('Skipline').waitFor();
  await desk.getByText('ready').first().waitFor();
  await page.getByRole('button', { name: 'Listen to the voice channel' }).click();
  await desk.getByRole('button', { name: 'Next' }).click();
  await visit.message(/On air[^\n]*Concert Pitch/).waitFor();
  const level = page.locator('.bars');
  await expect
    .poll(async () => Number(await level.getAttribute('data-level')), { timeout: PATIENCE })
    .toBeGreaterThan(0.1);

  await breakThings(page, visit);
  await desk.getByRole('button', { name: 'Next' }).click();
  await visit.message(/On air[^\n]*Neon Nights/).waitFor();
  await onStream(page).filter({ hasText: 'Neon Nights' }).waitFor({ state: 'attached' });

  await visit.stage('TikTok LIVE');
  await page.getByText('The bot listens').waitFor();
  await page.getByRole('button', { name: 'End stream' }).click();
  await visit.look('numbers');
  const numbers = visit.message('The show with @novalive');
  await numbers.getByRole('link', { name: /\.csv/ }).waitFor();
  await expect
    .poll(() => page.evaluate("document.querySelector('.message .picture img')?.naturalWidth ?? 0"))
    .toBeGreaterThan(300);
  expect(demo.botLines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}, 180_000);

test('the show plays itself from one button, leads the visitor along, and stops when told to', async () => {
  const { page } = await open();
  await page.getByRole('button', { name: 'Run the show by itself' }).click();
  await page.getByRole('status').getByText('Submit songs').waitFor();
  await page.getByText('You are Ben').waitFor();
  await page.getByRole('button', { name: 'Stop the show' }).click();
  await page.getByRole('button', { name: 'Run the show by itself' }).waitFor();
  await page.getByRole('tab', { name: 'Guide' }).click();
  await page.getByText('Set the server up (done)').waitFor();
  expect(await page.locator('.guide').getByRole('alert').allTextContents()).toEqual([]);
});
