import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SeenMessage } from '../../sandbox/discord/people/seen.ts';
import { PushedClock } from './desk.ts';
import { PATIENCE, panel, type Show, startShow, submitFree } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false, voice: false }, clock });
  await show.setUp();
  await (await show.nova.slash('settings set', { key: 'submissions.free-limit', value: '10' })).final(PATIENCE);
});
afterAll(() => show.stop());

/** Time passes, for the bot and for Discord alike: the panels' edits of before do not hold up the next. */
function rest(): void {
  show.sandbox.discord.world.advance(10_000);
  clock.push(10_000);
}

/** A button, and what stands there when the bot has done with it. */
const press = async (message: SeenMessage, label: string) =>
  (await show.nova.click(message, { label })).final(PATIENCE);
const reviewerQueue = () => panel(show.nova, show.channels.review, 'Reviewer queue');

describe('Next on the panel', () => {
  it('takes the songs in the order shown, and Undo puts the last one back where it stood', async () => {
    const [first, second] = [await submitFree(show.ana, 'First'), await submitFree(show.ben, 'Second')];
    await show.nova.waitToSee(
      show.channels.review,
      new RegExp(`Reviewer queue[\\s\\S]*#${first}[\\s\\S]*#${second}`),
      PATIENCE,
    );
    const clicked = await press(await reviewerQueue(), 'Next');
    expect(clicked.answered).toBe('update');
    expect(clicked.text).toMatch(/On air: .*First/);
    const undone = await press(await reviewerQueue(), 'Undo');
    expect(undone.text).toMatch(/Nothing on air/);
    expect(undone.text.indexOf(first)).toBeLessThan(undone.text.indexOf(second));
    await press(await reviewerQueue(), 'Next');
    const last = await press(await reviewerQueue(), 'Next');
    expect(last.text).toMatch(/On air: .*Second/);
  });

  it('can still be undone when its song was finished by mistake', async () => {
    const id = await submitFree(show.ana, 'Finished Too Soon');
    rest();
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${id}`), PATIENCE);
    await press(await reviewerQueue(), 'Next');
    rest();
    const room = await show.nova.waitToSee(show.channels.review, /Control room[\s\S]*Finished Too Soon/, PATIENCE);
    const finished = await press(room, 'Finish');
    expect(finished.text).toMatch(/Nothing on air/);
    const undone = await (await show.nova.click(finished, { label: 'Undo' })).final(PATIENCE);
    expect(undone.answered).toBe('update');
    rest();
    const queue = await show.nova.waitToSee(
      show.channels.review,
      new RegExp(`Reviewer queue[\\s\\S]*#${id}`),
      PATIENCE,
    );
    await press(await reviewerQueue(), 'Next');
    expect(queue.text).toContain('Finished Too Soon');
  });

  it('pressed by two reviewers at once plays one song and tells the other', async () => {
    const rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
    const [one, two] = [await submitFree(show.ana, 'Race One'), await submitFree(show.ben, 'Race Two')];
    rest();
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${two}`), PATIENCE);
    const before = await reviewerQueue();
    const clicks = [show.nova, rick].map(async (who) => (await who.click(before, { label: 'Next' })).final(PATIENCE));
    const answers = await Promise.all(clicks);
    const told = answers.filter(({ text }) => /was just played by/.test(text));
    expect(told).toHaveLength(1);
    const after = await reviewerQueue();
    expect(after.text).toMatch(/On air: .*Race One/);
    expect(after.text).toContain(`#${two}`);
    expect(after.text).not.toContain(`\`#${one}\``);
    await press(after, 'Next');
  });

  it('says kindly that the queue is empty', async () => {
    const seen = await press(await reviewerQueue(), 'Next');
    const shown = seen.text.includes('queue is empty') ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;
    expect(shown).toMatch(/queue is empty/);
  });

  it('is refused for a listener, and for a forged click with another id', async () => {
    const panelMessage = await reviewerQueue();
    const listener = await show.ana.clickRaw(panelMessage, 'v1:reviewer.next:0');
    expect(listener.text).toMatch(/Only reviewers/);
    const forged = await show.nova.clickRaw(panelMessage, 'v1:song.move:999999:skip');
    expect(forged.text).toMatch(/no song|does not wait|outdated/i);
  });

  it('on a panel of an older format is answered, and changes nothing', async () => {
    const seen = await show.nova.clickRaw(await reviewerQueue(), 'v0:queue:next');
    expect(seen.text).toMatch(/older version/);
  });
});

describe('a restart', () => {
  it('leaves every panel in place, and its old buttons and pages work', async () => {
    for (let n = 0; n < 9; n += 1) await submitFree(n % 2 === 0 ? show.ana : show.ben, `Row ${n}`);
    rest();
    const before = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*9 songs waiting/, PATIENCE);
    const paged = await press(before, '▶');
    expect(paged.text).toMatch(/Page 2 of 2/);
    rest();
    await show.restart(rest);
    const after = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Page 2 of 2/, PATIENCE);
    expect(after.message?.id).toBe(before.message?.id);
    const next = await press(after, 'Next');
    expect(next.text).toMatch(/On air: .*Row 0/);
  });

  it('of the gateway in mid-show loses no click', async () => {
    show.sandbox.discord.gateway.drop();
    const seen = await press(await reviewerQueue(), 'Next');
    expect(seen.text).toMatch(/On air: .*Row 1/);
  });
});
