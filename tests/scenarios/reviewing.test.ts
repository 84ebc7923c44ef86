import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE, panel, type Show, startShow, submitFree } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false, voice: false } });
  await show.setUp();
  await (await show.nova.slash('settings set', { key: 'submissions.free-limit', value: '10' })).final(PATIENCE);
});
afterAll(() => show.stop());

const reviewerQueue = () => panel(show.nova, show.channels.review, 'Reviewer queue');

describe('Next on the panel', () => {
  it('takes the songs in the order shown, and Undo puts the last one back where it stood', async () => {
    const [first, second] = [await submitFree(show.ana, 'First'), await submitFree(show.ben, 'Second')];
    await show.nova.waitToSee(
      show.channels.review,
      new RegExp(`Reviewer queue[\\s\\S]*#${first}[\\s\\S]*#${second}`),
      PATIENCE,
    );
    const clicked = await show.nova.click(await reviewerQueue(), { label: 'Next' });
    expect(clicked.answered).toBe('update');
    expect(clicked.text).toMatch(/On air: .*First/);
    const undone = await show.nova.click(await reviewerQueue(), { label: 'Undo' });
    expect(undone.text).toMatch(/Nothing on air/);
    expect(undone.text.indexOf(first)).toBeLessThan(undone.text.indexOf(second));
    await show.nova.click(await reviewerQueue(), { label: 'Next' });
    const last = await show.nova.click(await reviewerQueue(), { label: 'Next' });
    expect(last.text).toMatch(/On air: .*Second/);
  });

  it('pressed by two reviewers at once plays one song and tells the other', async () => {
    const rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
    const [one, two] = [await submitFree(show.ana, 'Race One'), await submitFree(show.ben, 'Race Two')];
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${two}`), PATIENCE);
    const before = await reviewerQueue();
    const answers = await Promise.all([
      show.nova.click(before, { label: 'Next' }),
      rick.click(before, { label: 'Next' }),
    ]);
    const told = answers.filter(({ text }) => /was just played by/.test(text));
    expect(told).toHaveLength(1);
    const after = await reviewerQueue();
    expect(after.text).toMatch(/On air: .*Race One/);
    expect(after.text).toContain(`#${two}`);
    expect(after.text).not.toContain(`\`#${one}\``);
    await show.nova.click(after, { label: 'Next' });
  });

  it('says kindly that the queue is empty', async () => {
    const seen = await show.nova.click(await reviewerQueue(), { label: 'Next' });
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
    const before = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*9 songs waiting/, PATIENCE);
    const paged = await show.nova.click(before, { label: '▶' });
    expect(paged.text).toMatch(/Page 2 of 2/);
    await show.restart();
    const after = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Page 2 of 2/, PATIENCE);
    expect(after.message?.id).toBe(before.message?.id);
    const next = await show.nova.click(after, { label: 'Next' });
    expect(next.text).toMatch(/On air: .*Row 0/);
  });

  it('of the gateway in mid-show loses no click', async () => {
    show.sandbox.discord.gateway.drop();
    const seen = await show.nova.click(await reviewerQueue(), { label: 'Next' });
    expect(seen.text).toMatch(/On air: .*Row 1/);
  });
});
