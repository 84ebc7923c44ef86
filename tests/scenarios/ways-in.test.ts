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
    expect(await way(who, first)).toMatch(new RegExp(`already submitted.*#${id}`));
    await way(who, second);
    const lines = () =>
      rows(show, 'SELECT line, count(*) AS n FROM submission WHERE owner_id = ? GROUP BY line', who.id);
    expect(await lines()).toEqual([{ line: 'free', n: 2 }]);
    expect(await way(who, third)).toMatch(/You already have 2 songs|Is this a paid skip\?[\s\S]*not open to you/);
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
    expect(await fileCommand(who, await song(410), false)).toMatch(/limit is 2/);
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
