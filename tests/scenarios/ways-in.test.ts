import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { actOnOwn, ask, queueText, rows, set, startDesk } from './desk.ts';
import { PATIENCE, panel, publicId, type Show, someLink, submit, tone } from './show.ts';

let show: Show;
let portal: { readonly id: string };
beforeAll(async () => {
  show = await startDesk();
  portal = show.sandbox.discord.world.addChannel(show.guildId, { name: 'submit-here' });
  await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  await ask(show.nova, 'setup-submission-portal', { channel: portal });
  // A song alone in the queue comes up at once: one DM more, which is not what is looked at here.
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '2');
});
afterAll(() => show.stop());
afterEach(async () => {
  await ask(show.nova, 'opensubmissions');
  for (const { public_id } of await rows(show, 'SELECT public_id FROM submission WHERE priority < 9')) {
    await ask(show.nova, 'remove', { song: String(public_id) });
  }
});

interface Song {
  readonly link: string;
  readonly file: { readonly name: string; readonly bytes: Uint8Array };
}

const song = async (hz: number): Promise<Song> => ({
  link: someLink(),
  file: { name: `tone-${hz}.mp3`, bytes: await tone(hz) },
});

/** Members come new to each test, so that nobody's DMs or history are read by mistake. */
let members = 0;
const member = () => {
  members += 1;
  return show.people.human(show.guildId, `fan${members}`);
};

async function pasted(who: Human, text: string, files: readonly Song['file'][]): Promise<string> {
  const said = await who.say(show.channels.submissions, text, files);
  const dm = await who.nextDm(PATIENCE);
  expect(show.sandbox.discord.world.messages.get(said.channelId, said.id)).toBeUndefined();
  return dm.text;
}

const fileCommand = async (who: Human, { file }: Song, skip?: boolean) =>
  (await ask(who, 'submitfile', { file, artist: 'a', title: 't', ...(skip === undefined ? {} : { skip }) })).text;

async function byMenu(who: Human, text: string, files: readonly Song['file'][]): Promise<string> {
  const said = await who.say(show.channels.lobby, text, files);
  return (await (await who.contextMenu('Submit this track', said)).final(PATIENCE)).text;
}

/** Every way a song comes in; each answers with what its owner reads. */
const WAYS: readonly (readonly [string, (who: Human, song: Song) => Promise<string>])[] = [
  ['a link in the modal', async (who, { link }) => (await submit(who, { link })).text],
  ['a file in the modal', async (who, { file }) => (await submit(who, { file })).text],
  ['/submitfile', (who, of) => fileCommand(who, of)],
  ['/submitfile skip:false', (who, of) => fileCommand(who, of, false)],
  [
    'the portal',
    async (who, { link }) => {
      const modal = await who.click(await panel(who, portal, 'Submit your music'), { label: 'Submit' });
      return (await (await who.fillModal(modal, { Link: link })).final(PATIENCE)).text;
    },
  ],
  ['a pasted link', (who, { link }) => pasted(who, `listen: ${link}`, [])],
  ['an uploaded file', (who, { file }) => pasted(who, '', [file])],
  ['"Submit this track" on a link', (who, { link }) => byMenu(who, link, [])],
  ['"Submit this track" on a file', (who, { file }) => byMenu(who, '', [file])],
];

describe.each(WAYS)('%s', (_name, way) => {
  it('brings songs in, holds the limit, refuses one that waits with its id, and is refused while closed', async () => {
    const who = member();
    const [first, second, third] = [await song(400), await song(410), await song(420)];
    const id = publicId(await way(who, first));
    expect(await queueText(show)).toContain(who.name);
    // The same song in another spelling, the same bytes under another name.
    const same = { link: `${first.link}?si=shared`, file: { ...first.file, name: 'renamed.mp3' } };
    expect(await way(who, same)).toMatch(new RegExp(`already submitted.*#${id}`));
    await way(who, second);
    const lines = () =>
      rows(show, 'SELECT line, count(*) AS n FROM submission WHERE owner_id = ? GROUP BY line', who.id);
    expect(await lines()).toEqual([{ line: 'free', n: 2 }]);
    expect(await way(who, third)).toMatch(/You already have 2 songs/);
    await actOnOwn(who, 'Withdraw', id);
    await ask(show.nova, 'closesubmissions');
    expect(await way(who, third)).toMatch(/closed/);
    expect(await lines()).toContainEqual({ line: 'free', n: 1 });
  });
});

describe('/submitfile', () => {
  it('with skip:true goes to the pending skips although the free line is full', async () => {
    const who = member();
    await submit(who, { link: someLink() });
    await submit(who, { link: someLink() });
    const refused = await fileCommand(who, await song(410), false);
    expect(refused).toMatch(/limit is 2/);
    expect(refused).not.toMatch(/paid skip/);
    expect(await fileCommand(who, await song(410), true)).toMatch(/Pending skip/);
  });
});

describe('a line that is closed', () => {
  it('alone is closed, in words, and the others stay open', async () => {
    const who = member();
    await ask(show.nova, 'closesubmissions', { line: 'pending' });
    expect(await fileCommand(who, await song(400), true)).toMatch(/pending skip line is closed/);
    const seen = await submit(who, { link: someLink() });
    expect(seen.text).toMatch(/Free line/);
    expect(seen.text).not.toMatch(/paid skip\?/);
    await ask(show.nova, 'opensubmissions', { line: 'pending' });
    await ask(show.nova, 'closesubmissions', { line: 'free' });
    expect(await pasted(who, someLink(), [])).toMatch(/Free submissions are closed/);
    expect(await fileCommand(who, await song(410), true)).toMatch(/Pending skip/);
  });
});

describe('"Submit this track"', () => {
  it.each([
    ['a sentence around the link', (link: string) => `check this (${link}), it is mine!`, []],
    ['a link without its preview', (link: string) => `<${link}>`, []],
    ['a picture beside the link', (link: string) => link, ['cover.png']],
  ] as const)('finds the song in a message with %s', async (_name, text, files) => {
    const [who, link] = [member(), someLink()];
    const pictures = files.map((name) => ({ name, bytes: new Uint8Array([137, 80, 78, 71]) }));
    expect(await byMenu(who, text(link), pictures)).toMatch(/Submitted as/);
    expect(await rows(show, 'SELECT url FROM submission WHERE owner_id = ?', who.id)).toEqual([{ url: link }]);
  });

  it('says so when there is none, and takes a song from somebody else’s message', async () => {
    const [who, other] = [member(), member()];
    expect(await byMenu(who, 'just words', [])).toMatch(
      /Nothing to submit there: that message has no link and no audio file/,
    );
    const said = await other.say(show.channels.lobby, someLink());
    const seen = await (await who.contextMenu('Submit this track', said)).final(PATIENCE);
    expect(seen.text).toMatch(/Submitted as/);
    expect(await rows(show, 'SELECT owner_id FROM submission WHERE owner_id IN (?, ?)', who.id, other.id)).toEqual([
      { owner_id: who.id },
    ]);
  });
});

describe('at the same moment', () => {
  it('the limit and the check for duplicates hold all the same', async () => {
    const [who, link] = [member(), someLink()];
    for (let n = 0; n < 3; n += 1) await who.say(show.channels.submissions, link);
    for (let n = 0; n < 3; n += 1) await who.say(show.channels.submissions, someLink());
    for (let n = 0; n < 6; n += 1) await who.nextDm(PATIENCE);
    const told = who.dms().map(({ text }) => text);
    expect(told.filter((text) => text.includes('Your song is in'))).toHaveLength(2);
    expect(await rows(show, 'SELECT line FROM submission WHERE owner_id = ?', who.id)).toHaveLength(2);
  });
});

describe('outside of a server', () => {
  it('no command is offered, and one that comes all the same is answered in words', async () => {
    const who = member();
    const dm = show.sandbox.discord.world.dmChannel(who.id);
    await expect(who.slash('submit', {}, { channel: dm })).rejects.toThrow(/not offered/);
    expect((await who.slash('submit', {}, { channel: dm, force: true })).text).toMatch(/inside a server only/);
  });
});
