import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GatewayDispatchEvents } from 'discord.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start.ts';
import { BotProcess } from '../../sandbox/story/bot-process.ts';
import { nightReview } from '../../sandbox/story/night-review.ts';
import { until } from './desk.ts';
import { PATIENCE } from './show.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let sandbox: Sandbox;
let dataDir: string;
beforeAll(async () => {
  sandbox = await startSandbox({ discord: { identifyIntervalMs: 0 } });
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-process-'));
});
afterAll(async () => {
  await sandbox.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function bot(env: Readonly<Record<string, string>>) {
  const lines: string[] = [];
  const process = new BotProcess({
    root: ROOT,
    env: { ...sandbox.env, DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', ...env },
    onLine: (line) => lines.push(line),
  });
  return { process, printed: () => lines.join('\n') };
}

/** Starts a bot that must refuse to. @returns its exit code and what it printed */
async function refused(env: Readonly<Record<string, string>>) {
  const { process, printed } = bot(env);
  await expect(process.start()).rejects.toThrow(/exit code/);
  return { code: await process.stop(), printed: printed() };
}

describe('the process', () => {
  it('says that the token is missing, with exit code 78', async () => {
    const { code, printed } = await refused({ DISCORD_TOKEN: 'your_token_here' });
    expect(code).toBe(78);
    expect(printed).toMatch(/DISCORD_TOKEN is missing/);
  });

  it('says that Discord refuses the token, with exit code 78 and without printing it', async () => {
    const token = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.wrongg.thistokenisnotknowntodiscordatall';
    const { code, printed } = await refused({ DISCORD_TOKEN: token });
    expect(code).toBe(78);
    expect(printed).toMatch(/Discord refuses the token/);
    expect(printed).not.toContain(token);
  });

  it('says which intent is off, with exit code 78, and runs without it when told to', async () => {
    const { world } = sandbox.discord;
    world.privilegedIntents = { ...world.privilegedIntents, messageContent: false };
    const { code, printed } = await refused({});
    expect(code).toBe(78);
    expect(printed).toMatch(/Message Content intent/);
    const without = bot({ MESSAGE_CONTENT: 'off' });
    await without.process.start();
    expect(await without.process.stop()).toBe(0);
    world.privilegedIntents = { ...world.privilegedIntents, messageContent: true };
  });

  it('says what is wrong with its data folder, with exit code 78', async () => {
    const { code, printed } = await refused({ DATA_DIR: '/dev/null/data' });
    expect(code).toBe(78);
    expect(printed).toMatch(/DATA_DIR/);
  });

  it('names the newest backup when its database is damaged, with exit code 78', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skipline-damaged-'));
    await mkdir(join(folder, 'backups'));
    await writeFile(join(folder, 'backups', 'skipline-20261120T120000Z.db'), 'a backup');
    await writeFile(join(folder, 'skipline.db'), 'damaged beyond repair '.repeat(500));
    const { code, printed } = await refused({ DATA_DIR: folder });
    expect(code).toBe(78);
    expect(printed).toMatch(/npm run restore -- .*skipline-20261120T120000Z\.db/);
    await rm(folder, { recursive: true, force: true });
  });

  it('ends cleanly on a bug that nobody caught, with an exit code that has it started again', async () => {
    const bug = "process.once('SIGUSR2',()=>setImmediate(()=>{throw new Error('a bug')}))";
    const { process, printed } = bot({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(bug)}` });
    await process.start();
    expect(await process.stop('SIGUSR2')).toBe(1);
    expect(printed()).toMatch(/a bug.*uncaught exception/);
    expect((await readdir(dataDir)).filter((name) => /-wal|-shm/.test(name))).toEqual([]);
  });

  it('is ready over HTTP from "ready" on, and ends cleanly on SIGTERM', async () => {
    const { process, printed } = bot({});
    await process.start();
    const port = Number(/"httpPort":(\d+)/.exec(printed())?.[1]);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect(await process.stop()).toBe(0);
    expect(printed()).not.toContain(sandbox.env.DISCORD_TOKEN);
  });
});

describe('Discord cannot be reached at the start', () => {
  const outage = () => sandbox.discord.faults.rest({ match: /gateway/, status: 503 });
  const asked = () =>
    sandbox.discord.world.events.waitFor('request', ({ request }) => request.status === 503, PATIENCE);

  it('and the bot waits for it instead of giving up', async () => {
    const over = outage();
    const first = asked();
    const { process, printed } = bot({});
    const starting = process.start();
    await first;
    await until(async () => printed().includes('Discord cannot be reached'), 'what the log says');
    over();
    await starting;
    expect(await process.stop()).toBe(0);
  });

  it('and a bot that waits for it ends cleanly when it is told to', async () => {
    const over = outage();
    const first = asked();
    const { process } = bot({});
    const starting = expect(process.start()).rejects.toThrow(/exit code 0/);
    await first;
    expect(await process.stop()).toBe(0);
    await starting;
    over();
  });
});

describe('Discord lets the running bot in no longer', () => {
  let answers: number[] = [];
  let entries = 0;
  beforeAll(() => {
    const { events } = sandbox.discord.world;
    events.on('request', ({ request }) => answers.push(request.status));
    events.on('gateway-connected', () => {
      entries += 1;
    });
  });

  it.each(['the gateway closes with 4004', 'only REST answers 401'])(
    'because its token was reset (%s): it leaves voice, closes its store and says once what to do, with exit code 78',
    async (how) => {
      const { world } = sandbox.discord;
      const { nova, channels, guildId } = nightReview(world);
      const { process, printed } = bot({ DISCORD_TOKEN: world.token });
      await process.start();
      await nova.joinVoice(channels.studio);
      expect((await (await nova.slash('join')).final(PATIENCE)).text).toContain('Studio');
      const { voice } = sandbox;
      const inVoice = () =>
        voice?.sessions().filter((session) => session.guildId === guildId && session.state === 'live');
      expect(inVoice()).toHaveLength(1);
      answers = [];
      entries = 0;
      if (how.includes('4004')) sandbox.discord.resetToken();
      else {
        // Answers to interactions carry tokens of their own; what is posted afterwards is the bot's.
        const match = /^\/(?!interactions|webhooks)/;
        sandbox.discord.faults.rest({ match, status: 401, body: { message: '401: Unauthorized', code: 0 } });
        await nova.slash('setup-live-queue', { channel: channels.queue });
      }
      expect(await process.exited).toBe(78);
      sandbox.discord.faults.clear();
      expect(printed().match(/Discord refuses the token in DISCORD_TOKEN\. Copy it again/g)).toHaveLength(1);
      expect(printed()).not.toMatch(/could not stop|uncaught|unhandled/);
      expect(answers.filter((status) => status === 401).length).toBeLessThan(10);
      expect(entries).toBe(0);
      expect(inVoice()).toEqual([]);
      expect((await readdir(dataDir)).filter((name) => /-wal|-shm/.test(name))).toEqual([]);
    },
  );
});

describe('frames that make no sense', () => {
  const OURS = Object.values(GatewayDispatchEvents);
  const junk = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.dictionary(
      fc.constantFrom(
        'id',
        'guild_id',
        'channel_id',
        'message_id',
        'user',
        'author',
        'member',
        'data',
        'type',
        'token',
      ),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('900000000000000001', '__proto__', 2 ** 53, -1, null)),
    ),
  );
  const RAW = [
    '',
    '{',
    'null',
    '[]',
    '"op"',
    '{"op":"0"}',
    '{"op":0}',
    '{"op":0,"t":null,"d":null,"s":null}',
    '{"op":0,"t":"INTERACTION_CREATE","s":"x","d":[]}',
    '{"op":9}',
    '{"op":99,"d":{}}',
    '{"op":-1,"d":{}}',
    '{"__proto__":{"op":0}}',
    `{"op":0,"t":"MESSAGE_CREATE","s":1,"d":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    JSON.stringify({ op: 0, t: 'GUILD_CREATE', s: 1, d: { id: '1', channels: Array(20_000).fill(null) } }),
    '\ud800'.repeat(1_000),
  ];

  it('of the gateway end neither the process nor the show', async () => {
    const { gateway, world } = sandbox.discord;
    const { nova } = nightReview(world);
    const { process, printed } = bot({ DISCORD_TOKEN: world.token });
    await process.start();
    for (const text of RAW) gateway.sendRaw(text);
    const events = fc.sample(fc.tuple(fc.constantFrom(...OURS), junk), { numRuns: 1_000, seed: 7 });
    for (const [t, d] of events) gateway.sendRaw(JSON.stringify({ op: 0, t, s: 2, d }));
    expect((await (await nova.slash('queue')).final(PATIENCE)).text).toContain('Nothing');
    expect(printed()).not.toMatch(/uncaught exception/);
    expect(await process.stop()).toBe(0);
  });
});
