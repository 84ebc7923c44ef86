import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { analyseOgg, decodeOgg, timeline } from '../../sandbox/voice/analyse.ts';
import { type CapturedFrame, framesToOgg, VoiceCapture } from '../../sandbox/voice/capture.ts';
import { oggOpus } from '../../sandbox/voice/ogg.ts';
import { opusMs, SILENCE_FRAME } from '../../sandbox/voice/opus.ts';
import { pacingOf } from '../../sandbox/voice/pacing.ts';
import { type Cipher, openRtp } from '../../sandbox/voice/rtp.ts';
import { RtpStream } from '../../sandbox/voice/rtp-stream.ts';
import { bandShare, dominantHz, toneAmplitude } from '../../sandbox/voice/spectrum.ts';
import { extendEveryContext } from '../../sandbox/voice/trust.ts';
import { startVoice } from '../../sandbox/voice/voice-sandbox.ts';
import { oggPackets, oggTone } from './voice-harness.ts';

const RATE = 48_000;

const sine = (hz: number, seconds: number, amplitude = 0.5): Float32Array =>
  Float32Array.from({ length: RATE * seconds }, (_, at) => amplitude * Math.sin((2 * Math.PI * hz * at) / RATE));

const frameAt = (index: number, arrivedAt: number, opus: Buffer = Buffer.from([0xfc, 1, 2])): CapturedFrame => ({
  index,
  arrivedAt,
  session: 1,
  sequence: index,
  timestamp: index * 960,
  opus,
  silence: opus.equals(SILENCE_FRAME),
  encryption: 'transport',
});

describe('Ogg Opus files', () => {
  test('what goes in packet by packet comes out as the same sound, to the millisecond', async () => {
    const packets = oggPackets(oggTone({ hz: 440, seconds: 3 }));
    const report = await analyseOgg(oggOpus(packets));
    expect(report.durationMs).toBe(packets.length * 20);
    expect(report.dominantHz).toBeCloseTo(440, 0);
  });

  test('packets longer than one Ogg segment and an empty file are valid', async () => {
    const loud = oggPackets(oggTone({ hz: 440, seconds: 0.5, filter: 'volume=20dB', bitrate: '450k' }));
    expect(Math.max(...loud.map((packet) => packet.length))).toBeGreaterThan(510);
    expect((await analyseOgg(oggOpus(loud))).durationMs).toBe(loud.length * 20);
    expect(oggOpus([]).subarray(0, 4).toString()).toBe('OggS');
  });

  test.each([
    ['SILK 60 ms', Buffer.from([0x18]), 60],
    ['hybrid 20 ms', Buffer.from([0x68]), 20],
    ['CELT 2.5 ms', Buffer.from([0x80]), 2.5],
    ['two frames of 20 ms', Buffer.from([0xfd]), 40],
    ['three frames of 20 ms', Buffer.from([0xff, 3]), 60],
    ['silence', SILENCE_FRAME, 20],
    ['nothing', Buffer.alloc(0), 0],
  ])('%s lasts as long as its first bytes say', (_, packet, ms) => {
    expect(opusMs(packet)).toBe(ms);
  });

  test('silence frames can be left out, and pauses filled in as a listener would have heard them', async () => {
    const [packet = SILENCE_FRAME] = oggPackets(oggTone({ hz: 440, seconds: 0.1 }));
    const frames = [frameAt(0, 0, packet), frameAt(1, 20, SILENCE_FRAME), frameAt(2, 500, packet)];
    expect((await analyseOgg(framesToOgg(frames))).durationMs).toBe(60);
    expect((await analyseOgg(framesToOgg(frames, { silence: 'drop' }))).durationMs).toBe(40);
    expect((await analyseOgg(framesToOgg(frames, { silence: 'drop', gaps: 'fill' }))).durationMs).toBe(520);
  });
});

describe('measuring sound', () => {
  test('loudness follows level: 12 dB quieter is 12 LU quieter', async () => {
    const [loud, quiet] = await Promise.all(
      ['volume=0dB', 'volume=-12dB'].map((filter) => analyseOgg(oggTone({ hz: 1000, seconds: 2, filter }))),
    );
    expect((loud?.lufs ?? 0) - (quiet?.lufs ?? 0)).toBeCloseTo(12, 0);
    expect((loud?.rmsDb ?? 0) - (quiet?.rmsDb ?? 0)).toBeCloseTo(12, 0);
  });

  test('each channel has its own level and pitch', async () => {
    const filter = 'pan=stereo|c0=c0|c1=0.1*c1';
    const { channels } = await analyseOgg(oggTone({ hz: 300, seconds: 0.5, filter }));
    expect((channels[0]?.rmsDb ?? 0) - (channels[1]?.rmsDb ?? 0)).toBeCloseTo(20, 0);
  });

  test('silence has no pitch and no loudness', async () => {
    const report = await analyseOgg(oggTone({ hz: 440, seconds: 0.5, filter: 'volume=0' }));
    expect(report.dominantHz).toBe(0);
    expect(report.lufs).toBeUndefined();
  });

  test('the timeline tells when a song changes', async () => {
    const low = oggPackets(oggTone({ hz: 400, seconds: 0.5 }));
    const high = oggPackets(oggTone({ hz: 900, seconds: 0.5 }));
    const moments = timeline(await decodeOgg(oggOpus([...low, ...high])), 50);
    expect(moments.find((moment) => Math.abs(moment.hz - 900) < 15)?.atMs).toBeCloseTo(low.length * 20, -2);
  });

  test.each([60, 440, 1000.5, 9999])('%d Hz is found to a tenth of a per cent', (hz) => {
    expect(Math.abs(dominantHz(sine(hz, 1), RATE) / hz - 1)).toBeLessThan(0.001);
    expect(toneAmplitude(sine(hz, 1), RATE, hz)).toBeCloseTo(0.5, 1);
    expect(bandShare(sine(hz, 1), RATE, { lowHz: hz - 20, highHz: hz + 20 })).toBeGreaterThan(0.99);
  });
});

describe('pacing', () => {
  test('jitter is the distance from the frame length; a pause is a gap and not jitter', () => {
    const report = pacingOf([0, 20, 43, 60, 300, 320].map((at, index) => frameAt(index, at)));
    expect(report.jitterMs).toEqual({ p50: 0, p95: 3, p99: 3, max: 3 });
    expect(report.gaps).toEqual([{ after: 3, atMs: 60, ms: 240 }]);
    expect(report.spanMs).toBe(320);
  });
});

describe('RTP', () => {
  const header = Buffer.from('8078000a000003c000000001', 'hex');
  const opus = Buffer.from('some opus packet');
  const counter = Buffer.from([0, 0, 0, 7]);

  function seal(cipher: Cipher, head: Buffer, plain: Buffer): Buffer {
    if (cipher.mode === 'aead_xchacha20_poly1305_rtpsize') {
      const sealed = xchacha20poly1305(cipher.key, Buffer.concat([counter], 24), head).encrypt(plain);
      return Buffer.concat([head, sealed, counter]);
    }
    const aes = createCipheriv('aes-256-gcm', cipher.key, Buffer.concat([counter], 12));
    aes.setAAD(head);
    return Buffer.concat([head, aes.update(plain), aes.final(), aes.getAuthTag(), counter]);
  }

  describe.each(['aead_aes256_gcm_rtpsize', 'aead_xchacha20_poly1305_rtpsize'] as const)('%s', (mode) => {
    const cipher: Cipher = { mode, key: randomBytes(32) };

    test('opens what the client sealed', () => {
      const opened = openRtp(seal(cipher, header, opus), cipher);
      expect(opened).toMatchObject({ ok: true, packet: { sequence: 10, timestamp: 960, ssrc: 1, nonce: 7 } });
      expect(opened.ok && opened.packet.payload.equals(opus)).toBe(true);
    });

    test('a header extension is authenticated by its preamble and cut off the sound', () => {
      const extended = Buffer.from(header);
      extended[0] = 0x90;
      const preamble = Buffer.from('bede0001', 'hex');
      const datagram = seal(cipher, Buffer.concat([extended, preamble]), Buffer.concat([Buffer.alloc(4), opus]));
      const opened = openRtp(datagram, cipher);
      expect(opened.ok && opened.packet.payload.equals(opus)).toBe(true);
    });

    test('one changed byte, another key, a short or foreign datagram are refused by name', () => {
      const datagram = seal(cipher, header, opus);
      const changed = Buffer.from(datagram);
      changed[14] = (changed[14] ?? 0) ^ 1;
      const foreign = Buffer.from(datagram);
      foreign[1] = 0x60;
      expect(openRtp(changed, cipher)).toEqual({ ok: false, fault: 'not-authentic' });
      expect(openRtp(datagram, { mode, key: randomBytes(32) })).toEqual({ ok: false, fault: 'not-authentic' });
      expect(openRtp(foreign, cipher)).toEqual({ ok: false, fault: 'wrong-payload-type' });
      expect(openRtp(datagram.subarray(0, 20), cipher)).toEqual({ ok: false, fault: 'too-short' });
    });
  });

  test('loss, repetition and a running-away clock are noticed, wrap-around is not one of them', () => {
    const stream = new RtpStream();
    const step = (sequence: number, timestamp: number, nonce: number): readonly string[] =>
      stream.follow({ sequence, timestamp, nonce, ssrc: 1, payload: opus }).map(({ kind }) => kind);
    expect(step(65_535, 2 ** 32 - 960, 1)).toEqual([]);
    expect(step(0, 0, 2)).toEqual([]);
    expect(step(3, 2880, 3)).toEqual(['sequence-gap']);
    expect(step(3, 2880, 4)).toEqual(['sequence-repeat']);
    expect(step(4, 5000, 4)).toEqual(['nonce-repeat', 'timestamp-jump']);
  });
});

describe('a capture', () => {
  const make = (maxMinutes: number): VoiceCapture => new VoiceCapture('1', '2', maxMinutes, () => 0);
  const sound = (capture: VoiceCapture): CapturedFrame =>
    capture.record({ ...frameAt(0, 0), opus: Buffer.from([0xfc, 1]) });

  test('keeps no more than its minutes, and the newest', () => {
    const capture = make(0.01);
    for (let count = 0; count < 100; count += 1) sound(capture);
    expect(capture.frames.length).toBeLessThanOrEqual(33);
    expect(capture.frames.at(-1)?.index).toBe(99);
  });

  test('waits for sound from a mark on, and tells what it heard when time is up', async () => {
    const capture = make(1);
    sound(capture);
    const mark = capture.mark();
    const waiting = capture.waitForAudio({ ms: 40, from: mark });
    sound(capture);
    sound(capture);
    expect((await waiting).map((frame) => frame.index)).toEqual([1, 2]);
    await expect(capture.waitForAudio({ frames: 9 }, { timeoutMs: 1 })).rejects.toThrow('heard 3 frames, 60 ms');
  });

  test('whoever waits is told when the sandbox stops', async () => {
    const capture = make(1);
    const waiting = capture.waitForAudio();
    capture.end();
    await expect(waiting).rejects.toThrow('stopped');
  });
});

test('a process can be made to trust the certificate, on Nodes without a call for it too', async () => {
  const voice = await startVoice();
  extendEveryContext(voice.cert);
  const client = new WebSocket(`wss://${voice.endpoint}?v=8`);
  const [hello] = await once(client, 'message');
  expect(JSON.parse(String(hello))).toMatchObject({ op: 8 });
  client.terminate();
  await voice.stop();
  await voice.stop();
});
