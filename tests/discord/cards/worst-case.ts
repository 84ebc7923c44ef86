import { COMPONENTS_V2, validateNewMessage } from '../../../sandbox/discord/validate/message.ts';
import { validateModal } from '../../../sandbox/discord/validate/modal.ts';
import type { Card } from '../../../src/discord/cards/card.ts';
import type { PointsByOrigin } from '../../../src/domain/handle.ts';
import { POINT_ORIGINS } from '../../../src/domain/handle.ts';
import { FILTER_NAMES } from '../../../src/domain/setting.ts';
import { type Submission, WAITING_LINES } from '../../../src/domain/submission.ts';
import type {
  LiveStatus,
  OnAir,
  PlaceExplained,
  PlaybackStatus,
  QueueEntry,
  QueuePage,
} from '../../../src/services/snapshots.ts';
import { problems, times } from '../../sandbox/validate-form.ts';

/** Everything at once that a stranger can put into a text: markdown, mentions, links, emoji, RTL, combining marks. */
export const HOSTILE =
  '@everyone <@1> <#2> <@&3> **b** __u__ ~~s~~ `code` ||spoiler|| [l](https://evil.example) # h\n> q\n- l 1. n \u202Eltr\u202C 😀👨‍👩‍👧‍👦 Z̸̢͇a̷ ﷽ '
    .repeat(4)
    .slice(0, 300);
export const STARS = '*'.repeat(300);
export const EMOJI = '😀'.repeat(150);

/** The longest Discord id. */
export const ID = '12345678901234567890';
export const HUGE = 999_999_999_999;
export const TEXTS = [HOSTILE, STARS, EMOJI] as const;

export function song(text: string, change: Partial<Submission> = {}): Submission {
  return {
    id: 999_999_999_999_999,
    guildId: ID,
    publicId: 'WWWWWW',
    ownerId: ID,
    ownerName: text.slice(0, 100),
    artist: text,
    title: text,
    note: text,
    track: { kind: 'file', sha256: 'a'.repeat(64), fileName: text },
    handleId: 1,
    line: 'free',
    rank: HUGE,
    score: HUGE,
    submittedAt: 1_760_000_000_000,
    askedUntil: null,
    bookmarked: true,
    via: 'modal',
    ...change,
  };
}

/** A link of the longest kind that is taken. */
export const LONG_LINK = `https://soundcloud.com/${'x'.repeat(900)}`;

export const link = (url: string) =>
  ({ kind: 'link', url, normalizedUrl: url, platform: 'google-drive' }) as const satisfies Submission['track'];

export const POINTS: PointsByOrigin = Object.fromEntries(POINT_ORIGINS.map((origin) => [origin, HUGE]));

export function entry(text: string, index = 0, change: Partial<Submission> = {}): QueueEntry {
  return {
    submission: song(text, { id: 999_999_999_999_000 + index, ...change }),
    media: { kind: 'unplayable', reason: text },
    place: HUGE,
    etaMs: HUGE,
    handle: text,
    points: POINTS,
    coins: HUGE,
  };
}

export function onAir(text: string, track: Submission['track'] = link(LONG_LINK)): OnAir {
  return {
    playId: 999_999_999_999,
    submission: song(text, { track, line: 'archive' }),
    media: { kind: 'unplayable', reason: text },
    fromLine: 'back-to-back',
    scoreThen: HUGE,
    points: POINTS,
    handle: text,
    coins: HUGE,
    startedAt: 1_760_000_000_000,
    byUserId: ID,
  };
}

export function queuePage(text: string, size: number): QueuePage {
  return {
    guildId: ID,
    entries: times(size, (index) => entry(text, index)),
    page: 124_998,
    pages: 125_000,
    total: 1_000_000,
    pending: 1_000_000,
    lines: WAITING_LINES.map((line) => ({ line, waiting: 1_000_000, open: false })),
    onAir: onAir(text),
    undoablePlayId: 999_999_999_999,
    songMs: HUGE,
  };
}

export function explained(text: string): PlaceExplained {
  return { submission: song(text), place: HUGE, ahead: HUGE, etaMs: HUGE };
}

/** What Discord would refuse about this card; empty when it takes it. */
export function cardProblems(card: Card): readonly string[] {
  const body = { components: card.components, flags: COMPONENTS_V2, allowed_mentions: { parse: [] } };
  // Undefined fields vanish on the wire.
  const sent: unknown = JSON.parse(JSON.stringify(body));
  return problems(validateNewMessage(sent, { filenames: (card.files ?? []).map(({ name }) => name) }));
}

export function modalProblems(modal: object): readonly string[] {
  return problems(validateModal(JSON.parse(JSON.stringify(modal))));
}

/** All text of a card, as a person reads it top down. */
export function textOf(card: Card): string {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) {
        if (key === 'content' && typeof inner === 'string') found.push(inner);
        else visit(inner);
      }
    }
  };
  visit(card.components);
  return found.join('\n');
}

/** Everything that markdown, a mention or a link could come from, neither escaped nor code. */
export function unescaped(text: string): readonly string[] {
  const bare = text.replace(/`[^`]*`/g, '').replace(/\\[^0-9A-Za-z\s]/g, '·');
  return [/@everyone/, /@here/, /https?:\/\/evil/, /\[l\]\(/, /\|\|spoiler/, /~~s~~/, /[\u202A-\u202E\u2066-\u2069]/]
    .filter((pattern) => pattern.test(bare))
    .map(String);
}

/** A LIVE with every number and text at its longest. */
export function live(text: string): LiveStatus {
  return {
    kind: 'active',
    host: text,
    roomId: text,
    sessionId: HUGE,
    startedAt: 0,
    recovering: { sinceAt: 1_760_000_000_000, tries: HUGE, nextTryAt: HUGE },
    viewers: HUGE,
    lastEventAt: 1_760_000_000_000,
    events: Object.fromEntries(times(14, (index) => [`stream-end${index}`, HUGE])),
    coins: HUGE,
    likesSeen: HUGE,
    likesRoomTotal: HUGE,
    gaps: HUGE,
    gapMs: HUGE,
    reconnects: HUGE,
    unreadable: HUGE,
    drift: text,
    merged: HUGE,
  };
}

export function playback(text: string): PlaybackStatus {
  return {
    guildId: ID,
    voice: { kind: 'away', why: text },
    player: { kind: 'failed', submissionId: 1, why: text },
    volume: 200,
    filters: [...FILTER_NAMES],
  };
}
