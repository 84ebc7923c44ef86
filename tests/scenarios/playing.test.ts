import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyseFrames } from '../../sandbox/voice/analyse.ts';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { submitAs, until } from './desk.ts';
import { PATIENCE, panel, publicId, type Show, startShow, submit, submitFree, tone } from './show.ts';

let show: Show;
let voice: VoiceSandbox;
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false } });
  if (show.sandbox.voice === undefined) throw new Error('no voice');
  voice = show.sandbox.voice;
  await show.setUp();
});
afterAll(() => show.stop());

function capture() {
  const found = voice.captureOf(show.guildId);
  if (found === undefined) throw new Error('the bot is not in voice');
  return found;
}

describe('a file on air', () => {
  it('asks to be called into voice first, and names what is missing', async () => {
    expect((await (await show.nova.slash('join')).final(PATIENCE)).text).toMatch(/Join a voice channel first/);
    expect((await (await show.nova.slash('pause')).final(PATIENCE)).text).toMatch(
      /Nothing is playing|no voice channel/,
    );
  });

  it('is heard in the voice channel when Next is pressed, and goes on after a restart of the bot', async () => {
    const seen = await submit(show.ben, {
      file: { name: 'tone.mp3', bytes: await tone(440, 20) },
      artist: 'Ben',
      title: 'Tone',
    });
    await (await show.ben.click(seen, { label: 'No' })).final(PATIENCE);
    await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Tone[\s\S]*ready/, PATIENCE);
    await show.nova.joinVoice(show.channels.studio);
    expect((await (await show.nova.slash('join')).final(PATIENCE)).text).toContain('Studio');
    await show.nova.click(await panel(show.nova, show.channels.review, 'Reviewer queue'), { label: 'Next' });
    const heard = await analyseFrames(await capture().waitForAudio({ ms: 1_500 }, PATIENCE));
    expect(heard.dominantHz).toBeGreaterThan(435);
    expect(heard.dominantHz).toBeLessThan(445);
    expect(heard.lufs ?? 0).toBeGreaterThan(-17.5);
    expect(heard.lufs ?? 0).toBeLessThan(-14.5);

    const before = capture().frames.length;
    await show.restart();
    const after = await capture().waitForAudio({ ms: 1_000, from: before }, PATIENCE);
    expect((await analyseFrames(after)).dominantHz).toBeGreaterThan(435);
    expect((await (await show.nova.slash('nowplaying')).final(PATIENCE)).text).toMatch(/Tone[\s\S]*▶️ 0:0[1-9]/);
    expect(publicId(seen.text)).toMatch(/^[2-9A-Z]{4}$/);
  });

  it('whose voice server is gone: /voicestatus says so, the show goes on without it, and the song goes on with the next one', async () => {
    const { voice: states } = show.sandbox.discord.world;
    const before = voice.sessions().length;
    voice.endpointGone(show.guildId);
    states.loseServer(show.guildId);
    const status = async () => (await (await show.nova.slash('voicestatus')).final(PATIENCE)).text;
    await until(async () => (await status()).includes('Recovering'), 'saying that voice is gone');
    expect(await status()).toMatch(/Recovering, try \d in #Studio/);
    const id = await submitAs(show.ana, 'Meanwhile', 'pending');
    await show.nova.waitToSee(show.channels.review, new RegExp(`Pending skips[\\s\\S]*#${id}`), PATIENCE);
    const heard = capture().frames.length;
    states.reissue(show.guildId);
    const after = await capture().waitForAudio({ ms: 500, from: heard }, PATIENCE);
    expect((await analyseFrames(after)).dominantHz).toBeGreaterThan(435);
    expect(await status()).toContain('Ready');
    expect(voice.sessions().length - before).toBeLessThanOrEqual(3);
  });

  it('stops when asked, and a link that can not be played offers an Open button while the show goes on', async () => {
    const beyond = await (await show.nova.slash('seek', { position: '1:30' })).final(PATIENCE);
    expect(beyond.text).toMatch(/1:30 is no position in a song of 0:20/);
    expect((await (await show.nova.slash('stop')).final(PATIENCE)).text).toMatch(/Nothing is playing|Nothing/);
    const again = await (await show.nova.slash('join')).final(PATIENCE);
    expect(again.text).toMatch(/Joined #Studio[\s\S]*#\w+ is on air: \/play starts it/);
    const softer = await (await show.nova.slash('volume', { percent: 80 })).final(PATIENCE);
    expect(softer.text).toMatch(/Nothing is playing · 🔊 80%/);
    const id = await submitFree(show.ana, 'Locked');
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${id}`), PATIENCE);
    await show.nova.click(await panel(show.nova, show.channels.review, 'Reviewer queue'), { label: 'Next' });
    const playing = await show.nova.waitToSee(show.channels.playing, /Locked[\s\S]*locks its songs/, PATIENCE);
    expect(playing.text).toContain('[Open ↗]');
  });
});
