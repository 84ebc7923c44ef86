import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATIENCE, publicId, type Show, someLink, startShow, submit, submitFree, tone } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false, voice: false } });
  await show.setUp();
});
afterAll(() => show.stop());

async function waiting(): Promise<string> {
  return (await (await show.nova.slash('queue')).final(PATIENCE)).text;
}

describe('a submission through the modal', () => {
  it('is confirmed for its owner alone, with id, line, place and the way to link a handle', async () => {
    const seen = await submit(show.ana, { link: someLink(), artist: 'Ana Lune', title: 'Neon Nights' });
    expect(seen.ephemeral).toBe(true);
    expect(seen.text).toContain('Ana Lune – Neon Nights');
    expect(seen.text).toMatch(/Free line/);
    expect(seen.text).toContain('/link-tiktok');
    const id = publicId(seen.text);
    const no = await (await show.ana.click(seen, { label: 'No' })).final(PATIENCE);
    expect(no.text).toContain(`#${id}`);
    expect(await waiting()).toContain('Neon Nights');
    await show.nova.slash('remove', { song: id });
  });

  it('goes to the pending skips when its owner says that it is a paid skip', async () => {
    const seen = await submit(show.ana, { link: someLink(), artist: 'Ana', title: 'Skip Me' });
    const yes = await (await show.ana.click(seen, { label: "Yes, it's a skip" })).final(PATIENCE);
    expect(yes.text).toMatch(/Pending skip/);
    await show.nova.waitToSee(show.channels.review, /Pending skips[\s\S]*Skip Me/, PATIENCE);
    await show.nova.slash('remove', { song: publicId(seen.text) });
  });

  it('keeps all of a name with dots in it, also where Discord had to change the name', async () => {
    const seen = await submit(show.ben, { file: { name: 'Beat 2.0.mp3', bytes: await tone(330) } });
    expect(seen.text).toMatch(/ben – Beat 2\.0$/m);
    await show.nova.slash('remove', { song: publicId(seen.text) });
  });

  it('takes its title from the file name and its artist from the member when those are empty', async () => {
    const bytes = await tone(330);
    const seen = await submit(show.ben, { file: { name: 'my_first_demo.mp3', bytes } });
    expect(seen.text).toContain('ben');
    expect(seen.text).toMatch(/my.first.demo/);
    await show.nova.slash('remove', { song: publicId(seen.text) });
  });
});

describe('bad input', () => {
  const broken: readonly (readonly [string, Parameters<typeof submit>[1], RegExp])[] = [
    ['an empty modal', {}, /either a link or a file/],
    ['a javascript: link', { link: 'javascript:alert(1)', title: 'x' }, /https:\/\/|doesn't look like a link/],
    ['an http: link', { link: 'http://soundcloud.com/a/b', title: 'x' }, /Only links that begin with https:\/\//],
    ['a host that is not listed', { link: 'https://evil.example/song', title: 'x' }, /evil\.example/],
    [
      'a listed name inside another host',
      { link: 'https://soundcloud.com.evil.example/a/b', title: 'x' },
      /are not taken here/,
    ],
    ['credentials in the link', { link: 'https://a:b@soundcloud.com/a/b', title: 'x' }, /user name, password or port/],
    ['an Apple Music link', { link: 'https://music.apple.com/us/album/x/1?i=2', title: 'x' }, /Apple Music/],
    [
      'a text file named .mp3',
      { file: { name: 'song.mp3', bytes: new TextEncoder().encode('just some words, no music at all\n'.repeat(50)) } },
      /not an MP3, WAV, M4A or FLAC/,
    ],
    ['an empty file', { file: { name: 'song.mp3', bytes: new Uint8Array(0) } }, /empty/],
  ];
  it.each(broken)('%s is refused in plain words and changes nothing', async (_name, fields, words) => {
    const before = await waiting();
    const seen = await submit(show.ana, fields);
    expect(seen.text).toMatch(words);
    expect(seen.ephemeral).toBe(true);
    expect(await waiting()).toBe(before);
  });

  it('a link and a file together are refused, and "Try again" brings the typed text back', async () => {
    const link = someLink();
    const seen = await submit(show.ana, { link, file: { name: 'a.mp3', bytes: await tone(330) }, title: 'Both' });
    expect(seen.text).toMatch(/not both/);
    const modal = await show.ana.click(seen, { label: 'Try again' });
    expect(modal.answered).toBe('modal');
    expect(JSON.stringify(modal.modal)).toContain(link);
    expect(JSON.stringify(modal.modal)).toContain('Both');
  });

  it('the address of a TikTok profile is taken for the handle it shows', async () => {
    const address = 'https://www.tiktok.com/@profile.of.ana?lang=en';
    const seen = await submit(show.ana, { link: someLink(), title: 'By Profile' }, { tiktok_handle: address });
    expect(seen.text).toMatch(/Submitted as/);
    const queue = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*By Profile/, PATIENCE);
    expect(queue.text).toContain('@profile.of.ana');
    await show.nova.slash('remove', { song: publicId(seen.text) });
  });

  it('a handle that is refused can be left out: "Try again" sends the song without it', async () => {
    const fields = { link: someLink(), artist: 'Ana', title: 'Somebody Elses' };
    const seen = await submit(show.ana, fields, { tiktok_handle: 'no handle!' });
    expect(seen.text).toMatch(/can't be a TikTok handle[\s\S]*without that handle/);
    const modal = await show.ana.click(seen, { label: 'Try again' });
    const sent = await (await show.ana.fillModal(modal, {})).final(PATIENCE);
    expect(sent.text).toMatch(/Submitted as[\s\S]*Somebody Elses/);
    await show.nova.slash('remove', { song: publicId(sent.text) });
  });

  it('a file whose stream ends early is refused as broken', async () => {
    const whole = await tone(330, 20);
    const seen = await submit(show.ana, {
      file: { name: 'cut.m4a', bytes: (await tone(330, 20, 'm4a')).slice(0, 40_000) },
    });
    expect(seen.text).toMatch(/damaged|could not be read|not an MP3/);
    expect(whole.byteLength).toBeGreaterThan(0);
  });

  it('markdown and @everyone in every field are shown as typed and ping nobody', async () => {
    const seen = await submit(show.ana, {
      link: someLink(),
      artist: '@everyone **bold** <@&1>',
      title: '# big [x](https://evil.example) `code`',
      note: '> quote @here ||spoiler||',
    });
    const id = publicId(seen.text);
    await (await show.ana.click(seen, { label: 'No' })).final(PATIENCE);
    const panel = await show.nova.waitToSee(
      show.channels.review,
      new RegExp(`Reviewer queue[\\s\\S]*#${id}`),
      PATIENCE,
    );
    expect(panel.text).toContain('@everyone **bold**');
    const { world } = show.sandbox.discord;
    for (const channel of world.channelsOf(show.guildId)) {
      for (const message of world.messages.in(channel.id)) {
        expect(message.pings.everyone).toBe(false);
        expect(message.pings.roleIds).toEqual([]);
      }
    }
    await show.nova.slash('remove', { song: id });
  });
});

describe('the same song twice', () => {
  it('is refused with the id under which it waits', async () => {
    await show.nova.slash('settings set', { key: 'submissions.free-limit', value: '3' });
    const link = someLink();
    const first = await submit(show.ana, { link, artist: 'a', title: 'Once' });
    await (await show.ana.click(first, { label: 'No' })).final(PATIENCE);
    const second = await submit(show.ana, { link: `${link}?si=tracking`, artist: 'a', title: 'Twice' });
    expect(second.text).toContain(`#${publicId(first.text)}`);
    expect(second.text).toMatch(/already submitted/);
    await show.nova.slash('remove', { song: publicId(first.text) });
    await show.nova.slash('settings reset', { key: 'submissions.free-limit' });
  });
});

describe('closed submissions', () => {
  it('are refused in every way in, and say so', async () => {
    await (await show.nova.slash('closesubmissions')).final(PATIENCE);
    const modal = await submit(show.ana, { link: someLink(), artist: 'a', title: 'Late' });
    expect(modal.text).toMatch(/closed/);
    const file = await (
      await show.ana.slash('submitfile', {
        file: { name: 'a.mp3', bytes: await tone(330) },
        artist: 'a',
        title: 'Late',
      })
    ).final({ timeoutMs: 30_000 });
    expect(file.text).toMatch(/closed/);
    await (await show.nova.slash('opensubmissions')).final(PATIENCE);
    const id = await submitFree(show.ana, 'In Time');
    await show.nova.slash('remove', { song: id });
  });
});
