import type { Card } from '../../../src/discord/cards/card.ts';
import { controlRoomCard, pausedCard } from '../../../src/discord/cards/control-room-card.ts';
import { ledgerCard, reversedCard, reverseQuestion } from '../../../src/discord/cards/gifts-card.ts';
import { healCard } from '../../../src/discord/cards/heal-card.ts';
import { helpCard, welcomeCard } from '../../../src/discord/cards/help-card.ts';
import { liveStatusCard } from '../../../src/discord/cards/live-card.ts';
import { nextCard } from '../../../src/discord/cards/on-air-card.ts';
import {
  joinedCard,
  nowPlayingCard,
  playbackAnswer,
  voiceStatusCard,
} from '../../../src/discord/cards/playback-card.ts';
import {
  handlesCard,
  leaderboardCard,
  linkedCard,
  resetAllQuestion,
  resetCard,
  statsCard,
  unlinkedCard,
} from '../../../src/discord/cards/profile-card.ts';
import {
  liveQueueCard,
  PAGE_SIZE,
  pendingCard,
  queueCard,
  reviewerQueueCard,
  songActionsCard,
} from '../../../src/discord/cards/queue-card.ts';
import { settingCard, settingsCard } from '../../../src/discord/cards/settings-card.ts';
import { setupDoneCard } from '../../../src/discord/cards/setup-card.ts';
import {
  bookmarkedCard,
  clearedCard,
  clearFreeQuestion,
  historyCard,
  movedCard,
  openStateCard,
  removedCard,
  unclearedCard,
  undoneCard,
} from '../../../src/discord/cards/staff-card.ts';
import {
  againCard,
  ownSongsCard,
  placeText,
  portalCard,
  skipAnsweredCard,
  submittedCard,
  tryAgainCard,
} from '../../../src/discord/cards/submission-card.ts';
import { CHANNEL_PURPOSES } from '../../../src/discord/channel-purpose.ts';
import { PANEL_KINDS } from '../../../src/discord/panels/panel-kinds.ts';
import type { Handle } from '../../../src/domain/handle.ts';
import { SETTINGS, type SettingKey } from '../../../src/domain/setting.ts';
import { WAITING_LINES } from '../../../src/domain/submission.ts';
import type { LedgerGift } from '../../../src/ports/live-store.ts';
import { times } from '../../sandbox/validate-form.ts';
import { entry, explained, HUGE, ID, live, onAir, POINTS, playback, queuePage, song } from './worst-case.ts';

const NOW = 1_760_000_000_000;
const picture = new Uint8Array([1, 2, 3]);

const handle = (name: string): Handle => ({
  id: 1,
  guildId: ID,
  tiktokUserId: ID,
  name,
  nickname: name,
  points: HUGE,
  linkedUserId: ID,
  proven: true,
  lastSeenAt: NOW,
});

const own = (text: string, size: number) => ({
  entries: times(size, (index) => ({
    submission: song(text, { id: index + 1, line: index % 2 === 0 ? 'archive' : 'free' }),
    place: HUGE,
    etaMs: HUGE,
    media: { kind: 'unplayable' as const, reason: text },
    playedAt: NOW,
  })),
  page: 99_998,
  pages: 100_000,
  total: 1_000_000,
});

export const purposes = (text: string) =>
  CHANNEL_PURPOSES.map((purpose) => ({
    purpose,
    channelId: ID,
    trouble: {
      code: 'missing-permissions' as const,
      channelId: ID,
      permissions: times(4, () => text),
    },
  }));

const settingRows = (text: string) =>
  (Object.keys(SETTINGS) as SettingKey[]).map((key) => {
    const { kind } = SETTINGS[key];
    const value =
      kind.type === 'channel' || kind.type === 'role'
        ? ID
        : kind.type === 'integer'
          ? HUGE
          : kind.type === 'list'
            ? times(60, () => text)
            : text;
    return { key, value, isDefault: false, about: SETTINGS[key].about };
  });

const ledgerGift = (text: string, index: number): LedgerGift => ({
  giftId: index + 1,
  sessionId: HUGE,
  handleId: HUGE,
  handle: text,
  linkedUserId: ID,
  name: text,
  count: HUGE,
  coins: HUGE,
  points: HUGE,
  state: 'settled',
  at: NOW,
  reversedBy: null,
  moved: times(20, () => ({ publicId: 'WWWWWW', to: 'back-to-back' as const })),
});

export type Draw = (text: string) => Card;

/** Every card that shows a stranger's text, drawn with that text everywhere. */
export const CARDS: Readonly<Record<string, Draw>> = {
  'live queue': (text) => liveQueueCard(queuePage(text, PAGE_SIZE)),
  '/queue with five own songs': (text) =>
    queueCard(
      queuePage(text, PAGE_SIZE),
      times(5, () => `\`#WWWWWW\` ${placeText(explained(text))}`),
    ),
  'reviewer queue': (text) => reviewerQueueCard(queuePage(text, PAGE_SIZE)),
  'pending skips': (text) => pendingCard(queuePage(text, PAGE_SIZE)),
  'one song': (text) => songActionsCard(entry(text)),
  'one pending song': (text) => songActionsCard(entry(text, 0, { line: 'pending' })),
  'control room, live': (text) =>
    controlRoomCard({ queue: queuePage(text, 1), live: live(text), playback: playback(text) }),
  'control room, refused': (text) =>
    controlRoomCard({
      queue: queuePage(text, 1),
      live: { kind: 'disconnected', lastHost: text, lastRefusal: { kind: 'blocked', detail: text } },
      playback: playback(text),
    }),
  'now playing': (text) => nowPlayingCard(onAir(text), playback(text), NOW, picture),
  'playback answer': (text) => playbackAnswer(playback(text), NOW),
  joined: (text) => joinedCard(playback(text), onAir(text), NOW),
  'voice status': (text) =>
    voiceStatusCard(
      playback(text),
      {
        pingMs: HUGE,
        attempts: HUGE,
        lastCloseCodes: times(10, () => ({ code: 4_999, at: NOW })),
        coolDownUntil: NOW,
        reconnects: HUGE,
      },
      NOW,
    ),
  next: (text) => nextCard(onAir(text), onAir(text)),
  moved: (text) => movedCard(explained(text)),
  removed: (text) => removedCard(song(text)),
  bookmarked: (text) => bookmarkedCard(song(text)),
  undone: (text) => undoneCard(song(text)),
  'history of an owner': (text) => historyCard(times(25, () => song(text))),
  'submitted, asks': (text) =>
    submittedCard({
      submission: song(text),
      asks: true,
      notFree: null,
      explained: explained(text),
      handleLinked: false,
    }),
  'submitted, kept only as a skip': (text) =>
    submittedCard({
      submission: { ...song(text), line: 'draft' },
      asks: true,
      notFree: { code: 'limit-reached', line: 'free', limit: 10, waiting: times(10, () => 'WWWWWW') },
      explained: explained(text),
      handleLinked: false,
    }),
  'skip answered': (text) => skipAnsweredCard(explained(text)),
  'own songs, a full page': (text) => ownSongsCard(own(text, 10)),
  'submit again': (text) => againCard(own(text, 25)),
  'try again': (text) =>
    tryAgainCard({ code: 'link-host-refused', host: text, allowed: times(60, () => text) }, 'zzzzzz'),
  'live status': (text) => liveStatusCard(live(text), NOW),
  'live status, trying': (text) =>
    liveStatusCard(
      {
        kind: 'trying',
        host: text,
        persistent: true,
        phase: 'waiting-for-live',
        tries: HUGE,
        sinceAt: 0,
        nextTryAt: NOW,
        lastRefusal: { kind: 'network', detail: text },
      },
      NOW,
    ),
  linked: (text) => linkedCard(handle(text), null),
  'linked, to be proven': (text) => linkedCard(handle(text), { code: 'SKIP-123456', expiresAt: NOW }),
  unlinked: (text) => unlinkedCard(handle(text)),
  'fifty handles': (text) => handlesCard(times(50, () => handle(text))),
  leaderboard: (text) =>
    leaderboardCard({
      rows: times(20, (index) => ({
        rank: HUGE + index,
        handleId: index,
        handle: text,
        nickname: text,
        linkedUserId: ID,
        points: HUGE,
      })),
      page: 99_998,
      pages: 100_000,
    }),
  'my numbers, fifty handles and ten songs': (text) =>
    statsCard({
      handles: times(50, () => ({ name: text, points: HUGE, proven: true })),
      score: HUGE,
      points: POINTS,
      rank: HUGE,
      submitted: HUGE,
      played: HUGE,
      waiting: times(110, () => explained(text)),
    }),
  'all settings': (text) => settingsCard(settingRows(text)),
  'the longest setting': (text) =>
    settingCard({ key: 'submissions.hosts', value: times(60, () => text), isDefault: false, about: 'Hosts' }, true),
  'ledger of gifts': (text) =>
    ledgerCard({
      gifts: times(10, (index) => ledgerGift(text, index)),
      page: 99_998,
      pages: 100_000,
      total: HUGE,
    }),
  'reverse a gift?': (text) => reverseQuestion(ledgerGift(text, 1), 99_999, NOW),
  'reversed gift': (text) =>
    reversedCard({
      gift: ledgerGift(text, 1),
      songs: times(60, (index) => ({
        submissionId: index,
        publicId: 'WWWWWW',
        from: 'back-to-back',
        to: 'double-skip',
      })),
    }),
  'self-heal': () =>
    healCard({
      panels: PANEL_KINDS.map((kind) => ({
        kind,
        channelId: ID,
        outcome: 'forbidden',
        missing: times(6, () => 'Read Message History'),
      })),
      purposes: purposes('Read Message History'),
      reviewerRoleGone: true,
      unseen: ID,
      messageContent: false,
    }),
};

/** Cards without a stranger's text. */
export const PLAIN_CARDS: Readonly<Record<string, Card>> = {
  help: helpCard({ isReviewer: true, isAdmin: true }),
  welcome: welcomeCard(),
  paused: pausedCard('Reviewer queue'),
  'reset all': resetAllQuestion(NOW),
  reset: resetCard({ handles: HUGE, points: HUGE }),
  'clear the free line': clearFreeQuestion(HUGE, NOW),
  cleared: clearedCard(HUGE, '0123456789abcdef-0123-4567'),
  'clearing undone': unclearedCard(2),
  'clearing of one song undone': unclearedCard(1),
  'open lines': openStateCard(WAITING_LINES.map((line) => ({ line, waiting: HUGE, open: true }))),
  'portal, all open': portalCard({ free: true, skips: true }),
  'portal, closed': portalCard({ free: false, skips: false }),
  'own songs, none': ownSongsCard({ entries: [], page: 0, pages: 1, total: 0 }),
  'submit again, none': againCard({ entries: [], page: 0, pages: 1, total: 0 }),
  'empty queue': liveQueueCard({ ...queuePage('', 0), page: 0, pages: 1, total: 0, onAir: null, undoablePlayId: null }),
  'empty reviewer queue': reviewerQueueCard({
    ...queuePage('', 0),
    page: 0,
    pages: 1,
    total: 0,
    onAir: null,
    undoablePlayId: null,
  }),
  'no pending skips': pendingCard({
    ...queuePage('', 0),
    page: 0,
    pages: 1,
    total: 0,
    onAir: null,
    undoablePlayId: null,
  }),
  'nothing on air': nowPlayingCard(null, { ...playback(''), player: { kind: 'idle' } }, NOW),
  'setup is done': setupDoneCard({ purposes: [], unseen: null }, false),
};
