import { once } from 'node:events';
import { AudioPlayerStatus, entersState, VoiceConnectionStatus } from '@discordjs/voice';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { trustInThisProcess } from '../../sandbox/voice/trust.ts';
import { startVoice, type VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { BOT, CHANNEL, type Client, GUILD, joinVoice, oggResource, oggTone, RawVoiceClient } from './voice-harness.ts';

const TONE = oggTone({ hz: 440, seconds: 0.8 });
const FRIEND = '400000000000000001';

let voice: VoiceSandbox;
const clients: Client[] = [];

beforeEach(async () => {
  voice = await startVoice();
  trustInThisProcess(voice.cert);
});

afterEach(async () => {
  for (const { connection } of clients.splice(0)) {
    if (connection.state.status !== VoiceConnectionStatus.Destroyed) connection.destroy();
  }
  await voice.stop();
});

function join(options: Parameters<typeof joinVoice>[1] = {}): Client {
  const client = joinVoice(voice, options);
  clients.push(client);
  return client;
}

const isReady = ({ connection }: Client): Promise<unknown> =>
  entersState(connection, VoiceConnectionStatus.Ready, 5000);

async function ready(options: Parameters<typeof joinVoice>[1] = {}): Promise<Client> {
  const client = join(options);
  await isReady(client);
  return client;
}

describe('a connection that breaks', () => {
  test('a dropped socket is resumed: same session, no op 4, every frame heard', async () => {
    const client = await ready();
    const capture = voice.captureOf(GUILD);
    client.player.play(oggResource(TONE));
    await capture.waitForAudio({ frames: 10 });
    const resumed = voice.waitFor('resumed');
    voice.faults.dropSocket(GUILD);
    await resumed;
    await once(client.player, AudioPlayerStatus.Idle);
    await capture.waitForSilence();
    expect(client.gateway.joins).toHaveLength(1);
    expect(voice.sessions()).toMatchObject([{ number: 1, state: 'live', resumes: 1 }]);
    expect(capture.audio.length).toBeGreaterThanOrEqual(41);
    expect(new Set(capture.frames.map((frame) => frame.session))).toEqual(new Set([1]));
    expect(voice.connections).toBe(2);
  });

  test('what was said while the socket was down is said again after the resume', async () => {
    const { connection } = await ready();
    voice.on('event', (event) => {
      if (event.kind === 'closed') voice.setMembers(GUILD, CHANNEL, [BOT, FRIEND]);
    });
    voice.faults.dropSocket(GUILD);
    await voice.waitFor('group', { where: ({ members }) => members.includes(BOT) && members.includes(FRIEND) });
    expect(connection.state.status).toBe(VoiceConnectionStatus.Ready);
  });

  test.each([1001, 4015])('after %d the client resumes too', async (code) => {
    await ready();
    const resumed = voice.waitFor('resumed');
    voice.faults.close(GUILD, code);
    expect(await resumed).toMatchObject({ session: 1 });
  });

  test('4006 makes the client identify anew with a new token, and the capture goes on', async () => {
    const client = await ready();
    const capture = voice.captureOf(GUILD);
    client.player.play(oggResource(TONE));
    await capture.waitForAudio({ frames: 10 });
    voice.faults.close(GUILD, 4006);
    await voice.waitFor('live', { where: ({ session }) => session === 2 });
    const mark = capture.mark();
    await capture.waitForAudio({ frames: 5, from: mark });
    expect(client.gateway.joins).toEqual([CHANNEL, CHANNEL]);
    expect(voice.sessions().map(({ state }) => state)).toEqual(['ended', 'live']);
    expect(capture.frames.at(-1)?.session).toBe(2);
  });

  test('4014 leaves the client disconnected, and nothing rejoins', async () => {
    const client = await ready();
    const disconnected = once(client.connection, VoiceConnectionStatus.Disconnected);
    voice.disconnect(GUILD, 4014);
    await disconnected;
    expect(client.statuses.at(-1)).toBe('disconnected 4014');
    expect(client.gateway.joins).toEqual([CHANNEL]);
  });

  test('a resume that is refused leads to a new session', async () => {
    await ready();
    voice.faults.refuseResume({ code: 4006 });
    voice.faults.dropSocket(GUILD);
    expect(await voice.waitFor('live')).toMatchObject({ session: 2 });
  });

  test('a deleted channel closes with 4022, and the token is worth nothing afterwards', async () => {
    const client = await ready({ answerLimit: 1 });
    voice.onChannelDeleted(GUILD, CHANNEL);
    await once(client.connection, VoiceConnectionStatus.Signalling);
    expect(voice.sessions()).toMatchObject([{ state: 'ended' }]);
  });

  test('a new address is used from the next join on', async () => {
    const client = await ready();
    const before = voice.endpoint;
    expect(await voice.changeEndpoint()).not.toBe(before);
    voice.endpointGone(GUILD);
    await voice.waitFor('live');
    await isReady(client);
    expect(voice.sessions().map(({ state }) => state)).toEqual(['ended', 'live']);
  });
});

describe('a client that is refused', () => {
  test('without end-to-end encryption it gets 4017 as often as it tries', async () => {
    const client = join({ daveEncryption: false, answerLimit: 4 });
    for (let attempt = 0; attempt < 4; attempt += 1) expect((await voice.waitFor('refused')).code).toBe(4017);
    expect(voice.connections).toBe(4);
    expect(client.connection.rejoinAttempts).toBeGreaterThanOrEqual(3);
  });

  test('a stage channel takes it without', async () => {
    await ready({ daveEncryption: false, stage: true });
    expect(voice.sessions()).toMatchObject([{ daveVersion: 0, state: 'live' }]);
  });

  test('identifies are refused as often as asked, then accepted', async () => {
    voice.faults.refuseIdentify({ code: 4006, times: 2 });
    const client = await ready();
    expect(client.gateway.joins).toHaveLength(3);
  });

  test('4017 can be switched on for everybody', async () => {
    voice.faults.refuseDaveAlways();
    join({ answerLimit: 2 });
    expect((await voice.waitFor('refused')).code).toBe(4017);
    expect((await voice.waitFor('refused')).code).toBe(4017);
  });

  test('a server that refuses the upgrade is tried again by a new join', async () => {
    voice.faults.refuseConnections(503);
    const client = join();
    await voice.waitFor('live');
    expect(client.statuses.some((status) => status.includes('503'))).toBe(true);
    expect(client.gateway.joins).toHaveLength(2);
  });
});

describe('a slow or silent server', () => {
  test('a join is never ready while identifies are not answered', async () => {
    voice.faults.mute();
    const client = join();
    await voice.waitFor('connected');
    await expect(entersState(client.connection, VoiceConnectionStatus.Ready, 100)).rejects.toThrow();
  });

  test('without heartbeat acknowledgements the client gives up and resumes', async () => {
    await voice.stop();
    voice = await startVoice({ heartbeatIntervalMs: 30 });
    trustInThisProcess(voice.cert);
    await ready();
    const beat = await voice.waitFor('heartbeat');
    expect(beat.seqAck).toBeGreaterThan(0);
    voice.faults.stall();
    await voice.waitFor('resumed');
  });

  test('a delay keeps the order and only takes longer', async () => {
    voice.faults.delay({ gatewayMs: 20, udpMs: 20 });
    const began = performance.now();
    const client = await ready();
    expect(performance.now() - began).toBeGreaterThan(60);
    client.player.play(oggResource(TONE));
    await voice.captureOf(GUILD).waitForAudio({ frames: 10 });
    expect(voice.captureOf(GUILD).anomalies).toEqual([]);
  });

  test('a dropped session waits no longer than its window', async () => {
    await voice.stop();
    voice = await startVoice({ resumeWindowMs: 0 });
    trustInThisProcess(voice.cert);
    await ready();
    voice.faults.dropSocket(GUILD);
    expect((await voice.waitFor('refused')).code).toBe(4006);
    await voice.waitFor('live');
  });
});

describe('the protocol, message by message', () => {
  const request = { guildId: GUILD, channelId: CHANNEL, userId: BOT, sessionId: 'main', stage: false };

  const identify = (token: string, over: Record<string, unknown> = {}): unknown => ({
    op: 0,
    d: { server_id: GUILD, user_id: BOT, session_id: 'main', token, max_dave_protocol_version: 1, ...over },
  });

  const raw = (version?: string): Promise<RawVoiceClient> => new RawVoiceClient(voice, version).open();

  test.each([
    ['an unknown opcode', 4001, { op: 99, d: {} }],
    ['no JSON', 4002, 'hello'],
    ['an identify without fields', 4002, { op: 0, d: { token: 'x' } }],
    ['speaking before identifying', 4003, { op: 5, d: { speaking: 1, ssrc: 1 } }],
    ['a resume of no session', 4006, { op: 7, d: { server_id: GUILD, session_id: 'main', token: 'x', seq_ack: 1 } }],
    ['an identify that nobody expects', 4011, identify('x', { server_id: '1' })],
    ['an unknown binary opcode', 4001, Buffer.from([1, 2, 3])],
  ])('%s is closed with %d', async (_, code, message) => {
    const client = await raw();
    client.send(message);
    expect(await client.closed).toBe(code);
  });

  test.each([
    ['another token', 4004, { token: 'x' }],
    ['another session', 4006, { session_id: 'other' }],
    ['no encryption', 4017, { max_dave_protocol_version: 0 }],
  ])('an identify with %s is closed with %d', async (_, code, over) => {
    const { token } = voice.issue(request);
    const client = await raw();
    client.send(identify(token, over));
    expect(await client.closed).toBe(code);
  });

  test('a token is replaced by the next join', async () => {
    const { token } = voice.issue(request);
    voice.issue(request);
    const client = await raw();
    client.send(identify(token));
    expect(await client.closed).toBe(4006);
  });

  test('a second identify is one too many, as is a mode that was not offered', async () => {
    const { token } = voice.issue(request);
    const twice = await raw();
    twice.send(identify(token));
    await twice.next(2);
    twice.send(identify(token));
    expect(await twice.closed).toBe(4005);

    const old = await raw();
    old.send(identify(voice.issue(request).token));
    expect(await old.next(2)).toMatchObject({ modes: expect.arrayContaining(['aead_xchacha20_poly1305_rtpsize']) });
    old.send({ op: 1, d: { protocol: 'udp', data: { address: '127.0.0.1', port: 1, mode: 'xsalsa20_poly1305' } } });
    expect(await old.closed).toBe(4016);
  });

  test('the newer of two connections of one bot wins', async () => {
    const first = await raw();
    first.send(identify(voice.issue(request).token));
    await first.next(2);
    const second = await raw();
    second.send(identify(voice.issue(request).token));
    await second.next(2);
    expect(await first.closed).toBe(4006);
    expect(voice.sessions().map(({ state }) => state)).toEqual(['ended', 'handshaking']);
  });

  test('versions below 4 are rejected', async () => {
    expect(await (await raw('3')).closed).toBe(4020);
  });

  test('the greeting comes first, and heartbeats are answered with their own nonce', async () => {
    const client = await raw();
    expect(await client.next(8)).toEqual({ v: 8, heartbeat_interval: 13_750 });
    client.send({ op: 3, d: { t: 42, seq_ack: -1 } });
    expect(await client.next(6)).toEqual({ t: 42 });
    client.close();
  });

  test('a client that stops its heartbeats is closed with 4009', async () => {
    await voice.stop();
    voice = await startVoice({ heartbeatIntervalMs: 10 });
    expect(await (await raw()).closed).toBe(4009);
  });
});
