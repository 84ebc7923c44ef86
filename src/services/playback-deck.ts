import type { VoiceTrouble } from '../domain/failure.ts';
import type { FilterName } from '../domain/setting.ts';
import type { Submission } from '../domain/submission.ts';
import type { LinkState, LinkTelemetry, PlayerState } from '../ports/audio-out.ts';
import type { PlaybackRow } from '../ports/playback-store.ts';
import type { PlaybackStatus, PlayerStatus, VoiceTelemetry } from './snapshots.ts';

/** The song a guild's player has, or had when it stopped in the middle. */
export interface DeckSong {
  readonly playId: number;
  /** When it was put on air, ms since the epoch. */
  readonly startedAt: number;
  readonly submission: Submission;
}

/** What playback knows of a guild besides what sounds. */
export interface Deck {
  readonly guildId: string;
  /** Voice channel the bot is wanted in; null when it stays away. */
  readonly channelId: string | null;
  readonly song: DeckSong | null;
  /** Where to go on when the same song is played again. ms */
  readonly resumeMs: number;
  /** Percent. */
  readonly volume: number;
  readonly filters: readonly FilterName[];
  /** Its file is being prepared; it starts when that is done. */
  readonly isWaiting: boolean;
}

export function emptyDeck(guildId: string): Deck {
  return { guildId, channelId: null, song: null, resumeMs: 0, volume: 100, filters: [], isWaiting: false };
}

/** Names a song for the audio layer; unique per play, so that an old song's end is not taken for the new one's. */
export function songIdOf({ playId, submission }: DeckSong): string {
  return `${playId}:${submission.id}`;
}

/** The row that a restart resumes from. */
export function toRow(deck: Deck, player: PlayerState, at: number): PlaybackRow {
  const { guildId, channelId, song, volume, filters } = deck;
  const ground = { guildId, channelId, playId: song?.playId ?? null, volume, filters, at };
  switch (player.kind) {
    case 'idle':
    case 'failed':
      return { ...ground, state: 'idle', positionMs: deck.resumeMs };
    case 'paused':
      return { ...ground, state: 'paused', positionMs: player.positionMs };
    case 'loading':
    case 'playing':
    case 'recovering':
      return { ...ground, state: 'playing', positionMs: player.positionMs };
  }
}

const AWAY_WORDS = {
  'no-permission': 'I may not connect or speak there',
  full: 'the channel is full',
  timeout: 'Discord did not answer',
  kicked: 'disconnected by a moderator',
  encryption: 'the voice server refused the encrypted call (code 4017)',
  gone: 'the channel does not exist any more',
  'rate-limited': 'Discord asked to slow down',
  lost: 'the connection was lost',
  alone: 'nobody was listening',
} as const satisfies Record<VoiceTrouble | 'alone', string>;

export function toStatus(deck: Deck, link: LinkState, player: PlayerState): PlaybackStatus {
  const { guildId, volume, filters } = deck;
  return { guildId, voice: toVoice(link), player: toPlayer(deck, player), volume, filters };
}

function toVoice(link: LinkState): PlaybackStatus['voice'] {
  if (link.kind === 'away') return { kind: 'away', why: link.why === null ? null : AWAY_WORDS[link.why] };
  return { kind: link.kind, channelId: link.channelId, attempt: link.attempt };
}

function toPlayer({ song }: Deck, player: PlayerState): PlayerStatus {
  if (player.kind === 'idle' || song === null) return { kind: 'idle' };
  const { playId, submission } = song;
  if (player.kind === 'failed') return { kind: 'failed', submissionId: submission.id, why: player.why };
  const { kind, positionMs, at, durationMs } = player;
  return { kind, playId, submissionId: submission.id, positionMs, at, durationMs: durationMs > 0 ? durationMs : null };
}

export function toTelemetry(link: LinkTelemetry): VoiceTelemetry {
  const { pingMs, attempts, lastCloseCodes, coolDownUntil, reconnects } = link;
  return { pingMs, attempts, lastCloseCodes, coolDownUntil, reconnects };
}
