import { writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { analyseFrames, decodeOgg, timeline } from '../../sandbox/voice/analyse.ts';
import { type CapturedFrame, framesToOgg } from '../../sandbox/voice/capture.ts';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { err, ok } from '../../src/lib/result.ts';
import type { PlayableLink } from '../../src/ports/link-resolver.ts';
import { tone } from '../audio/audio-harness.ts';
import { CHANNEL, openVoice, STAGE, STUDIO } from '../audio/voice-world.ts';
import { GUILD, STAFF, unwrap } from './core-stage.ts';
import { PlaybackStage, type Run } from './playback-stage.ts';

let voice: VoiceSandbox;
let stage: PlaybackStage;
let run: Run;

beforeAll(async () => {
  voice = await openVoice();
});
afterAll(() => voice.stop());

beforeEach(async () => {
  stage = await PlaybackStage.open(voice);
  run = await stage.start();
});
afterEach(async () => {
  await run.close();
  expect(stage.core.faults).toEqual([]);
  await stage.close();
});

const capture = () => voice.captureOf(GUILD);
const row = () => stage.core.store.read((reads) => reads.playbacks.get(GUILD));
const player = () => run.playback.status(GUILD).player;

async function prepared(...song: Parameters<PlaybackStage['upload']>) {
  const submission = await stage.upload(...song);
  if (submission.track.kind !== 'file') throw new Error('no file');
  run.media.enqueue(submission.track.sha256);
  await run.media.idle();
  return submission;
}

const SWEEP = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `aevalsrc='0.5*sin(2*PI*(300*t+200*t*t))':d=${seconds}:s=48000`,
];

/** Middle of the first 50 ms heard, as a position in a sweep. */
async function firstPosition(frames: readonly CapturedFrame[]): Promise<number> {
  const [, second] = timeline(await decodeOgg(framesToOgg(frames, { silence: 'drop' })), 50);
  return (((second?.hz ?? 0) - 300) * 1_000) / 400 - 50;
}

describe('the song on air', () => {
  test('is heard after Next, and the channel shows its name', async () => {
    await prepared('first', ...tone(6));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const mark = capture().mark();
    const { onAir, played } = await stage.next(run);
    expect(unwrap(played)).toMatchObject({
      voice: { kind: 'ready', channelId: CHANNEL },
      player: { kind: 'playing', playId: onAir.playId, submissionId: onAir.submission.id },
    });
    const frames = await capture().waitForAudio({ ms: 1_000, from: mark });
    expect((await analyseFrames(frames)).dominantHz).toBeCloseTo(440, 0);
    expect(run.world.statuses).toEqual([[CHANNEL, '🎵 Artist – first']]);
    unwrap(await run.playback.stop(GUILD, STAFF));
    expect(run.world.statuses.at(-1)).toEqual([CHANNEL, null]);
  });

  test('starts by itself when its file is ready', async () => {
    const song = await stage.upload('late', ...tone(6));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const mark = capture().mark();
    const { played } = await stage.next(run);
    expect(played).toEqual(err({ code: 'still-preparing', publicId: song.publicId }));
    expect(player()).toMatchObject({ kind: 'loading', submissionId: song.id });
    await capture().waitForAudio({ ms: 200, from: mark });
    expect(player()).toMatchObject({ kind: 'playing' });
  });

  test('that cannot be decoded says so, tells its owner, and the show goes on', async () => {
    const bad = await stage.upload('bad', ...tone(6));
    if (bad.track.kind !== 'file') throw new Error('no file');
    await run.media.stop();
    await writeFile(stage.workshop.folder.original(bad.track.sha256, 'mp3'), Buffer.alloc(9_000, 1));
    await run.media.start();
    await run.media.idle();
    await prepared('good', ...tone(6));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const first = await stage.next(run);
    expect(first.played).toMatchObject({ ok: false, error: { code: 'unplayable', publicId: bad.publicId, url: null } });
    expect(player()).toMatchObject({ kind: 'failed', submissionId: bad.id });
    const notices = (await stage.core.notices()).filter(({ notice }) => notice.kind === 'unplayable');
    expect(notices).toMatchObject([{ target: { kind: 'member', userId: bad.ownerId } }]);
    const mark = capture().mark();
    unwrap((await stage.next(run)).played);
    await capture().waitForAudio({ ms: 200, from: mark });
  });

  test('ends, and nothing is playing then; play plays it again from the start', async () => {
    await prepared('short', ...SWEEP(5));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    const ended = run.diary.until('ended', () => true);
    unwrap(await run.playback.seek(GUILD, STAFF, 4_500));
    await ended;
    expect(player()).toEqual({ kind: 'idle' });
    expect(await run.playback.pause(GUILD, STAFF)).toEqual(err({ code: 'nothing-playing' }));
    const mark = capture().mark();
    unwrap(await run.playback.play(GUILD, STAFF));
    await capture().waitForAudio({ ms: 300, from: mark });
    expect(Math.abs((await firstPosition(capture().since(mark))) - 25)).toBeLessThan(60);
  });
});

describe('commands', () => {
  test('need a channel, and a song', async () => {
    expect(await run.playback.play(GUILD, STAFF)).toEqual(err({ code: 'not-joined' }));
    expect(await run.playback.playOnAir(GUILD)).toEqual(err({ code: 'not-joined' }));
    expect(await run.playback.leave(GUILD, STAFF)).toEqual(err({ code: 'not-joined' }));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    expect(await run.playback.play(GUILD, STAFF)).toEqual(err({ code: 'nothing-playing' }));
    expect(await run.playback.pause(GUILD, STAFF)).toEqual(err({ code: 'nothing-playing' }));
    expect(await run.playback.stop(GUILD, STAFF)).toEqual(err({ code: 'nothing-playing' }));
    expect(await run.playback.seek(GUILD, STAFF, 0)).toEqual(err({ code: 'nothing-playing' }));
  });

  test('are refused with their reasons', async () => {
    await prepared('song', ...tone(6));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    expect(await run.playback.seek(GUILD, STAFF, 60_000)).toMatchObject({
      error: { code: 'position-invalid', asked: '60' },
    });
    expect(await run.playback.setVolume(GUILD, STAFF, 201)).toMatchObject({ error: { code: 'setting-invalid' } });
    await stage.core.set('playback.filters', 'slow');
    expect(await run.playback.setFilters(GUILD, STAFF, ['8d'])).toEqual(
      err({ code: 'filter-not-allowed', filter: '8d' }),
    );
    run.world.channels.delete(STUDIO);
    expect(await run.playback.join(GUILD, STAFF, STUDIO)).toEqual(
      err({ code: 'voice-unreachable', why: 'gone', channelId: STUDIO }),
    );
    expect(player().kind).toBe('playing');
  });

  test('stand in the audit log, with what was before and after', async () => {
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap(await run.playback.setVolume(GUILD, STAFF, 80));
    unwrap(await run.playback.leave(GUILD, STAFF));
    const audits = await stage.core.store.read((reads) => reads.audits.list(GUILD, 10));
    expect(audits.filter(({ action }) => action.startsWith('voice.'))).toMatchObject([
      { action: 'voice.leave', actor: STAFF },
      { action: 'voice.volume', before: 100, after: 80 },
      { action: 'voice.join', after: { channelId: CHANNEL } },
    ]);
  });

  test('a join takes the volume of the settings and the filters this reviewer used last', async () => {
    await stage.core.set('playback.volume', 60);
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    expect(run.playback.status(GUILD)).toMatchObject({ volume: 60, filters: [] });
    unwrap(await run.playback.setFilters(GUILD, STAFF, ['nightcore', 'bass-boost', 'nightcore']));
    unwrap(await run.playback.leave(GUILD, STAFF));
    unwrap(await run.playback.join(GUILD, '300000000000000002', CHANNEL));
    expect(run.playback.status(GUILD).filters).toEqual([]);
    unwrap(await run.playback.leave(GUILD, STAFF));
    await stage.core.set('playback.filters', 'bass-boost,slow');
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    expect(run.playback.status(GUILD).filters).toEqual(['bass-boost']);
  });

  test('leaving keeps the place: the same song goes on there when the bot is back', async () => {
    await prepared('song', ...SWEEP(8));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    unwrap(await run.playback.seek(GUILD, STAFF, 4_000));
    unwrap(await run.playback.leave(GUILD, STAFF));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const mark = capture().mark();
    unwrap(await run.playback.play(GUILD, STAFF));
    await capture().waitForAudio({ ms: 300, from: mark });
    expect(Math.abs((await firstPosition(capture().since(mark))) - 4_025)).toBeLessThan(150);
  });
});

describe('a restart', () => {
  test('goes on in the same channel at the same second, with the same sound', async () => {
    await prepared('song', ...SWEEP(8));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap(await run.playback.setVolume(GUILD, STAFF, 90));
    unwrap((await stage.next(run)).played);
    unwrap(await run.playback.seek(GUILD, STAFF, 3_000));
    const before = player();
    await run.close();
    expect(await row()).toMatchObject({ channelId: CHANNEL, state: 'playing', volume: 90 });
    const mark = capture().mark();
    run = await stage.start();
    await capture().waitForAudio({ ms: 300, from: mark });
    if (!('positionMs' in before)) throw new Error(before.kind);
    expect(Math.abs((await firstPosition(capture().since(mark))) - before.positionMs)).toBeLessThan(300);
    expect(run.playback.status(GUILD)).toMatchObject({ volume: 90, player: { kind: 'playing' } });
  });

  test('after a kill loses at most a second', async () => {
    await prepared('song', ...SWEEP(8));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    const mark = capture().mark();
    const frames = await capture().waitForAudio({ ms: 2_300, from: mark });
    const stored = await row();
    expect(frames.length * 20 - (stored?.positionMs ?? 0)).toBeLessThan(1_300);
    expect(stored).toMatchObject({ state: 'playing' });
  });

  test('keeps a pause, and forgets a song that is not on air any more', async () => {
    await prepared('song', ...SWEEP(8));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    unwrap(await run.playback.seek(GUILD, STAFF, 2_000));
    unwrap(await run.playback.pause(GUILD, STAFF));
    await run.close();
    run = await stage.start();
    expect(player()).toMatchObject({ kind: 'paused' });
    expect(Math.abs((player() as { positionMs: number }).positionMs - 2_000)).toBeLessThan(150);
    await run.close();
    unwrap(await stage.core.queue.finishOnAir(GUILD, STAFF));
    run = await stage.start();
    expect(player()).toEqual({ kind: 'idle' });
    await expect.poll(() => run.playback.status(GUILD).voice.kind).toBe('ready');
  });

  test('begins the song that Next had put on air when the process died before its first sound', async () => {
    await prepared('first', ...SWEEP(8));
    await prepared('second', ...SWEEP(8));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    unwrap((await stage.next(run)).played);
    await run.close();
    const { onAir } = unwrap(await stage.core.queue.next(GUILD, STAFF));
    const mark = capture().mark();
    run = await stage.start();
    await capture().waitForAudio({ ms: 300, from: mark });
    expect(run.playback.status(GUILD).player).toMatchObject({ kind: 'playing', playId: onAir.playId });
    expect(await firstPosition(capture().since(mark))).toBeLessThan(150);
  });

  test('stays silent where a song was on air before the bot was called in', async () => {
    await prepared('song', ...SWEEP(8));
    unwrap(await stage.core.queue.next(GUILD, STAFF));
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    await run.close();
    run = await stage.start();
    await expect.poll(() => run.playback.status(GUILD).voice.kind).toBe('ready');
    expect(player()).toEqual({ kind: 'idle' });
  });

  test('stays away where the bot was sent away', async () => {
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const away = run.diary.until('link', (link) => link.kind === 'away');
    run.world.kick(GUILD);
    await away;
    expect(run.playback.status(GUILD).voice).toEqual({ kind: 'away', why: 'disconnected by a moderator' });
    await run.playback.idle();
    await run.close();
    run = await stage.start();
    expect(run.playback.status(GUILD).voice.kind).toBe('away');
    expect(run.world.asked).toEqual([]);
  });
});

describe('links', () => {
  test('that are protected are shown with their reason and address', async () => {
    const song = await stage.submitLink();
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const { played } = await stage.next(run);
    const url = song.track.kind === 'link' ? song.track.url : '';
    expect(played).toEqual(err({ code: 'unplayable', publicId: song.publicId, why: 'Spotify locks its songs', url }));
    expect(player()).toMatchObject({ kind: 'failed', why: 'Spotify locks its songs' });
  });

  test('that take long start by themselves, unless another song was taken meanwhile', async () => {
    let arrive: (link: PlayableLink) => void = () => undefined;
    stage.links.answer = () =>
      new Promise((resolve) => {
        arrive = (link) => resolve(ok(link));
      });
    const slow = await stage.submitLink();
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    const { played } = await stage.next(run);
    expect(unwrap(played).player).toMatchObject({ kind: 'loading', submissionId: slow.id });
    const quick = await prepared('quick', ...tone(6));
    const mark = capture().mark();
    unwrap((await stage.next(run)).played);
    arrive({ key: 'a'.repeat(64), durationMs: 1_000, title: null, artist: null });
    await capture().waitForAudio({ ms: 300, from: mark });
    expect(player()).toMatchObject({ kind: 'playing', submissionId: quick.id });
  });
});

describe('people', () => {
  test('on a stage the bot asks to speak', async () => {
    unwrap(await run.playback.join(GUILD, STAFF, STAGE));
    expect(run.world.spoken).toEqual([GUILD]);
  });

  test('with the alone setting off, it stays in an empty channel', async () => {
    await stage.core.set('playback.alone-minutes', 0);
    unwrap(await run.playback.join(GUILD, STAFF, CHANNEL));
    run.world.setHumans(CHANNEL, 0, GUILD);
    expect(run.playback.status(GUILD).voice.kind).toBe('ready');
  });
});
