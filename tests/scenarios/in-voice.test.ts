import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChannelType } from '../../sandbox/discord/model.ts';
import { makeTone } from '../../sandbox/story/songs.ts';
import { analyseFrames, decodeOgg, timeline } from '../../sandbox/voice/analyse.ts';
import { type CapturedFrame, framesToOgg } from '../../sandbox/voice/capture.ts';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { ask, PushedClock, set } from './desk.ts';
import { PATIENCE, type Show, startShow, submit } from './show.ts';

/** A song whose pitch tells the position. Hz, and Hz more per second */
const [START_HZ, RISES_HZ] = [400, 100];

let show: Show;
let voice: VoiceSandbox;
let stage: { readonly id: string };
const clock = new PushedClock();

beforeAll(async () => {
  show = await startShow({ clock, sandbox: { tiktok: false } });
  if (show.sandbox.voice === undefined) throw new Error('no voice');
  voice = show.sandbox.voice;
  show.sandbox.discord.limits.enabled = false;
  stage = show.sandbox.discord.world.addChannel(show.guildId, { name: 'Main Stage', type: ChannelType.stage });
  await show.setUp();
  await show.nova.joinVoice(show.channels.studio);
  expect((await ask(show.nova, 'join')).text).toContain('Studio');
});
afterAll(() => show.stop());

const states = () => show.sandbox.discord.world.voice;
const bot = () => states().state(show.guildId, show.sandbox.discord.world.bot.id);
const line = (channel: { readonly id: string }) => show.sandbox.discord.world.channel(channel.id).voiceStatus;
const nowPlaying = () => show.nova.waitToSee(show.channels.playing, 'Now playing', PATIENCE);

function capture() {
  const found = voice.captureOf(show.guildId);
  if (found === undefined) throw new Error('the bot is not in voice');
  return found;
}

/** Waits for what the sandbox tells. */
function until(isSo: () => boolean, what: string): Promise<unknown> {
  return show.sandbox.discord.world.events.until(() => (isSo() ? true : undefined), { ...PATIENCE, what });
}

/** Where in the song these frames are. ms */
async function position(frames: readonly CapturedFrame[]): Promise<number> {
  const heard = timeline(await decodeOgg(framesToOgg(frames, { silence: 'drop' })), 50);
  return (((heard[1]?.hz ?? 0) - START_HZ) * 1_000) / RISES_HZ;
}

/** Puts a song on air and listens until it is heard. @returns what was heard */
async function play(title: string, bytes: Uint8Array, ms = 500): Promise<readonly CapturedFrame[]> {
  const seen = await submit(show.ben, { file: { name: `${title}.wav`, bytes }, artist: 'Ben', title });
  await (await show.ben.click(seen, { label: 'No' })).final(PATIENCE);
  await show.nova.waitToSee(
    show.channels.review,
    new RegExp(`Reviewer queue[\\s\\S]*${title}[\\s\\S]*ready`),
    PATIENCE,
  );
  await ask(show.nova, 'next');
  await until(() => line({ id: bot()?.channelId ?? '' })?.includes(title) === true, `the status names ${title}`);
  return capture().waitForAudio({ ms, from: capture().mark() }, PATIENCE);
}

const rising = () => makeTone({ hz: START_HZ, rises: RISES_HZ, seconds: 60, format: 'wav' });

describe('two songs', () => {
  it('mastered 12 dB apart are heard within 1 LU of each other', async () => {
    const song = { hz: 1_000, seconds: 8, format: 'wav' } as const;
    const loud = await analyseFrames(await play('Loud', await makeTone({ ...song, peakDb: -6 }), 3_000));
    const soft = await analyseFrames(await play('Soft', await makeTone({ ...song, peakDb: -18 }), 3_000));
    expect(Math.abs((loud.lufs ?? 0) - (soft.lufs ?? 99))).toBeLessThan(1);
    expect(Math.abs((loud.lufs ?? 0) + 16)).toBeLessThan(1);
  });
});

describe('the now-playing panel', () => {
  it('jumps, changes the volume and the sound, pauses, goes on and stops', async () => {
    await play('Rising', await rising());
    const drawn = (await show.nova.waitToSee(show.channels.playing, /Now playing[\s\S]*Rising/, PATIENCE)).files[0];
    expect(drawn?.name).toBe('waveform.png');
    expect(Buffer.from(drawn?.bytes() ?? []).toString('latin1', 1, 4)).toBe('PNG');
    const press = async (label: string) => (await show.nova.click(await nowPlaying(), { label })).final(PATIENCE);
    const from = async (change: () => Promise<unknown>) => {
      await change();
      return capture().waitForAudio({ ms: 400, from: capture().mark() }, PATIENCE);
    };
    const before = await position(await from(async () => undefined));
    const jumped = await position(await from(() => press('+15 s')));
    expect(jumped - before).toBeGreaterThan(14_900);
    const back = await position(await from(() => press('−15 s')));
    expect(jumped - back).toBeGreaterThan(11_000);
    const loud = await analyseFrames(await from(async () => undefined));
    for (const _press of [1, 2, 3]) await press('Quieter');
    // What plays goes on as it is until the softer sound is made: the first of these may hold some of both.
    const softer: number[] = [];
    const wanted = 20 * Math.log10(0.7);
    for (let look = 0; look < 6 && Math.abs((softer.at(-1) ?? 0) - wanted) > 0.4; look += 1) {
      softer.push((await analyseFrames(await from(async () => undefined))).rmsDb - loud.rmsDb);
    }
    expect(softer.at(-1)).toBeCloseTo(wanted, 0);
    const filtered = await from(async () => {
      await (await show.nova.select(await nowPlaying(), { index: 0 }, ['nightcore'])).final(PATIENCE);
    });
    expect((await show.nova.waitToSee(show.channels.playing, 'nightcore', PATIENCE)).text).toContain('70%');
    expect(filtered.length).toBeGreaterThan(0);
    await (await show.nova.select(await nowPlaying(), { index: 0 }, [])).final(PATIENCE);
    await press('Louder');
    await press('Pause');
    await capture().waitForSilence();
    await from(() => press('Play'));
    await press('Stop');
    await capture().waitForSilence();
    await until(() => line(show.channels.studio) === null, 'the status is gone');
  });
});

describe('in the channel', () => {
  it('the song stands under its name, and goes along when staff move the bot; on a stage it becomes a speaker', async () => {
    await play('Moving', await rising());
    expect(line(show.channels.studio)).toContain('Moving');
    await show.nova.joinVoice(stage);
    states().moveBot(show.guildId, stage.id);
    await until(() => bot()?.suppress === false && bot()?.channelId === stage.id, 'the bot speaks on the stage');
    await until(() => line(show.channels.studio) === null, 'the status went from the old channel');
    expect(line(stage)).toBeNull();
    await capture().waitForAudio({ ms: 300, from: capture().mark() }, PATIENCE);
    expect((await ask(show.nova, 'voicestatus')).text).toMatch(/🟢 Ready in .*Main Stage/);
  });

  it('a kick is final until somebody asks, and then the song goes on where it was', async () => {
    const heard = await position(await capture().waitForAudio({ ms: 300, from: capture().mark() }, PATIENCE));
    states().leave(show.guildId, show.sandbox.discord.world.bot.id);
    await show.nova.waitToSee(show.channels.playing, 'not in a voice channel', PATIENCE);
    expect((await ask(show.nova, 'voicestatus')).text).toMatch(/🔴 Away: disconnected by a moderator/);
    const joins = voice.connections;
    clock.push(10 * 60_000);
    await ask(show.nova, 'nowplaying');
    expect([voice.connections, bot()?.channelId ?? null]).toEqual([joins, null]);
    await show.nova.joinVoice(show.channels.studio);
    await ask(show.nova, 'join');
    const mark = capture().mark();
    await ask(show.nova, 'play');
    const again = await position(await capture().waitForAudio({ ms: 300, from: mark }, PATIENCE));
    expect(again - heard).toBeGreaterThan(-100);
    expect(again - heard).toBeLessThan(1_500);
  });

  it('a refused encryption stops it with a reason', async () => {
    voice.disconnect(show.guildId, 4017);
    await show.nova.waitToSee(show.channels.playing, 'not in a voice channel', PATIENCE);
    expect((await ask(show.nova, 'voicestatus')).text).toMatch(/🔴 Away: .*4017/);
    await ask(show.nova, 'join');
    await ask(show.nova, 'play');
    await capture().waitForAudio({ ms: 200, from: capture().mark() }, PATIENCE);
  });

  it('alone for as long as the setting says, it leaves', async () => {
    await set(show, 'playback.alone-minutes', '7');
    const armed = clock.armed(7 * 60_000);
    await show.nova.leaveVoice();
    await armed;
    clock.push(7 * 60_000);
    await until(() => (bot()?.channelId ?? null) === null, 'the bot left');
    await until(() => line(show.channels.studio) === null, 'the status went with it');
    expect((await ask(show.nova, 'voicestatus')).text).toContain('nobody was listening');
  });
});
