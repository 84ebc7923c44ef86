import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, PushedClock, rows, set, startDesk, submitAs, until } from './desk.ts';
import { PATIENCE, type Show } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());
afterEach(async () => {
  show.sandbox.discord.faults.clear();
  for (const { public_id } of await rows(show, 'SELECT public_id FROM submission WHERE priority < 9')) {
    await ask(show.nova, 'remove', { song: String(public_id) });
  }
});

let members = 0;
const member = (options: { readonly dmsClosed?: boolean } = {}) => {
  members += 1;
  return show.people.human(show.guildId, `fan${members}`, options);
};
const texts = (who: Human) => who.dms().map(({ text }) => text.replaceAll('┃ ', ''));
const like = (who: Human, pattern: RegExp) => texts(who).filter((text) => pattern.test(text));
const dmPath = (who: Human) => show.sandbox.discord.world.dmChannel(who.id).id;
const waiting = async () => (await rows(show, "SELECT 1 FROM outbox WHERE state IN ('waiting', 'sending')")).length;
/** Everything that is due was sent or given up. */
const quiet = () => until(async () => (await waiting()) === 0, 'the outbox is empty');

describe('"you are next"', () => {
  it('comes once, at place 3, whatever brought the song there', async () => {
    const all = [member(), member(), member(), member(), member()];
    const ids: string[] = [];
    for (const who of all) ids.push(await submitAs(who, `Song of ${who.name}`, 'free'));
    await quiet();
    const [, , , fourth, fifth] = all;
    if (fourth === undefined || fifth === undefined) throw new Error('five members');
    expect(like(fourth, /coming up|plays next/)).toEqual([]);
    await ask(show.nova, 'next');
    await quiet();
    expect(like(fourth, new RegExp(`#${ids[3]} is coming up: place 3`))).toHaveLength(1);
    expect(like(fifth, /coming up/)).toEqual([]);
    // Down and up again, and played past: told once all the same.
    await ask(show.nova, 'move', { song: ids[3] ?? '', line: 'Pending skip' });
    await ask(show.nova, 'move', { song: ids[3] ?? '', line: 'Back-to-back' });
    await ask(show.nova, 'next');
    await quiet();
    expect(like(fourth, /coming up|plays next/)).toHaveLength(1);
    expect(like(fourth, /on air now/)).toHaveLength(1);
  });

  it('comes at the place that is set, or never', async () => {
    await set(show, 'notices.coming-up-at', '0');
    const who = member();
    await submitAs(who, 'Quiet', 'free');
    await quiet();
    expect(texts(who)).toEqual([]);
    await ask(show.nova, 'settings reset', { key: 'notices.coming-up-at' });
  });
});

describe('/notices off', () => {
  it('means no private messages but answers, until /notices on', async () => {
    const who = member();
    expect((await ask(who, 'notices off')).text).toMatch(/No more direct messages/);
    const id = await submitAs(who, 'Unheard', 'free');
    await ask(show.nova, 'remove', { song: id });
    await quiet();
    expect(texts(who)).toEqual([]);
    await who.say(show.channels.submissions, 'https://soundcloud.com/fan/answer');
    expect((await who.nextDm(PATIENCE)).text).toMatch(/Your song is in/);
    expect((await ask(who, 'notices on')).text).toMatch(/You are told/);
    const again = await submitAs(who, 'Heard', 'free');
    await ask(show.nova, 'remove', { song: again });
    await quiet();
    expect(like(who, /took #/)).toHaveLength(1);
  });
});

describe('a notice', () => {
  it('that Discord does not take waits, survives a restart of the bot, and comes once', async () => {
    await set(show, 'notices.coming-up-at', '0');
    const who = member();
    const id = await submitAs(who, 'Outage', 'free');
    show.sandbox.discord.faults.rest({ match: dmPath(who), method: 'POST', status: 503 });
    await ask(show.nova, 'remove', { song: id, reason: 'sorry' });
    await until(
      async () => (await rows(show, "SELECT 1 FROM outbox WHERE state = 'waiting' AND attempts > 0")).length === 1,
      'one try failed',
    );
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    expect(texts(who)).toEqual([]);
    show.sandbox.discord.faults.clear();
    clock.push(60_000);
    await quiet();
    expect(like(who, /took #\w+ Outage[\s\S]*sorry/)).toHaveLength(1);
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    clock.push(60_000);
    await quiet();
    expect(texts(who)).toHaveLength(1);
  });

  it('whose answer was lost on the way is not sent a second time', async () => {
    const who = member();
    const id = await submitAs(who, 'Lost Answer', 'free');
    show.sandbox.discord.faults.rest({ match: dmPath(who), method: 'POST', abort: 'after', times: 1 });
    await ask(show.nova, 'remove', { song: id });
    await show.sandbox.discord.world.events.until(() => texts(who).length === 1, PATIENCE);
    await until(async () => {
      clock.push(10_000);
      return (await waiting()) === 0;
    }, 'the outbox is empty');
    expect(texts(who)).toHaveLength(1);
  });

  it('for a member without DMs is said in the submissions channel, without the reason', async () => {
    const who = member({ dmsClosed: true });
    const id = await submitAs(who, 'Closed Door', 'free');
    await ask(show.nova, 'remove', { song: id, reason: 'a private word' });
    const seen = await who.waitToSee(show.channels.submissions, /took #\w+ Closed Door/, PATIENCE);
    expect(seen.text).toContain(`@${who.name}`);
    expect(seen.text).not.toContain('a private word');
  });

  it('to somebody who left the server is given up, and others get theirs', async () => {
    const gone = member({ dmsClosed: true });
    const stays = member();
    const ids = [await submitAs(gone, 'Gone', 'free'), await submitAs(stays, 'Stays', 'free')];
    show.sandbox.discord.world.removeMember(show.guildId, gone.id);
    for (const id of ids) await ask(show.nova, 'remove', { song: id });
    await quiet();
    expect(like(stays, /took #/)).toHaveLength(1);
  });
});
