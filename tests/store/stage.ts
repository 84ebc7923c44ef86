import type { LiveUser } from '../../src/domain/live-event.ts';
import type { Submission, WaitingLine } from '../../src/domain/submission.ts';
import type { StoreTx } from '../../src/ports/store.ts';
import type { NewSubmission } from '../../src/ports/submission-store.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';

export const GUILD = '900000000000000001';
export const OTHER_GUILD = '900000000000000002';
export const T0 = 1_760_000_000_000;

export type Write = <T>(work: (tx: StoreTx) => Promise<T>) => Promise<T>;

export function openMemory(): Promise<SqliteStore> {
  return openStore(':memory:');
}

let songs = 0;

/** A link of a member, unlike every other one. */
export function newSong(ownerId: string, more: Partial<NewSubmission> = {}): NewSubmission {
  songs += 1;
  const url = `https://soundcloud.com/artist/${songs}`;
  return {
    guildId: GUILD,
    publicId: `S${songs}`,
    ownerId,
    ownerName: `Member ${ownerId}`,
    artist: 'Artist',
    title: `Song ${songs}`,
    note: null,
    track: { kind: 'link', url, normalizedUrl: url, platform: 'soundcloud' },
    handleId: null,
    line: 'free',
    submittedAt: T0 + songs,
    askedUntil: null,
    via: 'modal',
    ...more,
  };
}

/** A song that waits in some line. */
export async function waitingSong(tx: StoreTx, ownerId: string, line: WaitingLine, at: number): Promise<Submission> {
  const song = await tx.submissions.add(newSong(ownerId, { submittedAt: at }));
  return line === 'free' ? song : tx.submissions.enter(song.id, line, at);
}

export function liveUser(userId: string, name: string, more: Partial<LiveUser> = {}): LiveUser {
  return {
    userId,
    name,
    nickname: name,
    avatarUrl: null,
    followerCount: null,
    gifterLevel: null,
    fanLevel: null,
    isModerator: false,
    ...more,
  };
}
