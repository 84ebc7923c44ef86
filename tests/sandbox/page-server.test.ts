import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type OutgoingHttpHeaders, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Demo, startDemo } from '../../sandbox/browser/demo.ts';
import type { Act } from '../../sandbox/stage/acts.ts';
import type { SceneView, StageAnswer, StageFact } from '../../sandbox/stage/protocol.ts';
import { oggOpus } from '../../sandbox/voice/ogg.ts';

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo({ script: null, page: false });
});
afterAll(() => demo.stop());

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** A request exactly as given: `fetch` would tidy up the path and forbid the headers. */
function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', body = ''): Promise<Answer> {
  const { hostname, port, host } = new URL(demo.url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers: { host, ...headers } }, (response) => {
      buffer(response).then((bytes) => resolve({ status: response.statusCode ?? 0, text: String(bytes) }), reject);
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** A page without a browser. */
class Caller {
  readonly #socket: WebSocket;
  readonly #heard: (StageFact | StageAnswer)[] = [];
  #look: () => void = () => undefined;
  #count = 0;

  constructor(headers: Readonly<Record<string, string>> = {}) {
    this.#socket = new WebSocket(`${demo.url.replace('http', 'ws')}socket`, { headers });
    this.#socket.on('message', (raw) => {
      this.#heard.push(JSON.parse(String(raw)));
      this.#look();
    });
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('open', () => resolve());
      this.#socket.once('error', reject);
    });
  }

  fact<T extends StageFact['type']>(type: T): Promise<Extract<StageFact, { readonly type: T }>> {
    return this.#until((message) => message.type === type) as Promise<Extract<StageFact, { readonly type: T }>>;
  }

  async ask(act: Act | Readonly<Record<string, unknown>>): Promise<StageAnswer> {
    this.#count += 1;
    const re = this.#count;
    this.#socket.send(JSON.stringify({ re, act }));
    return this.#until((message) => message.type === 'answer' && message.re === re) as Promise<StageAnswer>;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(): void {
    this.#socket.terminate();
  }

  #until(fits: (message: StageFact | StageAnswer) => boolean): Promise<StageFact | StageAnswer> {
    return new Promise((resolve) => {
      this.#look = () => {
        const found = this.#heard.findLast(fits);
        if (found !== undefined) resolve(found);
      };
      this.#look();
    });
  }
}

async function scene(): Promise<{ readonly caller: Caller; readonly scene: SceneView }> {
  const caller = new Caller();
  await caller.opened();
  return { caller, scene: (await caller.fact('scene')).scene };
}

describe('the server of the page', () => {
  test.each([
    ['a name that points here', { host: 'evil.example' }],
    ['another page in the same browser', { origin: 'https://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
  ])('answers nothing to %s', async (_whom, headers) => {
    expect((await ask('/', headers)).status).toBe(403);
    expect((await ask('/upload?name=a', headers, 'POST', 'x')).status).toBe(403);
    await expect(new Caller(headers).opened()).rejects.toThrow('403');
  });

  test('gives away no file outside of the page', async () => {
    for (const path of [
      '/../page-demo.ts',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/..%2f..%2fetc%2fpasswd',
      '//etc/passwd',
      '/%00',
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    // A folder, and what is no address: answered, and the server goes on.
    for (const path of ['/assets', '/assets/', '/%zz'])
      expect([path, (await ask(path)).status]).toEqual([path, path === '/%zz' ? 400 : 404]);
    expect((await ask('/', {}, 'DELETE')).status).toBe(405);
  });

  test('says in words what it does not understand, and goes on', async () => {
    const { caller } = await scene();
    caller.send('no json');
    expect(await caller.ask({ kind: 'fly' })).toMatchObject({
      ok: false,
      why: expect.stringContaining('does not know'),
    });
    expect(await caller.ask({ kind: 'say', channelId: 'x', text: 1 })).toMatchObject({ ok: false });
    expect(await caller.ask({ kind: 'live', deed: { kind: 'crowd', perSecond: 9_999 } })).toMatchObject({ ok: false });
    expect(await caller.ask({ kind: 'be', personId: demo.stage.cast.people.nova.id })).toMatchObject({ ok: true });
    caller.close();
  });
});

test('the overlay hears at once that the bot was killed', async () => {
  const bot = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  });
  await new Promise<void>((resolve) => bot.listen(demo.stage.botPort, '127.0.0.1', resolve));
  const stream = await fetch(`${demo.url}overlay/some-secret-key/events`);
  const reader = stream.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('data: 1\n\n');
  bot.closeAllConnections();
  await expect(reader?.read()).rejects.toThrow(/terminated/);
  bot.close();
});

describe('a visitor', () => {
  test('sees what the person sees, and nothing of the staff', async () => {
    const { caller, scene: first } = await scene();
    const { people, channels } = demo.stage.cast;
    expect(first.me).toBe(people.ana.id);
    expect(first.channels.map(({ name }) => name)).not.toContain('review-desk');
    demo.stage.world.messages.post({
      channelId: channels['review-desk'].id,
      authorId: people.rio.id,
      content: 'secret',
    });
    await people.ben.say(channels.lobby, 'public');
    expect((await caller.fact('message')).message.content).toBe('public');
    expect(await caller.ask({ kind: 'be', personId: people.rio.id })).toMatchObject({ ok: true });
    const { scene: other } = await caller.fact('scene');
    expect(other.channels.map(({ name }) => name)).toContain('review-desk');
    expect(other.messages.map(({ content }) => content)).toContain('secret');
    caller.close();
  });

  test('is told what a real client would not let happen', async () => {
    const { caller } = await scene();
    const { people, channels } = demo.stage.cast;
    const own = await people.nova.say(channels.lobby, 'mine');
    const refused: readonly (readonly [Act, string])[] = [
      [
        { kind: 'say', channelId: channels.lobby.id, text: ' ', files: [], replyTo: null },
        'an empty message is not sent',
      ],
      [{ kind: 'say', channelId: channels.debug.id, text: 'x', files: [], replyTo: null }, 'cannot see this channel'],
      [
        { kind: 'say', channelId: channels.lobby.id, text: 'x', files: [{ upload: 'gone' }], replyTo: null },
        'choose it again',
      ],
      [{ kind: 'delete', channelId: channels.lobby.id, messageId: own.id }, 'Ana may not delete this message'],
      [{ kind: 'slash', channelId: channels.lobby.id, path: 'nothing', options: {} }, '/nothing is not registered'],
      [{ kind: 'click', channelId: channels.lobby.id, messageId: own.id, customId: 'x' }, 'there is no component "x"'],
      [{ kind: 'modal', from: '1', fields: {} }, 'this form is no longer open'],
      [{ kind: 'live', deed: { kind: 'like', viewer: 'cleo', count: 1 } }, 'Nova is not live'],
      [{ kind: 'ask-overlay' }, 'this bot offers no overlay'],
    ];
    for (const [act, why] of refused) {
      expect(await caller.ask(act)).toMatchObject({ ok: false, why: expect.stringContaining(why) });
    }
    caller.close();
  });

  test('hands files over that were uploaded before', async () => {
    const { caller } = await scene();
    const { channels } = demo.stage.cast;
    const sent = await ask('/upload?name=my%20song.mp3', {}, 'POST', 'sound');
    const upload = JSON.parse(sent.text);
    expect(upload).toMatchObject({ name: 'my song.mp3', size: 5 });
    const files = [{ upload: String(upload.upload) }];
    await caller.ask({ kind: 'say', channelId: channels.lobby.id, text: '', files, replyTo: null });
    expect((await caller.fact('message')).message.files).toMatchObject([{ name: 'my_song.mp3', size: 5 }]);
    caller.close();
  });
});

test('the voice channel is a file that players understand, for as long as they listen', async () => {
  // Two seconds of silence as any encoder writes it: what matters is that a player takes the stream for what it is.
  const response = await fetch(`${demo.url}voice.ogg`);
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; reader !== undefined && size < 400; ) {
    const { value } = await reader.read();
    if (value === undefined) break;
    chunks.push(value);
    size += value.length;
  }
  await reader?.cancel();
  const folder = await mkdtemp(join(tmpdir(), 'demo-voice-'));
  try {
    await writeFile(join(folder, 'live.ogg'), Buffer.concat(chunks));
    await writeFile(join(folder, 'whole.ogg'), oggOpus([Buffer.from([0xf8, 0xff, 0xfe])]));
    expect(await codecOf(join(folder, 'live.ogg'))).toBe(await codecOf(join(folder, 'whole.ogg')));
    expect(await codecOf(join(folder, 'live.ogg'))).toBe('opus,48000,2');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function codecOf(path: string): Promise<string> {
  const words = ['-v', 'error', '-show_entries', 'stream=codec_name,sample_rate,channels', '-of', 'csv=p=0', path];
  const child = spawn('ffprobe', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  return String(await buffer(child.stdout)).trim();
}
