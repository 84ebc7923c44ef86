import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { BotProcess } from '../../sandbox/story/bot-process.ts';
import { type NightReview, nightReview, setupCommands } from '../../sandbox/story/night-review.ts';
import { BackupFolder } from '../../src/store/backup-folder.ts';
import { openStore } from '../../src/store/database.ts';
import { ask, until } from './desk.ts';
import { PATIENCE, panel, publicId, submit, tone } from './show.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SIGN_KEY = 'euler_Zm9yLXRlc3RzLW9ubHktbm90LXJlYWw';

let sandbox: Sandbox;
let scene: NightReview;
let dataDir: string;
let httpPort = 0;
/** Where something may be found, by name: its bytes as text. */
const places = new Map<string, string>();
const printed: string[] = [];
/** Nobody waits for these answers: they never come. */
const open: Promise<unknown>[] = [];
/** What must not be found there, by kind. */
const secrets = new Map<string, Set<string>>();

const keep = (kind: string, ...found: readonly (string | undefined)[]) => {
  const known = secrets.get(kind) ?? new Set();
  secrets.set(kind, known);
  for (const secret of found) if (secret !== undefined && secret !== '') known.add(secret);
};
const add = (place: string, text: string) => places.set(place, `${places.get(place) ?? ''}${text}\n`);

/** A whole show with most things in it that know a secret, told at the most talkative level. */
beforeAll(async () => {
  sandbox = await startSandbox({ discord: { identifyIntervalMs: 0 } });
  sandbox.discord.limits.enabled = false;
  const { world } = sandbox.discord;
  scene = nightReview(world);
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-secrets-'));
  watchDiscord();
  const bot = new BotProcess({
    root: ROOT,
    env: {
      ...sandbox.env,
      ...{ DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'trace', TIKTOK_SIGN_API_KEY: SIGN_KEY },
    },
    onLine: (line) => printed.push(line),
  });
  keep('the token of the bot', world.token, ...world.token.split('.').filter((part) => part.length > 20));
  keep('the key of the sign server', SIGN_KEY);
  await bot.start();
  httpPort = Number(/"httpPort":(\d+)/.exec(printed.join('\n'))?.[1]);
  await playShow();
  add('/metrics', await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text());
  expect(await bot.stop()).toBe(0);
  add('standard output and error', printed.join('\n'));
  await keepBackup();
  for (const file of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name);
    if (file.isFile()) add(`DATA_DIR/${path.slice(dataDir.length + 1)}`, await readFile(path, 'latin1'));
  }
}, 120_000);
afterAll(async () => {
  await Promise.all(open);
  await sandbox.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const signatures = (text: string) => [...text.matchAll(/[?&]hm=([0-9a-f]{16,})/g)].map(([, hm]) => hm);
const bytesOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');

/** Secrets that Discord makes up, and everything that it is told. */
function watchDiscord(): void {
  const { events } = sandbox.discord.world;
  events.on('interaction-created', ({ payload }) => {
    keep('tokens of interactions and webhooks', String(payload.token));
    keep('signatures of attachments', ...signatures(JSON.stringify(payload)));
  });
  events.on('voice-server', ({ token }) => keep('tokens of voice', token));
  events.on('gateway-identified', ({ sessionId }) => keep('ids of gateway sessions', sessionId));
  events.on('request', ({ request }) => add('what Discord was sent', JSON.stringify(request.body)));
  events.on('message-created', ({ message }) => {
    const { bot, files } = sandbox.discord.world;
    for (const file of message.attachments) {
      keep('signatures of attachments', ...signatures(files.url(file)));
      if (message.authorId === bot.id) add('files Discord was sent', bytesOf(files.bytes(file.id)));
    }
  });
}

async function playShow(): Promise<void> {
  const { nova, ana, ben, channels } = scene;
  for (const [command, channel] of setupCommands({ channels })) await ask(nova, command, { channel });
  for (const [key, value] of [
    ['live.record', 'true'],
    ['handles.policy', 'proven'],
  ]) {
    await ask(nova, 'settings set', { key: key ?? '', value: value ?? '' });
  }
  await openOverlay(nova);
  const proof = await ask(ana, 'link-tiktok', { tiktok_handle: 'ana.sings' });
  keep('codes that prove a handle', /\b([0-9A-Z]{6})\b/.exec(proof.text)?.[1]);
  await submitSongs(ana, ben);
  await goLive(nova);
  await nova.joinVoice(channels.studio);
  await ask(nova, 'join');
  await nova.click(await panel(nova, channels.review, 'Reviewer queue'), { label: 'Next' });
  await nova.waitToSee(channels.playing, /Loud|Quiet/, PATIENCE);
  await breakThings(nova, ana);
  await ask(ana, 'privacy export');
  sandbox.tiktok?.host('novalive').endLive();
  await nova.waitToSee(channels.numbers, /novalive|Songs/, PATIENCE);
}

async function openOverlay(nova: Human): Promise<void> {
  const key = /\/overlay\/([\w-]{20,})/.exec((await ask(nova, 'overlay show')).text)?.[1] ?? '';
  keep('keys of overlays', key);
  for (const path of ['', '/configure', '/events', '/nothing', '%00']) {
    const leaving = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${httpPort}/overlay/${key}${path}`, { signal: leaving.signal });
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    leaving.abort();
  }
}

async function submitSongs(ana: Human, ben: Human): Promise<void> {
  const uploaded = await submit(ana, { file: { name: 'loud.mp3', bytes: await tone(440) }, title: 'Loud' });
  expect(publicId(uploaded.text)).toMatch(/\w{4}/);
  await ben.say(scene.channels.submissions, '', { name: 'quiet.mp3', bytes: await tone(330) });
  await ben.nextDm(PATIENCE);
  // The platform does not answer here, the bot goes by what it was told.
  await submit(ben, { link: 'https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC', artist: 'Ben', title: 'Link' });
}

async function goLive(nova: Human): Promise<void> {
  const { tiktok } = sandbox;
  if (tiktok === undefined) throw new Error('no TikTok');
  tiktok.faults.set('sign', { kind: 'status', status: 500 }, { times: 1 });
  tiktok.faults.set('sign', { kind: 'status', status: 401 }, { times: 1 });
  const live = tiktok.host('novalive').goLive();
  for (let tries = 0; tries < 2; tries += 1) await ask(nova, 'tiktok connect', { unique_id: 'novalive' });
  await ask(nova, 'tiktok connect', { unique_id: 'novalive', persistent: true });
  await live.waitForConnection(1, PATIENCE.timeoutMs);
  live.comment(tiktok.viewer('cleo'), 'hello');
  live.gift(tiktok.viewer('cleo'), 'Galaxy', {});
  await nova.waitToSee(scene.channels.review, /@novalive is live/, PATIENCE);
}

/** Errors of libraries carry addresses, and those carry tokens and signatures. */
async function breakThings(nova: Human, ana: Human): Promise<void> {
  const { faults } = sandbox.discord;
  faults.cdn({ status: 500, times: 3 });
  await submit(ana, { file: { name: 'gone.mp3', bytes: await tone(550) }, title: 'Gone' });
  const failures = () => printed.filter((line) => line.includes('outside of its boundary')).length;
  for (const status of [500, 400]) {
    const before = failures();
    faults.rest({ match: /^\/(interactions|webhooks)/, status });
    const unanswered = Promise.allSettled([ana.slash('mystats')]);
    await until(async () => failures() > before, `an interaction that is answered ${status}`);
    faults.clear();
    open.push(unanswered);
  }
  faults.rest({ match: /^\/channels/, status: 403, body: { code: 50_013, message: 'Missing Permissions' }, times: 4 });
  await ask(nova, 'selfheal');
  faults.clear();
  sandbox.discord.gateway.drop();
  await ask(nova, 'queue');
}

/** As the hourly backup makes it. */
async function keepBackup(): Promise<void> {
  const store = await openStore(join(dataDir, 'skipline.db'));
  await new BackupFolder(store, join(dataDir, 'backups')).make(Date.now());
  await store.close();
}

/** Where a secret may stand: what only the operator holds, and the answer that tells a person their own. */
const MAY: Readonly<Record<string, RegExp>> = {
  'keys of overlays': /skipline.*\.db|what Discord was sent/,
  // The file is the member's own data, sent to them alone.
  'codes that prove a handle': /skipline.*\.db|what Discord was sent|files Discord was sent/,
};

describe('after a whole show', () => {
  it('there was something to find, and everything was looked at', () => {
    for (const kind of [
      'keys of overlays',
      'codes that prove a handle',
      'signatures of attachments',
      'tokens of voice',
    ])
      expect([kind, secrets.get(kind)?.size ?? 0]).not.toEqual([kind, 0]);
    expect(secrets.get('tokens of interactions and webhooks')?.size).toBeGreaterThan(15);
    const names = [...places.keys()].join('\n');
    for (const name of [
      /standard output/,
      /metrics/,
      /skipline\.db$/m,
      /backups\/.*\.db/,
      /points\.json/,
      /recordings\//,
    ])
      expect(names).toMatch(name);
    expect(places.get('DATA_DIR/skipline.db')).toContain('Loud');
    expect(places.get('standard output and error')).toMatch(/TikTok LIVE refused[\s\S]*interaction failed/);
    expect(places.get('what Discord was sent')).toContain('Loud');
    // The report of an error was posted, and the log knows it by the same reference.
    const [, reference] =
      /Something failed in `\/mystats`\. Reference `([0-9A-Z]{6})`/.exec(places.get('what Discord was sent') ?? '') ??
      [];
    expect(places.get('standard output and error')).toContain(`"reference":"${reference}"`);
  });

  it('no secret stands in anything it printed, sent, stored, recorded or measured', () => {
    const found: string[] = [];
    for (const [kind, values] of secrets) {
      for (const [place, text] of places) {
        if (MAY[kind]?.test(place) === true) continue;
        for (const value of values) {
          const at = text.indexOf(value);
          if (at >= 0) found.push(`${kind} in ${place}: …${text.slice(Math.max(0, at - 200), at + 12)}…`);
        }
      }
    }
    expect(found).toEqual([]);
  });

  it('a key or a code was told to nobody but the one who asked', () => {
    for (const kind of ['keys of overlays', 'codes that prove a handle']) {
      for (const value of secrets.get(kind) ?? []) {
        const tellings = (places.get('what Discord was sent') ?? '').split('\n').filter((line) => line.includes(value));
        expect(tellings).toHaveLength(1);
        expect(JSON.parse(tellings[0] ?? '{}')).toMatchObject({ data: { flags: expect.any(Number) } });
      }
    }
  });
});
