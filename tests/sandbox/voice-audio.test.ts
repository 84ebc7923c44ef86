import { once } from 'node:events';
import { AudioPlayerStatus, entersState, VoiceConnectionStatus } from '@discordjs/voice';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { analyseFrames } from '../../sandbox/voice/analyse.ts';
import type { CapturedFrame } from '../../sandbox/voice/capture.ts';
import { trustInThisProcess } from '../../sandbox/voice/trust.ts';
import { startVoice, type VoiceOptions, type VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { type Client, joinVoice, oggResource, oggTone, packetResource } from './voice-harness.ts';

const SECOND = oggTone({ hz: 440, seconds: 1 });

let voice: VoiceSandbox;
let guild = '';
let guilds = 0;
const clients: Client[] = [];

async function ready(options: Parameters<typeof joinVoice>[1] = {}): Promise<Client> {
  const client = joinVoice(voice, { guildId: guild, ...options });
  clients.push(client);
  await entersState(client.connection, VoiceConnectionStatus.Ready, 5000);
  return client;
}

const startTrusted = async (options: VoiceOptions = {}): Promise<VoiceSandbox> => {
  const started = await startVoice(options);
  trustInThisProcess(started.cert);
  return started;
};

beforeAll(async () => {
  voice = await startTrusted();
});

beforeEach(() => {
  // A guild of its own, so that no test hears what the one before still had in the air.
  guilds += 1;
  guild = `20000000000000000${guilds}`;
});

afterEach(() => {
  for (const { connection } of clients.splice(0)) {
    if (connection.state.status !== VoiceConnectionStatus.Destroyed) connection.destroy();
  }
  voice.offerModes(['aead_aes256_gcm_rtpsize', 'aead_xchacha20_poly1305_rtpsize']);
});

afterAll(() => voice.stop());

describe('sound through the unmodified library', () => {
  test('a second of 440 Hz is heard as 440 Hz, whole, at 20 ms a frame, without anomalies', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    player.play(oggResource(SECOND));
    await once(player, AudioPlayerStatus.Idle);
    await capture.waitForSilence();

    const heard = await analyseFrames(capture.frames);
    expect(Math.abs(heard.durationMs - 1000)).toBeLessThanOrEqual(40);
    expect(heard.dominantHz).toBeCloseTo(440, 0);
    expect(heard.channels.map(({ dominantHz }) => Math.round(dominantHz))).toEqual([440, 440]);
    // The mean, which a busy machine can only stretch: the library catches up but never runs ahead.
    const meanMs = heard.pacing.spanMs / (heard.pacing.frames - 1);
    expect(meanMs).toBeGreaterThan(19);
    expect(meanMs).toBeLessThan(30);
    expect(heard.pacing.silenceFrames).toBeGreaterThanOrEqual(4);
    expect(capture.anomalies).toEqual([]);
    expect(capture.frames.at(-1)?.silence).toBe(true);
  });

  test('a server that offers only xchacha20 is heard as well', async () => {
    voice.offerModes(['aead_xchacha20_poly1305_rtpsize']);
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    player.play(oggResource(SECOND));
    await capture.waitForAudio({ ms: 300 });
    expect(voice.sessions().at(-1)?.mode).toBe('aead_xchacha20_poly1305_rtpsize');
    expect((await analyseFrames(capture.frames)).dominantHz).toBeCloseTo(440, -1);
    expect(capture.anomalies).toEqual([]);
  });

  test('a pause is five silence frames and then nothing, and the rest follows without loss', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    player.play(oggResource(SECOND));
    await capture.waitForAudio({ frames: 20 });
    let silent = 0;
    const fifth = capture.waitForFrame((frame) => {
      silent = frame.silence ? silent + 1 : 0;
      return silent === 5;
    });
    player.pause();
    await fifth;
    await capture.waitForSilence({ quietMs: 150 });
    expect(capture.frames.slice(-5).every((frame) => frame.silence)).toBe(true);
    const paused = capture.audio.length;
    expect(paused).toBeLessThan(30);

    player.unpause();
    await once(player, AudioPlayerStatus.Idle);
    await capture.waitForSilence();
    const heard = await analyseFrames(capture.frames);
    expect(Math.abs(heard.durationMs - 1000)).toBeLessThanOrEqual(40);
    expect(capture.anomalies).toEqual([]);
  });

  test('subscribers see every frame as it arrives, with the capture it belongs to', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    const seen: CapturedFrame[] = [];
    const follow = (frame: CapturedFrame): void => void seen.push(frame);
    voice.on('frame', follow);
    player.play(oggResource(SECOND));
    await capture.waitForAudio({ frames: 10 });
    voice.off('frame', follow);
    expect(seen.slice(0, 10)).toEqual(capture.frames.slice(0, 10));
  });

  test('speaking goes on before sound and off after it', async () => {
    const { player } = await ready();
    const on = voice.waitFor('speaking', { where: ({ flags }) => flags === 1 });
    const off = voice.waitFor('speaking', { where: ({ flags }) => flags === 0 });
    player.play(oggResource(oggTone({ hz: 440, seconds: 0.1 })));
    await on;
    await off;
    expect(voice.sessions().at(-1)?.speaking).toBe(false);
  });

  test('frames of 60 ms are seen for what they are: sent every 20 ms, three times too fast', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    const sixty = Array.from({ length: 20 }, () => Buffer.from([0x18, 0, 0]));
    player.play(packetResource(sixty));
    const frames = await capture.waitForAudio({ frames: 20 });
    const { pacing } = await analyseFrames(frames);
    expect(pacing.spanMs / (pacing.frames - 1)).toBeLessThan(40);
    expect(pacing.jitterMs.p50).toBeGreaterThan(20);
  });

  test('datagrams in a black hole are not heard, and those after it are missed by number', async () => {
    const { player } = await ready();
    const capture = voice.captureOf(guild);
    player.play(oggResource(SECOND));
    await capture.waitForAudio({ frames: 5 });
    voice.faults.blackHole();
    await capture.waitForSilence({ quietMs: 100 });
    const mark = capture.mark();
    voice.faults.blackHole(false);
    await capture.waitForAudio({ frames: 1, from: mark });
    expect(capture.anomalies.map(({ kind }) => kind)).toEqual(['sequence-gap']);
  });
});

test('a client process of its own needs only the certificate file', async () => {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const script = `
    const { joinVoiceChannel, entersState } = require('@discordjs/voice');
    const { issued, request } = JSON.parse(process.env.JOIN);
    const connection = joinVoiceChannel({ guildId: request.guildId, channelId: request.channelId, adapterCreator: (methods) => ({
      sendPayload: ({ d }) => {
        if (d.channel_id === null) return true;
        setImmediate(() => {
          methods.onVoiceStateUpdate({ guild_id: request.guildId, channel_id: request.channelId, user_id: request.userId, session_id: request.sessionId });
          methods.onVoiceServerUpdate({ guild_id: request.guildId, token: issued.token, endpoint: issued.endpoint });
        });
        return true;
      },
      destroy() {},
    }) });
    connection.on('error', (error) => { console.log(error.message); process.exit(1); });
    entersState(connection, 'ready', 5000).then(() => { console.log('ready'); connection.destroy(); });`;
  const request = { guildId: '5', channelId: '6', userId: '7', sessionId: 'main', stage: false };
  const issued = voice.issue(request);
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: voice.certPath, JOIN: JSON.stringify({ issued, request }) };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  expect(stdout.trim()).toBe('ready');
});
