import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPublicHost, parseLink } from '../../src/domain/link.ts';
import { DEFAULT_LINK_HOSTS } from '../../src/domain/setting.ts';

const read = (text: string) => parseLink(text, DEFAULT_LINK_HOSTS);

function normalized(text: string): string {
  const link = read(text);
  if (!link.ok) throw new Error(`${text} was refused: ${link.error.code}`);
  return link.value.normalizedUrl;
}

describe('a link is taken from', () => {
  test.each([
    ['https://soundcloud.com/artist/track', 'soundcloud'],
    ['https://on.soundcloud.com/AbC123', 'soundcloud'],
    ['https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC', 'spotify'],
    ['https://spotify.link/AbCdEf', 'spotify'],
    ['https://www.youtube.com/watch?v=dQw4w9WgXcQ', 'youtube'],
    ['https://youtu.be/dQw4w9WgXcQ', 'youtube'],
    ['https://music.youtube.com/watch?v=dQw4w9WgXcQ', 'youtube'],
    ['https://www.deezer.com/en/track/3135556', 'deezer'],
    ['https://deezer.page.link/AbC', 'deezer'],
    ['https://ditto.fm/my-song', 'ditto'],
    ['https://artist.bandcamp.com/track/my-song', 'bandcamp'],
    ['https://audiomack.com/artist/song/my-song', 'audiomack'],
    ['https://untitled.stream/library/project/AbC', 'untitled'],
    ['https://www.dropbox.com/scl/fi/abc123/song.mp3?rlkey=xyz&dl=0', 'dropbox'],
    ['https://www.dropbox.com/s/abc123/song.mp3?dl=0', 'dropbox'],
    ['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'google-drive'],
    ['https://drive.google.com/open?id=1AbC', 'google-drive'],
    ['<https://soundcloud.com/artist/track>', 'soundcloud'],
    ['  https://soundcloud.com/artist/track  ', 'soundcloud'],
    ['HTTPS://SOUNDCLOUD.COM/artist/track', 'soundcloud'],
    ['https://soundcloud.com./artist/track', 'soundcloud'],
  ])('%s', (text, platform) => {
    expect(read(text)).toMatchObject({ ok: true, value: { kind: 'link', platform } });
  });

  test('a host that the guild added, with its subdomains', () => {
    const link = parseLink('https://songs.example.org/a', ['example.org']);
    expect(link).toMatchObject({
      ok: true,
      value: { platform: 'other', normalizedUrl: 'https://songs.example.org/a' },
    });
  });
});

test.each(['\u200bLINK', 'LINK\u200b', '\u2068LINK\u2069 ', '<LINK>\ufeff'])(
  'what nobody sees around a link is left out: %j',
  (pasted) => {
    const link = 'https://soundcloud.com/artist/track';
    expect(parseLink(pasted.replace('LINK', link), DEFAULT_LINK_HOSTS)).toMatchObject({
      ok: true,
      value: { url: link },
    });
  },
);

describe('a link is refused', () => {
  test.each([
    ['javascript:alert(1)', { code: 'link-invalid', why: 'not-https' }],
    ['http://soundcloud.com/artist/track', { code: 'link-invalid', why: 'not-https' }],
    ['ftp://soundcloud.com/a/b', { code: 'link-invalid', why: 'not-https' }],
    ['data:text/html,<b>', { code: 'link-invalid', why: 'not-https' }],
    ['https:soundcloud.com/a/b', { code: 'link-invalid', why: 'not-https' }],
    ['soundcloud.com/artist/track', { code: 'link-invalid', why: 'not-a-link' }],
    ['my song', { code: 'link-invalid', why: 'not-a-link' }],
    ['https://soundcloud.com/a/b https://soundcloud.com/c/d', { code: 'link-invalid', why: 'not-a-link' }],
    ['https://soundcloud.com\\@evil.example/a', { code: 'link-invalid', why: 'not-a-link' }],
    ['https://soundcloud.com/a/\u202egnp.b', { code: 'link-invalid', why: 'not-a-link' }],
    ['https://', { code: 'link-invalid', why: 'not-a-link' }],
    ['https://user:pass@soundcloud.com/a/b', { code: 'link-invalid', why: 'has-credentials' }],
    ['https://soundcloud.com@evil.example/a/b', { code: 'link-invalid', why: 'has-credentials' }],
    ['https://@soundcloud.com/a/b', { code: 'link-invalid', why: 'has-credentials' }],
    [`https://soundcloud.com/a/${'b'.repeat(1_000)}`, { code: 'link-invalid', why: 'too-long' }],
    ['https://music.apple.com/us/album/x/1?i=2', { code: 'link-apple' }],
    ['https://geo.music.apple.com/x', { code: 'link-apple' }],
    ['https://itunes.apple.com/x', { code: 'link-apple' }],
    ['https://evil.example/a', { code: 'link-host-refused', host: 'evil.example' }],
    ['https://soundcloud.com.evil.example/a/b', { code: 'link-host-refused' }],
    ['https://notsoundcloud.com/a/b', { code: 'link-host-refused' }],
    ['https://soundcloud.com:8443/a/b', { code: 'link-host-refused', host: 'soundcloud.com:8443' }],
    // Cyrillic "о".
    ['https://s\u043eundcloud.com/a/b', { code: 'link-host-refused' }],
    ['https://127.0.0.1/a', { code: 'link-host-refused' }],
    ['https://[::1]/a', { code: 'link-host-refused' }],
    ['https://2130706433/a', { code: 'link-host-refused' }],
    ['https://docs.google.com/file/d/1', { code: 'link-host-refused' }],
    ['https://www.youtube.com/@channel', { code: 'link-not-a-song', platform: 'YouTube' }],
    ['https://www.youtube.com/playlist?list=PL1', { code: 'link-not-a-song' }],
    ['https://www.youtube.com/watch', { code: 'link-not-a-song' }],
    ['https://open.spotify.com/playlist/37i9', { code: 'link-not-a-song', platform: 'Spotify' }],
    ['https://open.spotify.com/intl-de/artist/37i9', { code: 'link-not-a-song' }],
    ['https://soundcloud.com/artist', { code: 'link-not-a-song', platform: 'SoundCloud' }],
    ['https://soundcloud.com/artist/sets/album', { code: 'link-not-a-song' }],
    ['https://www.deezer.com/en/playlist/1', { code: 'link-not-a-song' }],
    ['https://artist.bandcamp.com/', { code: 'link-not-a-song' }],
    ['https://audiomack.com/artist', { code: 'link-not-a-song' }],
    ['https://www.dropbox.com/scl/fo/abc/def', { code: 'link-not-a-song' }],
    ['https://drive.google.com/drive/folders/1AbC', { code: 'link-not-a-song' }],
    ['https://ditto.fm/', { code: 'link-not-a-song' }],
  ])('%s', (text, error) => {
    expect(read(text)).toMatchObject({ ok: false, error });
  });

  test('to an address even if a guild listed it', () => {
    expect(parseLink('https://127.0.0.1/a', ['127.0.0.1'])).toMatchObject({ error: { code: 'link-host-refused' } });
    expect(parseLink('https://router.lan/a', ['router.lan'])).toMatchObject({ error: { code: 'link-host-refused' } });
  });
});

describe('the same song is the same text', () => {
  test.each([
    [
      'YouTube',
      'https://youtube.com/watch?v=dQw4w9WgXcQ',
      [
        'https://youtu.be/dQw4w9WgXcQ?si=abc',
        'https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1&index=3',
        'https://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ',
        'https://music.youtube.com/watch?v=dQw4w9WgXcQ&si=x',
        'https://youtube.com/shorts/dQw4w9WgXcQ',
        'https://www.youtube.com/embed/dQw4w9WgXcQ?t=3',
      ],
    ],
    [
      'Spotify',
      'https://open.spotify.com/track/4uLU6',
      ['https://open.spotify.com/track/4uLU6?si=abc', 'https://open.spotify.com/intl-de/track/4uLU6/'],
    ],
    [
      'SoundCloud',
      'https://soundcloud.com/artist/track',
      [
        'https://m.soundcloud.com/Artist/Track?utm_source=x&si=1',
        'https://www.soundcloud.com/artist/track/',
        'https://soundcloud.com/artist/track#t=1:00',
      ],
    ],
    [
      'Deezer',
      'https://deezer.com/track/1',
      ['https://www.deezer.com/en/track/1?utm_campaign=x', 'https://deezer.com/track/1'],
    ],
    [
      'Dropbox',
      'https://dropbox.com/s/a/song.mp3',
      ['https://www.dropbox.com/s/a/song.mp3?dl=0', 'https://www.dropbox.com/s/a/song.mp3?dl=1'],
    ],
    [
      'Google Drive',
      'https://drive.google.com/file/d/1AbC',
      ['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'https://drive.google.com/uc?id=1AbC&export=download'],
    ],
    [
      'other sites',
      'https://ditto.fm/song?a=1&b=2',
      ['https://www.ditto.fm/song/?b=2&a=1&utm_medium=x&fbclid=y', 'https://ditto.fm/song?a=1&b=2#top'],
    ],
  ])('on %s', (_site, expected, spellings) => {
    for (const spelling of spellings) expect(normalized(spelling)).toBe(expected);
  });

  test('and another song is another text', () => {
    expect(normalized('https://youtu.be/aaaaaaaaaaa')).not.toBe(normalized('https://youtu.be/AAAAAAAAAAA'));
    expect(normalized('https://ditto.fm/song?id=1')).not.toBe(normalized('https://ditto.fm/song?id=2'));
  });

  test('when it is read again from what was stored', () => {
    for (const text of ['https://youtu.be/dQw4w9WgXcQ?si=1', 'https://m.soundcloud.com/A/B?utm_x=1']) {
      expect(normalized(normalized(text))).toBe(normalized(text));
    }
  });
});

test('no text at all makes the parser throw, and what it takes is https on a listed host', () => {
  const hosts = DEFAULT_LINK_HOSTS;
  const texts = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.string().map((rest) => `https://soundcloud.com/${rest}`),
    fc.string().map((rest) => `https://${rest}soundcloud.com/a/b`),
    fc.string().map((rest) => `https://soundcloud.com${rest}/a/b`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const link = parseLink(text, hosts);
      if (!link.ok) return true;
      const { protocol, hostname, username, password, port } = new URL(link.value.url);
      return (
        protocol === 'https:' &&
        `${username}${password}${port}` === '' &&
        hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`))
      );
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['example.org', true],
  ['xn--bcher-kva.example', true],
  ['localhost', false],
  ['a.localhost', false],
  ['10.0.0.1', false],
  ['metadata.google.internal', false],
  ['a..b', false],
  ['-a.example', false],
])('%s is a name on the public internet: %s', (host, expected) => {
  expect(isPublicHost(host)).toBe(expected);
});
