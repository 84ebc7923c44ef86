import type { Card } from '../../../src/discord/cards/card.ts';
import { controlRoomCard, pausedCard } from '../../../src/discord/cards/control-room-card.ts';
import { failureCard } from '../../../src/discord/cards/failure-card.ts';
import { ledgerCard, reversedCard, reverseQuestion } from '../../../src/discord/cards/gifts-card.ts';
import { healCard } from '../../../src/discord/cards/heal-card.ts';
import { helpCard, welcomeCard } from '../../../src/discord/cards/help-card.ts';
import { liveStatusCard } from '../../../src/discord/cards/live-card.ts';
import { metricsCard } from '../../../src/discord/cards/metrics-card.ts';
import { noticeCard } from '../../../src/discord/cards/notice-card.ts';
import { nextCard } from '../../../src/discord/cards/on-air-card.ts';
import {
  joinedCard,
  nowPlayingCard,
  playbackAnswer,
  voiceStatusCard,
} from '../../../src/discord/cards/playback-card.ts';
import { handlesCard, leaderboardCard, linkedCard, statsCard } from '../../../src/discord/cards/profile-card.ts';
import {
  liveQueueCard,
  pendingCard,
  queueCard,
  reviewerQueueCard,
  songActionsCard,
} from '../../../src/discord/cards/queue-card.ts';
import { SETUP_STEPS, setupCard, setupDoneCard } from '../../../src/discord/cards/setup-card.ts';
import {
  clearedCard,
  clearFreeQuestion,
  historyCard,
  movedCard,
  openStateCard,
  removedCard,
} from '../../../src/discord/cards/staff-card.ts';
import {
  againCard,
  ownSongsCard,
  placeText,
  portalCard,
  skipAnsweredCard,
  submittedCard,
} from '../../../src/discord/cards/submission-card.ts';
import { CHANNEL_PURPOSES } from '../../../src/discord/channel-purpose.ts';
import type { LedgerGift } from '../../../src/ports/live-store.ts';
import {
  emptyQueue,
  entry,
  explained,
  IDS,
  live,
  NOW,
  offline,
  onAir,
  pendingPage,
  playing,
  queuePage,
  silent,
  song,
} from './ordinary-case.ts';

const MINUTE = 60_000;
const picture = new Uint8Array([1]);

const purposes = CHANNEL_PURPOSES.map((purpose, index) => ({
  purpose,
  channelId: index < 3 ? IDS.review : null,
  trouble:
    index === 1
      ? ({ code: 'missing-permissions', channelId: IDS.review, permissions: ['Send Messages'] } as const)
      : null,
}));

const setup = (step: (typeof SETUP_STEPS)[number]) =>
  setupCard({
    step,
    purposes,
    roleId: null,
    unseen: null,
    messageContent: true,
    news: step === 'start' ? null : '✅ Saved.',
  });

const gift = (change: Partial<LedgerGift>): LedgerGift => ({
  giftId: 1,
  sessionId: 7,
  handleId: 1,
  handle: 'benbeats',
  linkedUserId: IDS.ben,
  name: 'Rose',
  count: 1,
  coins: 1,
  points: 2,
  state: 'settled',
  at: NOW - MINUTE,
  reversedBy: null,
  moved: [],
  ...change,
});
const gifts = [
  gift({}),
  gift({ giftId: 2, name: 'Corgi', count: 4, coins: 1_196, points: 1_196, moved: [{ publicId: '9QRM', to: 'skip' }] }),
  gift({ giftId: 3, name: 'Lion', coins: 29_999, points: 29_999, linkedUserId: null, state: 'reversed' }),
];

const ownSongs = {
  entries: [0, 1, 3, 7].map((index) => ({
    submission: song(index, index === 7 ? { line: 'archive' } : {}),
    place: index === 7 ? null : index + 1,
    etaMs: index === 7 ? null : 3 * MINUTE * index,
    media: entry(index).media,
    playedAt: index === 7 ? NOW - 60 * MINUTE : null,
  })),
  page: 0,
  pages: 1,
  total: 4,
};

const session = {
  sessionId: 7,
  guildId: IDS.guild,
  host: 'nova_live',
  startedAt: NOW - 200 * MINUTE,
  endedAt: NOW,
  endCause: 'host',
  totals: { likes: 18_204, comments: 2_311, shares: 1, follows: 31, subscribes: 1, gifts: 96, coins: 12_480, joins: 9 },
  viewers: { peak: 512, average: 301, lowest: 18 },
  gaps: [{ fromAt: NOW - 60 * MINUTE, toAt: NOW - 59 * MINUTE, cause: 'drop' }],
  minutes: [],
  songs: [{ at: NOW, publicId: '4F7K', artist: 'Ana Luz', title: 'Paper Moons' }],
  handles: [
    ['benbeats', 'Ben Beats', 1_204, 96, 4],
    ['ella.sings', 'ella', 600, 40, 0],
    ['東京タワーの夜', '東京', 12, 1, 1],
  ].map(([handle, nickname, likes, comments, coins]) => ({
    handle: String(handle),
    nickname: String(nickname),
    linkedUserId: handle === 'benbeats' ? IDS.ben : null,
    watchMs: 83 * MINUTE,
    likes: Number(likes),
    comments: Number(comments),
    shares: 0,
    follows: 0,
    subscribes: 0,
    gifts: coins === 0 ? 0 : 1,
    coins: Number(coins),
  })),
} as const;

/** Every card that people meet on an ordinary evening. */
export const ORDINARY: Readonly<Record<string, Card>> = {
  'control room, in a show': controlRoomCard({ queue: queuePage(), live: live(), playback: playing() }),
  'control room, before the show': controlRoomCard({ queue: emptyQueue(), live: offline, playback: silent() }),
  'control room, connection lost': controlRoomCard({
    queue: queuePage({ onAir: onAir({ submission: song(1, { line: 'archive' }), fromLine: 'skip', scoreThen: 0 }) }),
    live: live({ recovering: { sinceAt: NOW - 20_000, tries: 2, nextTryAt: NOW + 4_000 }, unreadable: 1, merged: 40 }),
    playback: playing({ voice: { kind: 'recovering', channelId: IDS.studio, attempt: 2 } }),
  }),
  'control room, waiting for the host': controlRoomCard({
    queue: queuePage({ onAir: null, undoablePlayId: null }),
    live: {
      kind: 'trying',
      host: 'nova_live',
      persistent: true,
      phase: 'waiting-for-live',
      tries: 3,
      sinceAt: NOW - 70_000,
      nextTryAt: NOW + 30_000,
      lastRefusal: { kind: 'offline' },
    },
    playback: silent(),
  }),
  'reviewer queue': reviewerQueueCard(queuePage()),
  'reviewer queue, empty': reviewerQueueCard(emptyQueue()),
  'pending skips': pendingCard(pendingPage()),
  'pending skips, none': pendingCard(emptyQueue()),
  'live queue': liveQueueCard(queuePage()),
  'live queue, empty': liveQueueCard(emptyQueue()),
  'live queue, empty and closed': liveQueueCard({
    ...emptyQueue(),
    lines: emptyQueue().lines.map((each) => ({ ...each, open: false })),
  }),
  'now playing': nowPlayingCard(onAir(), playing(), NOW, picture),
  'now playing, paused file': nowPlayingCard(
    onAir({ submission: song(1, { line: 'archive' }), media: { kind: 'ready', durationMs: 187_000 } }),
    playing({
      player: { kind: 'paused', playId: 41, submissionId: 2, positionMs: 187_000, at: NOW, durationMs: 187_000 },
      filters: ['bass-boost', 'nightcore'],
      volume: 80,
    }),
    NOW,
  ),
  'now playing, nothing': nowPlayingCard(null, silent(), NOW),
  paused: pausedCard('Reviewer queue'),
  'one song': songActionsCard(entry(3)),
  'one pending song': songActionsCard(pendingPage().entries[0] ?? entry(5)),
  next: nextCard(onAir(), onAir({ submission: song(1) })),
  moved: movedCard(explained(1)),
  removed: removedCard(song(1)),
  'owner history': historyCard([song(0), song(7, { line: 'archive' })]),
  'clear the free line': clearFreeQuestion(1, NOW),
  cleared: clearedCard(1, 'batch'),
  'open lines': openStateCard(queuePage().lines),
  queue: queueCard(queuePage(), [`\`#B3B3\` ${placeText(explained(3))}`]),
  'own songs': ownSongsCard(ownSongs),
  'submit again': againCard(ownSongs),
  submitted: submittedCard({
    submission: song(1),
    asks: true,
    notFree: null,
    explained: explained(1),
    handleLinked: false,
  }),
  'submitted, kept only as a skip': submittedCard({
    submission: { ...song(1), line: 'draft' },
    asks: true,
    notFree: { code: 'limit-reached', line: 'free', limit: 1, waiting: ['4F7K'] },
    explained: explained(1),
    handleLinked: true,
  }),
  'skip answered': skipAnsweredCard(
    explained(5, { submission: song(5, { line: 'pending' }), place: null, ahead: 0, etaMs: null }),
  ),
  portal: portalCard({ free: true, skips: true }),
  'portal, skips only': portalCard({ free: false, skips: true }),
  'portal, free only': portalCard({ free: true, skips: false }),
  'portal, closed': portalCard({ free: false, skips: false }),
  'live status': liveStatusCard(live(), NOW),
  'live status, disconnected': liveStatusCard(
    { kind: 'disconnected', lastHost: 'nova_live', lastRefusal: { kind: 'offline' } },
    NOW,
  ),
  'playback answer': playbackAnswer(playing(), NOW),
  'joined, before the first song': joinedCard(
    { ...silent(), voice: { kind: 'ready', channelId: IDS.review, attempt: 0 } },
    null,
    NOW,
  ),
  'joined, a song on air': joinedCard(
    { ...silent(), voice: { kind: 'ready', channelId: IDS.review, attempt: 0 } },
    onAir(),
    NOW,
  ),
  'voice status': voiceStatusCard(
    playing(),
    {
      pingMs: 24,
      attempts: 0,
      lastCloseCodes: [{ code: 4_006, at: NOW - MINUTE }],
      coolDownUntil: null,
      reconnects: 1,
    },
    NOW,
  ),
  'my numbers': statsCard({
    handles: [{ name: 'ana.luz', points: 120, proven: true }],
    score: 120,
    points: { like: 100, comment: 20 },
    rank: 4,
    submitted: 12,
    played: 7,
    waiting: [explained(3)],
  }),
  'handles, none': handlesCard([]),
  linked: linkedCard(
    {
      id: 1,
      guildId: IDS.guild,
      tiktokUserId: '1',
      name: 'ana.luz',
      nickname: 'Ana',
      points: 1,
      linkedUserId: IDS.ana,
      proven: true,
      lastSeenAt: NOW,
    },
    null,
  ),
  leaderboard: leaderboardCard({
    rows: [
      { rank: 1, handleId: 1, handle: 'benbeats', nickname: 'Ben', linkedUserId: IDS.ben, points: 12_000 },
      { rank: 4, handleId: 2, handle: 'zed', nickname: 'Z', linkedUserId: null, points: 1 },
    ],
    page: 0,
    pages: 1,
  }),
  'ledger of gifts': ledgerCard({ gifts, page: 0, pages: 1, total: 3 }),
  'reverse a gift': reverseQuestion(gifts[1] ?? gift({}), 0, NOW),
  'reversed gift': reversedCard({
    gift: gifts[0] ?? gift({}),
    songs: [{ submissionId: 1, publicId: '9QRM', from: 'skip', to: 'free' }],
  }),
  'numbers of a show': metricsCard(
    session,
    new Map([[IDS.ben, 'Ben']]),
    { picture, table: { name: `show-${session.sessionId}.csv`, bytes: new Uint8Array([1]) } },
    NOW,
  ),
  ...Object.fromEntries(SETUP_STEPS.map((step) => [`setup, ${step}`, setup(step)])),
  'setup, done': setupDoneCard({ purposes: purposes.map((each) => ({ ...each, trouble: null })), unseen: null }, true),
  'setup, done but for what is wrong': setupDoneCard({ purposes, unseen: IDS.review }, false),
  'help, listener': helpCard({ isReviewer: false, isAdmin: false }),
  'help, admin': helpCard({ isReviewer: true, isAdmin: true }),
  welcome: welcomeCard(),
  'self-heal': healCard({
    panels: [
      { kind: 'control-room', channelId: IDS.review, outcome: 'fine', missing: [] },
      { kind: 'live-queue', channelId: IDS.review, outcome: 'forbidden', missing: ['Send Messages'] },
      { kind: 'now-playing', channelId: IDS.review, outcome: 'mended', missing: [] },
    ],
    purposes,
    reviewerRoleGone: false,
    unseen: null,
    messageContent: true,
  }),
  'notice, coming up': noticeCard(
    { kind: 'coming-up', publicId: '4F7K', place: 2 },
    { view: 'private', guildName: 'Night Review' },
  ),
  'refused, just played': failureCard({ code: 'just-played', publicId: '4F7K', title: 'Paper Moons', by: IDS.nova }),
  'refused, moved meanwhile': failureCard({
    code: 'song-not-waiting',
    publicId: '4F7K',
    line: 'archive',
    by: IDS.nova,
  }),
};
