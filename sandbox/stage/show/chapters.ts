import type { FileInput } from '../../discord/model.ts';
import type { Stage } from '../stage.ts';
import type { Chapter, Scene } from './director.ts';
import { goLive, makeTrouble, moveTheQueue, stopTheStream } from './live-chapters.ts';
import { becomes, botMessagesIn, demand, GLANCE_MS, PATIENCE, READ_MS, run } from './telling.ts';

/** Links that cannot be played may come before the first upload. */
const MOST_PRESSES = 4;
const SOUND_WITHIN_MS = 8_000;

const SETUP = [
  ['setup-reviewer-channel', 'review-desk'],
  ['setup-live-queue', 'live-queue'],
  ['set-submission-channel', 'submissions'],
  ['setnowplayingchannel', 'now-playing'],
  ['setup-post-live-metrics', 'numbers'],
  ['setbookmarkchannel', 'bookmarks'],
  ['setdebugchannel', 'debug'],
  ['setup-submission-portal', 'lobby'],
] as const;

async function setUp({ stage, caption, beat }: Scene): Promise<void> {
  const { people, channels, reviewerRoleId } = stage.cast;
  const { nova } = people;
  caption('Nova tells the bot who the reviewers are: /settings set', { as: 'nova', at: 'lobby' });
  await run(stage, nova, 'settings set', { key: 'role.reviewer', value: reviewerRoleId });
  await beat(GLANCE_MS);
  for (const [command, channel] of SETUP) {
    caption(`Nova gives the bot its channels: /${command} #${channel}`, { as: 'nova', at: 'lobby' });
    await run(stage, nova, command, { channel: channels[channel] });
    await beat(GLANCE_MS / 2);
  }
  await nova.waitToSee(channels['review-desk'], 'Reviewer queue', PATIENCE);
  caption('The control room and its panels keep themselves up to date for ever', {
    as: 'nova',
    at: 'review-desk',
    message: 'Control room',
  });
  await beat(READ_MS);
}

/** One free song through the form of `/submit`. */
async function submit(
  { stage, caption, beat }: Scene,
  who: 'ana' | 'ben',
  fields: Readonly<Record<string, string | FileInput>>,
): Promise<void> {
  const human = stage.cast.people[who];
  const form = await human.slash('submit', {}, { channel: stage.cast.channels.lobby });
  const seen = await (await human.fillModal(form, fields)).final(PATIENCE);
  demand(/#[0-9A-Z]{4,6}\b/.test(seen.text), 'the confirmation names the song', seen);
  caption(`${human.name} gets an answer that nobody else sees: id, place, waiting time`, { as: who, at: 'lobby' });
  await beat(READ_MS);
  const decided = await (await human.click(seen, { label: 'No' })).final(PATIENCE);
  demand(decided.error === undefined, 'the question about a paid skip is answered', decided);
}

async function submitSongs(scene: Scene): Promise<void> {
  const { stage, caption, beat } = scene;
  const { ben, rio } = stage.cast.people;
  if (!isWaiting(stage, 'Neon Nights')) {
    caption('Ana uses /submit and pastes a link', { as: 'ana', at: 'lobby' });
    await beat(GLANCE_MS);
    const link = 'https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC';
    await submit(scene, 'ana', { Link: link, Artist: 'Ana Lune', Title: 'Neon Nights' });
  }
  if (!isWaiting(stage, 'Concert Pitch')) {
    caption('Ben uploads an MP3 in the same form', { as: 'ben', at: 'lobby' });
    await beat(GLANCE_MS);
    const File = await stage.samples.get('concert-pitch');
    await submit(scene, 'ben', { File, Artist: 'Ben Bass', Title: 'Concert Pitch' });
  }
  caption('Ben links his TikTok handle: what @benbeats does in the LIVE helps his song', { as: 'ben', at: 'lobby' });
  await run(stage, ben, 'link-tiktok', { tiktok_handle: 'benbeats' });
  await beat(READ_MS);
  if (!isWaiting(stage, 'Midnight Tram')) {
    const text = 'Rio drops a file into #submissions: the bot takes it, tidies up and confirms in private';
    caption(text, { as: 'rio', at: 'submissions' });
    await rio.say(stage.cast.channels.submissions, '', await stage.samples.get('midnight-tram'));
    await beat(READ_MS);
  }
  await becomes(stage, () => isWaiting(stage, 'Concert Pitch'), 'the song is not in the live queue');
  caption('Everybody sees who plays next in #live-queue', { as: 'ana', at: 'live-queue' });
  await beat(READ_MS);
}

async function playSongs({ stage, caption, beat }: Scene): Promise<void> {
  const { people, channels } = stage.cast;
  const { nova } = people;
  caption('Nova sits in the voice channel and calls the bot in: /join', { as: 'nova', at: 'lobby' });
  await nova.joinVoice(channels.Studio);
  await run(stage, nova, 'join');
  await beat(GLANCE_MS);
  const prepared = 'The uploaded song is measured and prepared, so that nobody is louder than anybody else';
  caption(prepared, { as: 'nova', at: 'review-desk' });
  const desk = await nova.waitToSee(channels['review-desk'], /Next[\s\S]*ready|ready[\s\S]*Next/, PATIENCE);
  await beat(GLANCE_MS);
  let isHeard = false;
  for (let presses = 0; presses < MOST_PRESSES && !isHeard; presses += 1) {
    caption('Nova presses Next', { as: 'nova', at: 'review-desk', message: 'Control room' });
    const since = Date.now();
    const pressed = await nova.click(desk, { label: 'Next' });
    demand(pressed.answered !== 'failed', 'Next is answered', pressed);
    isHeard = await stage.soundSince(since, SOUND_WITHIN_MS);
    if (isHeard) break;
    caption('A link that no bot may play: the panel has an Open button, and the show goes on', {
      as: 'nova',
      at: 'now-playing',
    });
    await beat(READ_MS);
  }
  if (!isHeard) throw new Error('nothing is heard in the voice channel');
  caption('On air. Press "Listen" above to hear the voice channel', { as: 'nova', at: 'now-playing' });
  await beat(READ_MS * 4);
}

/** The public queue names this song among those to come. */
const isWaiting = (stage: Stage, title: string): boolean =>
  stage.cast.people.ana.sees(stage.cast.channels['live-queue']).some(({ text }) =>
    // Whatever the panel looks like, those who wait stand in numbered lines.
    text.split('\n').some((line) => /^\W*\d+\./.test(line) && line.includes(title)),
  );

export const CHAPTERS: readonly Chapter[] = [
  {
    id: 'setup',
    title: 'Set the server up',
    about: 'Nova gives the bot its channels and the reviewer role',
    needs: [],
    lasts: true,
    isDone: (stage) => botMessagesIn(stage, 'review-desk').length > 0,
    play: setUp,
  },
  {
    id: 'songs',
    title: 'Submit songs',
    about: 'A link, an upload in a form, and a file dropped into a channel',
    needs: ['setup'],
    lasts: true,
    isDone: (stage) => isWaiting(stage, 'Concert Pitch'),
    play: submitSongs,
  },
  {
    id: 'live',
    title: 'Go live on TikTok',
    about: 'The bot connects to the LIVE and counts what viewers do',
    needs: ['setup'],
    lasts: true,
    isDone: ({ live }) => live.live !== undefined && live.view.connections > 0,
    play: goLive,
  },
  {
    id: 'gifts',
    title: 'Viewers move the queue',
    about: 'Likes and comments order the free line, a gift buys a skip',
    needs: ['songs', 'live'],
    lasts: false,
    isDone: ({ live }) => live.view.totals.coins >= 1_000,
    play: moveTheQueue,
  },
  {
    id: 'play',
    title: 'Play the next song',
    about: 'One press: the song is on air and heard in the voice channel',
    needs: ['songs'],
    lasts: false,
    isDone: ({ heardAt }) => heardAt !== null,
    play: playSongs,
  },
  {
    id: 'trouble',
    title: 'Break things',
    about: 'kill -9, a cut gateway, a dropped LIVE: nothing is lost',
    needs: ['live'],
    lasts: false,
    isDone: ({ log }) => log.entries.some(({ source, text }) => source === 'you' && text.startsWith('kill -9')),
    play: makeTrouble,
  },
  {
    id: 'end',
    title: 'End the stream',
    about: 'The numbers of the show: a table, a picture and a CSV',
    needs: ['live'],
    lasts: false,
    isDone: (stage) => botMessagesIn(stage, 'numbers').length > 0,
    play: stopTheStream,
  },
];
