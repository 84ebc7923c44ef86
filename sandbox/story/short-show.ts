import { setTimeout as sleep } from 'node:timers/promises';
import type { Human } from '../discord/people/human.ts';
import type { Sandbox } from '../start.ts';
import { analyseFrames } from '../voice/analyse.ts';
import type { BotProcess } from './bot-process.ts';
import type { Narrator } from './narrator.ts';
import { type NightReview, nightReview, setupCommands } from './night-review.ts';
import { makeTone } from './songs.ts';

const SONG_HZ = 440;
const SONG_SECONDS = 8;
/** Heard before the story goes on. ms */
const LISTEN_MS = 3_000;
const PATIENCE = { timeoutMs: 30_000 };

/** What the story demands of the bot. A demand that is not met ends the demo with an error. */
function demand(met: boolean, what: string, seen: string): asserts met {
  if (!met) throw new Error(`${what}. Seen instead:\n${seen}`);
}

async function setUp({ nova, channels }: NightReview, tell: Narrator): Promise<void> {
  tell.chapter('Nova sets the server up');
  for (const [command, channel] of setupCommands({ channels })) {
    tell.does('Nova', `/${command}`);
    const seen = await (await nova.slash(command, { channel }, { channel: channels.lobby })).final(PATIENCE);
    tell.sees(seen.text, 3);
  }
  await nova.waitToSee(channels.review, 'Reviewer queue', PATIENCE);
  tell.proven('the panels stand in their channels');
}

async function submitLink(ana: Human, { channels }: NightReview, tell: Narrator): Promise<string> {
  tell.chapter('Ana submits a link');
  tell.does('Ana', '/submit, fills in the form with a link');
  const modal = await ana.slash('submit', {}, { channel: channels.lobby });
  const seen = await (
    await ana.fillModal(modal, {
      Link: 'https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC',
      Artist: 'Ana Lune',
      Title: 'Neon Nights',
    })
  ).final(PATIENCE);
  tell.sees(seen.text);
  const id = /#([0-9A-Z]{4,5})/.exec(seen.text)?.[1];
  demand(id !== undefined, 'the confirmation names the song', seen.text);
  demand(seen.ephemeral, 'the confirmation is for Ana alone', seen.text);
  tell.does('Ana', 'answers "No": it is a free song');
  tell.sees((await (await ana.click(seen, { label: 'No' })).final(PATIENCE)).text, 4);
  return id;
}

async function submitFile(ben: Human, { channels }: NightReview, tell: Narrator): Promise<string> {
  tell.chapter('Ben uploads an MP3');
  const bytes = await tell.step(`recording ${SONG_SECONDS} s of a ${SONG_HZ} Hz tone as MP3`, () =>
    makeTone({ hz: SONG_HZ, seconds: SONG_SECONDS, format: 'mp3', artist: 'Ben Bass', title: 'Concert Pitch' }),
  );
  tell.does('Ben', `/submit, uploads concert-pitch.mp3 (${Math.round(bytes.byteLength / 1000)} kB)`);
  const modal = await ben.slash('submit', {}, { channel: channels.lobby });
  const seen = await (
    await ben.fillModal(modal, {
      File: { name: 'concert-pitch.mp3', bytes, contentType: 'audio/mpeg' },
      Artist: 'Ben Bass',
      Title: 'Concert Pitch',
    })
  ).final(PATIENCE);
  tell.sees(seen.text);
  const id = /#([0-9A-Z]{4,5})/.exec(seen.text)?.[1];
  demand(id !== undefined, 'the confirmation names the song', seen.text);
  await (await ben.click(seen, { label: 'No' })).final(PATIENCE);
  tell.does('Ben', '/link-tiktok benbeats');
  tell.sees(
    (await (await ben.slash('link-tiktok', { tiktok_handle: 'benbeats' }, { channel: channels.lobby })).final(PATIENCE))
      .text,
    3,
  );
  return id;
}

async function goLive(sandbox: Sandbox, { nova, channels }: NightReview, tell: Narrator) {
  tell.chapter('The show goes live on TikTok');
  const { tiktok } = sandbox;
  if (tiktok === undefined) throw new Error('the sandbox runs without TikTok');
  const live = tiktok.host('novalive').goLive();
  tell.does('Nova', 'goes live on TikTok as @novalive');
  tell.does('Nova', '/tiktok connect @novalive');
  const seen = await (
    await nova.slash('tiktok connect', { unique_id: '@novalive', persistent: true }, { channel: channels.lobby })
  ).final(PATIENCE);
  tell.sees(seen.text, 4);
  await live.waitForConnection();
  await nova.waitToSee(channels.review, /@novalive is live/, PATIENCE);
  tell.proven('the control room shows the LIVE');
  return { tiktok, live };
}

async function engage(sandbox: Sandbox, scene: NightReview, ids: { link: string; file: string }, tell: Narrator) {
  const { tiktok, live } = await goLive(sandbox, scene, tell);
  const { nova, channels } = scene;
  tell.chapter('Viewers move the queue');
  const [cleo, ben] = [tiktok.viewer('cleo'), tiktok.viewer('benbeats')];
  live.viewers(42);
  live.join(cleo);
  live.comment(cleo, 'hello from Lisbon');
  live.like(cleo, 15);
  live.comment(ben, 'play my song!');
  live.like(ben, 10);
  tell.does('Viewers', 'chat and like: Cleo 15 likes, Ben (@benbeats) 10');
  await nova.waitToSee(channels.queue, /1\.[^\n]*Concert Pitch/, PATIENCE);
  tell.proven('likes and comments of his linked handle put Ben first in the free line');
  tell.does('Ben', 'sends a Galaxy (1,000 coins) on TikTok');
  live.gift(ben, 'Galaxy', {});
  const moved = await nova.waitToSee(channels.review, new RegExp(`⏭️ .?#${ids.file}`), PATIENCE);
  tell.sees(moved.text, 12);
  tell.proven(`the gift moved #${ids.file} into the skip line`);
  tell.does('Ben', 'gets a private message');
  tell.sees((await messageAbout(scene.ben, 'coins')).text, 3);
  return { tiktok, live };
}

/** The first private message that speaks of something; others may come before it. */
async function messageAbout(who: Human, word: string) {
  for (let n = 0; n < 10; n += 1) {
    const dm = await who.nextDm(PATIENCE);
    if (dm.text.includes(word)) return dm;
  }
  throw new Error(`${who.name} got no private message about ${word}`);
}

async function play(
  sandbox: Sandbox,
  { guildId, nova, channels }: NightReview,
  ids: { link: string; file: string },
  tell: Narrator,
) {
  tell.chapter('Nova reviews');
  await nova.joinVoice(channels.studio);
  tell.does('Nova', 'joins the voice channel and uses /join');
  tell.sees((await (await nova.slash('join', {}, { channel: channels.lobby })).final(PATIENCE)).text, 3);
  const { voice } = sandbox;
  if (voice === undefined) throw new Error('the sandbox runs without voice');
  const panel = await nova.waitToSee(channels.review, 'Reviewer queue', PATIENCE);
  await tell.step('the song is being encoded for playback', () =>
    nova.waitToSee(channels.review, /Concert Pitch[\s\S]*ready/, { timeoutMs: 60_000 }),
  );
  tell.does('Nova', 'presses Next on the panel');
  const first = await nova.click(panel, { label: 'Next' });
  demand(first.answered !== 'failed', 'Next is answered', first.text);
  await nova.waitToSee(channels.playing, /Concert Pitch/, PATIENCE);
  tell.proven(`#${ids.file} is on air (answered in ${Math.round(first.firstAnswerMs)} ms)`);
  const capture = voice.captureOf(guildId);
  if (capture === undefined) throw new Error('nobody speaks in the voice channel');
  const frames = await tell.step(`listening to ${LISTEN_MS / 1000} s of the voice channel`, () =>
    capture.waitForAudio({ ms: LISTEN_MS }, PATIENCE),
  );
  const heard = await analyseFrames(frames);
  demand(Math.abs(heard.dominantHz - SONG_HZ) < 5, 'the tone of the file is heard', `${heard.dominantHz} Hz`);
  tell.proven(
    `heard: ${heard.dominantHz.toFixed(0)} Hz, ${heard.lufs === undefined ? '?' : heard.lufs.toFixed(1)} LUFS, a frame every ${heard.pacing.intervalMs.p50.toFixed(1)} ms`,
  );
  tell.does('Nova', 'presses Next again');
  const second = await nova.click(panel, { label: 'Next' });
  demand(second.answered !== 'failed', 'Next is answered', second.text);
  const playing = await nova.waitToSee(channels.playing, /Neon Nights/, PATIENCE);
  tell.sees(playing.text, 8);
  tell.proven(
    `#${ids.link} is on air: Spotify can't be played by a bot, so the panel has an Open button and the show goes on`,
  );
}

async function end(
  { nova, channels }: NightReview,
  live: { host: { endLive(): void } },
  tell: Narrator,
): Promise<void> {
  tell.chapter('The stream ends');
  tell.does('Nova', 'ends the LIVE on TikTok');
  live.host.endLive();
  const numbers = await nova.waitToSee(channels.numbers, /benbeats/, PATIENCE);
  tell.sees(numbers.text, 24);
  demand(
    numbers.files.some((file) => file.name.endsWith('.png')),
    'the picture of the show is posted',
    numbers.text,
  );
  demand(
    numbers.files.some((file) => file.name.endsWith('.csv')),
    'the table is posted as CSV',
    numbers.text,
  );
  tell.proven(`the numbers are posted, with ${numbers.files.map((file) => file.name).join(' and ')}`);
}

/** A whole short show, told as it happens. Throws when the bot does not do its part. */
export async function playShortShow(sandbox: Sandbox, bot: BotProcess, tell: Narrator): Promise<void> {
  const scene = nightReview(sandbox.discord.world);
  await tell.step('starting the bot', () => bot.start());
  await setUp(scene, tell);
  const link = await submitLink(scene.ana, scene, tell);
  // Same line, same points: the earlier song is first, so the two must not share one millisecond.
  await sleep(5);
  const file = await submitFile(scene.ben, scene, tell);
  const { tiktok } = await engage(sandbox, scene, { link, file }, tell);
  await play(sandbox, scene, { link, file }, tell);
  await end(scene, { host: tiktok.host('novalive') }, tell);
  tell.chapter('The bot stops');
  const code = await bot.stop();
  demand(code === 0, 'the bot stops cleanly', `exit code ${code}`);
  tell.proven('stopped cleanly');
}
