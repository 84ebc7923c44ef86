import { once } from 'node:events';
import { AudioPlayerStatus, entersState, VoiceConnectionStatus } from '@discordjs/voice';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { analyseFrames } from '../../sandbox/voice/analyse.ts';
import { trustInThisProcess } from '../../sandbox/voice/trust.ts';
import { startVoice, type VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { BOT, CHANNEL, type Client, GUILD, joinVoice, oggResource, oggTone, RawVoiceClient } from './voice-harness.ts';

const ANNA = '400000000000000001';
const BEN = '400000000000000002';
const CARA = '400000000000000003';

let voice: VoiceSandbox;
const clients: Client[] = [];

beforeEach(async () => {
  voice = await startVoice();
  trustInThisProcess(voice.cert);
});

afterEach(async () => {
  for (const { connection } of clients.splice(0)) connection.destroy();
  await voice.stop();
});

async function ready(): Promise<Client> {
  const client = joinVoice(voice);
  clients.push(client);
  await entersState(client.connection, VoiceConnectionStatus.Ready, 5000);
  return client;
}

/** The group is exactly these people, and all of them have confirmed it. */
const groupOf = (...members: readonly string[]): Promise<unknown> =>
  voice.waitFor('group', { where: (event) => event.members.toSorted().join() === members.toSorted().join() });

const people = (...userIds: readonly string[]): void => voice.setMembers(GUILD, CHANNEL, userIds);

describe('end-to-end encryption', () => {
  test('the bot is welcomed by people who are there before it, and they hear it', async () => {
    people(ANNA, BEN);
    const grouped = groupOf(ANNA, BEN, BOT);
    const { connection, player } = await ready();
    await grouped;
    expect(connection.voicePrivacyCode).toMatch(/^\d{30}$/);

    const capture = voice.captureOf(GUILD);
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.5 })));
    await once(player, AudioPlayerStatus.Idle);
    await capture.waitForSilence();
    expect(new Set(capture.audio.map((frame) => frame.encryption))).toEqual(new Set(['dave']));
    expect((await analyseFrames(capture.frames)).dominantHz).toBeCloseTo(440, -1);
    expect(capture.anomalies).toEqual([]);
  });

  test('the bot lets in whoever comes later: its own commit wins, its welcome is taken', async () => {
    const { connection } = await ready();
    people(BOT);
    const grouped = groupOf(BOT, ANNA);
    people(BOT, ANNA);
    await grouped;
    expect(voice.sessions()[0]).toMatchObject({ epoch: 1, groupMembers: [BOT, ANNA] });
    expect(connection.voicePrivacyCode).toMatch(/^\d{30}$/);
  });

  test('people come and go in the middle of a song, and every frame is heard', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(GUILD);
    people(BOT);
    player.play(oggResource(oggTone({ hz: 440, seconds: 1.5 })));
    const idle = once(player, AudioPlayerStatus.Idle);
    await capture.waitForAudio({ frames: 5 });
    const steps: readonly (readonly string[])[] = [
      [BOT, ANNA],
      [BOT, ANNA, BEN],
      [BOT, ANNA, BEN, CARA],
      [BOT, BEN, CARA],
    ];
    for (const members of steps) {
      const grouped = groupOf(...members);
      people(...members);
      await grouped;
      await capture.waitForAudio({ frames: 5, from: capture.mark() });
    }
    const alone = voice.waitFor('group', { where: ({ members }) => members.length === 0 });
    people(BOT);
    await alone;
    await idle;
    await capture.waitForSilence();

    const encrypted = capture.audio.filter((frame) => frame.encryption === 'dave').length;
    expect(encrypted).toBeGreaterThan(20);
    expect(capture.audio.at(-1)?.encryption).toBe('transport');
    expect(capture.anomalies).toEqual([]);
    const heard = await analyseFrames(capture.frames);
    expect(Math.abs(heard.durationMs - 1500)).toBeLessThanOrEqual(40);
    // A busy machine may stall for a moment; a hole of half a second would be a lost group.
    expect(heard.pacing.gaps.filter(({ ms }) => ms > 500)).toEqual([]);
  });

  test('after everybody left and somebody came back there is a new group', async () => {
    await ready();
    people(BOT);
    for (let round = 0; round < 3; round += 1) {
      const grouped = groupOf(BOT, ANNA);
      people(BOT, ANNA);
      await grouped;
      people(BOT);
    }
    expect(voice.sessions()).toMatchObject([{ state: 'live', groupMembers: [] }]);
  });

  test('a new session of the bot takes the place of the old one in the group', async () => {
    people(ANNA);
    const first = groupOf(ANNA, BOT);
    const { player } = await ready();
    await first;
    const second = groupOf(ANNA, BOT);
    voice.faults.close(GUILD, 4006);
    await second;
    const capture = voice.captureOf(GUILD);
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.3 })));
    await capture.waitForAudio({ frames: 10 });
    expect(capture.audio.at(-1)).toMatchObject({ session: 2, encryption: 'dave' });
  });

  test('a group that was made while the socket was down is joined after the resume', async () => {
    const { player } = await ready();
    people(BOT);
    voice.on('event', (event) => {
      if (event.kind === 'closed') people(BOT, ANNA);
    });
    const grouped = groupOf(BOT, ANNA);
    voice.faults.dropSocket(GUILD);
    await grouped;
    const capture = voice.captureOf(GUILD);
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.3 })));
    await capture.waitForAudio({ frames: 10 });
    expect(capture.audio.at(-1)?.encryption).toBe('dave');
  });

  test('moved by staff, the bot joins the group of the channel it is moved to', async () => {
    const other = '300000000000000002';
    const { connection, gateway, player } = await ready();
    const grouped = groupOf(BOT, CARA);
    voice.setMembers(GUILD, other, [CARA, BOT]);
    gateway.sendServer(GUILD, other);
    await grouped;
    await entersState(connection, VoiceConnectionStatus.Ready, 5000);
    const capture = voice.captureOf(GUILD);
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.3 })));
    await capture.waitForAudio({ frames: 10 });
    expect(capture.audio.at(-1)?.encryption).toBe('dave');
    expect(voice.sessions().map(({ channelId, state }) => [channelId, state])).toEqual([
      [CHANNEL, 'ended'],
      [other, 'live'],
    ]);
  });

  test('the bot itself is never taken for one of the people, though it is named before it is let in', async () => {
    people(BOT);
    const { player } = await ready();
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.2 })));
    const [frame] = await voice.captureOf(GUILD).waitForAudio({ frames: 5 });
    expect(frame?.encryption).toBe('transport');
    expect(voice.events.filter(({ kind }) => kind === 'group')).toEqual([]);
  });

  test('a full channel has a group of its first members, and the others are told of', async () => {
    const crowd = Array.from({ length: 30 }, (_, seat) => `50000000000000${String(seat).padStart(4, '0')}`);
    people(...crowd);
    const grouped = voice.waitFor('group', { where: ({ members }) => members.includes(BOT) });
    const { connection } = await ready();
    expect((await grouped).members).toHaveLength(9);
    if (connection.state.status !== VoiceConnectionStatus.Ready) throw new Error('not ready');
    const { state } = connection.state.networking;
    expect('connectionData' in state && state.connectionData.connectedClients?.size).toBe(30);
  });

  test('a client that reports an invalid commit is added again', async () => {
    people(ANNA);
    const first = groupOf(ANNA, BOT);
    const { connection } = await ready();
    await first;
    const again = groupOf(ANNA, BOT);
    if (connection.state.status !== VoiceConnectionStatus.Ready) throw new Error('not ready');
    const { state } = connection.state.networking;
    if (!('dave' in state) || state.dave === undefined) throw new Error('no encryption');
    state.dave.recoverFromInvalidTransition(1);
    await again;
    expect(voice.sessions()).toMatchObject([{ state: 'live', groupMembers: [ANNA, BOT] }]);
  });

  test("a key package in somebody else's name closes the connection", async () => {
    const { token } = voice.issue({ guildId: GUILD, channelId: CHANNEL, userId: BOT, sessionId: 's', stage: false });
    const client = await new RawVoiceClient(voice).open();
    client.send({
      op: 0,
      d: { server_id: GUILD, user_id: BOT, session_id: 's', token, max_dave_protocol_version: 1 },
    });
    await client.next(2);
    const data = { address: '127.0.0.1', port: 1, mode: 'aead_aes256_gcm_rtpsize' };
    client.send({ op: 1, d: { protocol: 'udp', data } });
    expect(await client.next(4)).toMatchObject({ dave_protocol_version: 1 });
    const { DAVESession } = await import('@snazzah/davey');
    const stranger = new DAVESession(1, ANNA, CHANNEL);
    client.send(Buffer.concat([Buffer.from([26]), stranger.getSerializedKeyPackage()]));
    expect(await client.closed).toBe(4020);
  });
});
