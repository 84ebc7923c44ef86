import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../../sandbox/browser/browser.ts';
import { type Demo, startDemo } from '../../sandbox/browser/demo.ts';
import { Visit } from '../../sandbox/browser/visit.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let demo: Demo;
let browser: Browser;
let page: Page;
let visit: Visit;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ script: 'tests/sandbox/page-bot.ts' }), openBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

beforeEach(async () => {
  await page?.context().close();
  // Nothing that an earlier test has left may be taken for what this one waits for.
  const { messages } = demo.stage.world;
  for (const channel of Object.values(demo.stage.cast.channels)) {
    for (const { id } of messages.all(channel.id)) messages.delete(channel.id, id);
  }
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  visit = new Visit(page);
  await visit.open(demo.url);
});

/** What axe finds and a person could not work around. */
async function barriers(): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))",
  );
  return found as readonly string[];
}

describe('a command', () => {
  test('is chosen, filled in with suggestions and run with the keyboard alone', async () => {
    await page.getByRole('textbox', { name: 'Message #lobby' }).focus();
    await page.keyboard.type('/gre');
    await page.getByRole('option', { name: /^\/greet/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('cr');
    await page.getByRole('option', { name: 'the cream' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('combobox', { name: /^colour/ }).inputValue()).toBe('the cream');
    await page.keyboard.press('Tab');
    await page.keyboard.type('3');
    await page.keyboard.press('Enter');
    await visit.message('Heard: {"colour":"cream","times":3,"loud":null}').waitFor();
  });

  test('takes people, yes and no, and a song of the demo', async () => {
    const form = await visit.command('greet');
    await form.getByRole('combobox', { name: /^colour/ }).fill('cobalt');
    await form.getByRole('button', { name: /^loud/ }).click();
    await page.getByRole('option', { name: 'True' }).click();
    await form.getByRole('button', { name: /^whom/ }).click();
    await page.getByRole('option', { name: 'Ben' }).click();
    await form.getByRole('button', { name: /midnight-tram/ }).click();
    await form.getByText(/KB/).waitFor();
    await form.getByRole('button', { name: 'Run' }).click();
    await visit.message('"loud":true,"whom":"ben","track":"midnight-tram.mp3"').waitFor();
  });

  test('that lacks something is not run, and is not offered to those who may not', async () => {
    const form = await visit.command('greet');
    await form.getByRole('button', { name: 'Run' }).click();
    await form.getByRole('alert').getByText('"colour" has to be filled in').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('textbox', { name: 'Message #lobby' }).fill('/staff');
    await page.getByText('No command fits').waitFor();
    await visit.be('Nova');
    await page.getByRole('textbox', { name: 'Message #lobby' }).fill('/staff');
    await page.getByRole('option', { name: /^\/staff/ }).waitFor();
  });
});

describe('a form', () => {
  test('keeps what was typed when it is refused, and brings text, files and choices to the bot', async () => {
    const command = await visit.command('form');
    await command.getByRole('button', { name: 'Run' }).click();
    const form = page.getByRole('dialog', { name: 'A form' });
    await form.getByRole('textbox', { name: 'Name' }).fill('x');
    await form.getByRole('button', { name: 'Submit' }).click();
    await form.getByRole('alert').getByText('name needs 2 to 4000 characters').waitFor();
    await form.getByRole('textbox', { name: 'Name' }).fill('xy');
    await form
      .getByLabel('Track', { exact: true })
      .setInputFiles({ name: 'own song.mp3', mimeType: 'audio/mpeg', buffer: Buffer.from('sound') });
    await form.getByText('own song.mp3').waitFor();
    await form.getByRole('button', { name: /^Colour/ }).click();
    await page.getByRole('option', { name: 'cobalt' }).click();
    await form.getByRole('button', { name: /^Where/ }).click();
    expect(await page.getByRole('option', { name: /Studio/ }).count()).toBe(0);
    await page.getByRole('option', { name: /lobby/ }).click();
    expect(await barriers()).toEqual([]);
    await form.getByRole('button', { name: 'Submit' }).click();
    const lobby = demo.stage.cast.channels.lobby.id;
    const heard = `{"name":"xy","story":"Once","track":["own_song.mp3 true"],"colour":["cobalt"],"where":["${lobby}"]}`;
    await visit.message(`Form: ${heard}`).waitFor();
    expect(await form.count()).toBe(0);
  });
});

describe('a message', () => {
  beforeEach(async () => {
    const command = await visit.command('board');
    await command.getByRole('button', { name: 'Run' }).click();
    await visit.message('Pressed 0 times').waitFor();
  });

  test('shows markdown, times that tick, pictures and every kind of control', async () => {
    const board = visit.message('Pressed 0 times');
    expect(await board.locator('strong').textContent()).toBe('bold');
    expect(await board.locator('time.stamp').textContent()).toMatch(/1 minute ago|2 minutes ago/);
    await board.getByRole('button', { name: 'Open the picture: A dot' }).click();
    await page.getByRole('dialog', { name: 'A dot' }).getByRole('img').waitFor();
    await expect.poll(() => page.evaluate("document.querySelector('.lightbox img').naturalWidth")).toBe(1);
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await board.getByRole('button', { name: 'Off' }).isDisabled()).toBe(true);
    expect(await board.getByRole('link', { name: 'Elsewhere' }).getAttribute('href')).toBe('https://example.com/');
    expect(await barriers()).toEqual([]);
  });

  test('changes for everybody when a button is pressed', async () => {
    await visit.message('Pressed 0 times').getByRole('button', { name: 'Press me' }).click();
    await visit.message('Pressed 1 times').getByRole('button', { name: 'Press me' }).click();
    await visit.message('Pressed 2 times').waitFor();
  });

  test('takes one choice or several, people and roles', async () => {
    const board = visit.message('Pressed 0 times');
    await board.getByRole('button', { name: 'Colours' }).click();
    await page.getByRole('option', { name: /crimson/ }).click();
    await page.getByRole('option', { name: /cobalt/ }).click();
    await page.getByRole('button', { name: 'Done' }).click();
    await visit.message('Chosen: crimson and cobalt').waitFor();
    await board.getByRole('button', { name: 'Somebody' }).press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const { people, reviewerRoleId } = demo.stage.cast;
    await visit.message(`Chosen: ${people.ben.id}`).waitFor();
    await board.getByRole('button', { name: 'A role' }).click();
    await page.getByRole('option', { name: 'Reviewer' }).click();
    await visit.message(`Chosen: ${reviewerRoleId}`).waitFor();
  });

  test('that only one person sees is put away by them, and nobody else sees it', async () => {
    const board = visit.message('Pressed 0 times');
    await board.getByRole('button', { name: 'A role' }).click();
    await page.getByRole('option', { name: 'Reviewer' }).click();
    const mine = visit.message('Chosen:');
    await mine.getByText('Only you can see this').waitFor();
    await visit.be('Ben');
    expect(await page.getByText('Only you can see this').count()).toBe(0);
    await visit.be('Ana');
    const before = await page.getByText('Only you can see this').count();
    await mine.getByRole('button', { name: 'Dismiss message' }).click();
    expect(await page.getByText('Only you can see this').count()).toBe(before - 1);
  });

  test('says that an interaction failed when the bot does not answer in 3 seconds', async () => {
    const board = visit.message('Pressed 0 times');
    const asked = demo.stage.world.events.waitFor('interaction-created');
    await board.getByRole('button', { name: 'Say nothing' }).click();
    await asked;
    demo.stage.world.advance(3_000);
    await board.getByRole('alert').getByText('This interaction failed').waitFor();
  });

  test('opens a private conversation with the bot', async () => {
    await visit.message('Pressed 0 times').getByRole('button', { name: 'Write to me' }).click();
    await page.getByRole('button', { name: /^Direct messages with Skipline, unread/ }).click();
    await visit.message('Just between us').waitFor();
  });

  test('is written, answered, quoted by the menu of the bot, and deleted', async () => {
    const field = page.getByRole('textbox', { name: 'Message #lobby' });
    await field.fill('hello **there**');
    await field.press('Enter');
    const written = visit.message('hello there');
    await written.hover();
    await written.getByRole('button', { name: 'Apps' }).click();
    await written.getByRole('menuitem', { name: 'Quote' }).click();
    await visit.message('Quoted: hello there').waitFor();
    const first = page.getByRole('article').filter({ hasText: 'hello there' }).first();
    await first.hover();
    await first.getByRole('button', { name: 'Reply' }).click();
    await field.fill('and again');
    await field.press('Enter');
    const reply = visit.message('and again');
    await reply.getByText('hello there').waitFor();
    await reply.hover();
    await reply.getByRole('button', { name: 'Delete message' }).click();
    await reply.waitFor({ state: 'detached' });
  });
});

describe('the stage', () => {
  test('lets viewers of a LIVE act, and counts what really happened', async () => {
    await visit.stage('TikTok LIVE');
    await page.getByRole('button', { name: 'Go live as @novalive' }).click();
    await page.getByRole('button', { name: '@benbeats' }).click();
    await page.getByRole('button', { name: 'Like ×15' }).click();
    await page.getByRole('textbox', { name: 'Chat as @benbeats' }).fill('play it');
    await page.keyboard.press('Enter');
    await page.getByRole('spinbutton', { name: 'times' }).fill('3');
    await page.getByRole('button', { name: 'Rose, 1 coins' }).click();
    const totals = page.getByRole('region', { name: 'What really happened' });
    const counted = async (): Promise<readonly string[]> => (await totals.locator('dd').allTextContents()).slice(0, 7);
    await expect.poll(counted).toEqual(['15', '1', '0', '0', '0', '3', '3']);
    await page.getByRole('log', { name: 'LIVE chat' }).getByText('play it').waitFor();
    expect(await barriers()).toEqual([]);
    await page.getByRole('slider', { name: /Crowd/ }).fill('500');
    await expect.poll(() => demo.stage.live.view.totals.messages).toBeGreaterThan(100);
    await page.getByRole('button', { name: 'End stream' }).click();
    await page.getByRole('button', { name: 'Go live as @novalive' }).waitFor();
  });

  test('kills the bot and shows that it comes back', async () => {
    await visit.stage('Faults');
    expect(await barriers()).toEqual([]);
    await page.getByRole('button', { name: 'Kill the bot' }).click();
    await page.getByRole('status').getByText('Bot is down').waitFor();
    await page.getByRole('status').getByText('Bot online').waitFor();
    await page
      .getByRole('log', { name: 'On the wire' })
      .getByText('The bot logged in at the gateway')
      .first()
      .waitFor();
    await page.getByRole('slider', { name: /Late Discord/ }).fill('300');
    await page.getByText('Every answer of Discord comes 300 ms late').waitFor();
    await page.getByRole('slider', { name: /Late Discord/ }).fill('0');
    await page.getByText('Discord is in time again').waitFor();
  });

  test('lets people sit in voice, and says what a client would not let happen', async () => {
    await page.getByRole('button', { name: 'Studio Join' }).click();
    await page.getByRole('list', { name: 'In Studio' }).getByText('Ana').waitFor();
    await page.getByRole('button', { name: 'Studio Leave' }).click();
    await page.getByRole('button', { name: 'Studio Join' }).waitFor();
    await visit.stage('Faults');
    await page.getByRole('button', { name: 'Cut the voice connection: Cut' }).click();
    await page.getByRole('alert').getByText('the bot is in no voice channel').waitFor();
  });
});

test('on a phone one part of the page is shown at a time, and nothing is wider than the screen', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  const bar = page.getByRole('navigation', { name: 'Parts of the page' });
  for (const [part, seen] of [
    ['Channels', 'Nova Admin'],
    ['LIVE', 'Like ×15'],
    ['Faults', 'Kill the bot: kill -9'],
    ['Guide', 'Show me: Submit songs'],
  ] as const) {
    await bar.getByRole('button', { name: part }).click();
    await page.getByRole('button', { name: seen }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await barriers(), part).toEqual([]);
  }
  await bar.getByRole('button', { name: 'Chat' }).click();
  await page.getByRole('textbox', { name: 'Message #lobby' }).waitFor();
  expect(await barriers()).toEqual([]);
});
