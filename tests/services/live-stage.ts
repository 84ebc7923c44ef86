import type { LiveUser } from '../../src/domain/live-event.ts';
import type { Submission } from '../../src/domain/submission.ts';
import type { LiveSession } from '../../src/ports/live-store.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';

export const GUILD = '900000000000000001';
export const STAFF = '300000000000000001';
export const T0 = 1_760_000_000_000;

export function liveUser(userId: string, name = `viewer${userId}`, more: Partial<LiveUser> = {}): LiveUser {
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

/** A real store in memory, and what a show needs in it. */
export class LiveStage {
  readonly store: SqliteStore;
  #songs = 0;

  constructor(store: SqliteStore) {
    this.store = store;
  }

  static async open(path = ':memory:'): Promise<LiveStage> {
    return new LiveStage(await openStore(path));
  }

  /** A waiting song; later ones are newer. */
  song(
    ownerId: string,
    more: { readonly line?: 'free' | 'pending'; readonly handleId?: number } = {},
  ): Promise<Submission> {
    this.#songs += 1;
    const number = this.#songs;
    return this.store.transaction((tx) =>
      tx.submissions.add({
        guildId: GUILD,
        publicId: `S${number}`,
        ownerId,
        ownerName: `member ${ownerId}`,
        artist: 'Artist',
        title: `Song ${number}`,
        note: null,
        track: {
          kind: 'link',
          url: `https://soundcloud.com/a/${number}`,
          normalizedUrl: `https://soundcloud.com/a/${number}`,
          platform: 'soundcloud',
        },
        handleId: more.handleId ?? null,
        line: more.line ?? 'free',
        submittedAt: T0 + number,
        askedUntil: null,
        via: 'modal',
      }),
    );
  }

  async songNow(id: number): Promise<Submission> {
    const song = await this.store.read((tx) => tx.submissions.get(id));
    if (song === null) throw new Error(`no song ${id}`);
    return song.submission;
  }

  /** Coins of the open show that a song holds or its owner has free. */
  async coinsLeft(songId: number): Promise<number> {
    return this.store.read(async (tx) => {
      const { held, free } = await tx.lives.purse(songId, (await tx.lives.openSessionId(GUILD)) ?? 0);
      return [...held, ...free].reduce((sum, { coins }) => sum + coins, 0);
    });
  }

  /** Links an account, which becomes known if it was not. @returns its row id */
  async link(user: LiveUser, memberId: string): Promise<number> {
    return this.store.transaction(async (tx) => {
      const handle = (await tx.handles.seen(GUILD, [user], T0)).get(user.userId);
      if (handle === undefined) throw new Error('not seen');
      await tx.handles.setLink(handle.id, memberId, false, T0);
      return handle.id;
    });
  }

  async setting(key: string, value: unknown): Promise<void> {
    await this.store.transaction((tx) => tx.settings.put(GUILD, key, JSON.stringify(value)));
  }

  begin(roomId = '70', startedAt = T0): Promise<LiveSession> {
    return this.store.transaction((tx) =>
      tx.lives.begin({
        guildId: GUILD,
        hostName: 'djhost',
        hostUserId: '9',
        roomId,
        persistent: false,
        askedBy: STAFF,
        startedAt,
      }),
    );
  }

  async points(handleId: number): Promise<number> {
    const handle = await this.store.read((tx) => tx.handles.get(handleId));
    return handle?.points ?? 0;
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
