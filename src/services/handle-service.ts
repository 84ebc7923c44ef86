import type { Failure } from '../domain/failure.ts';
import { type Handle, handleKey, parseHandleName } from '../domain/handle.ts';
import { PUBLIC_ID_ALPHABET } from '../domain/public-id.ts';
import { pageOf } from '../domain/queue.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { HandleProof } from '../ports/handle-store.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { type GiftCredit, type MovedSong, tellMoves } from './gift-credit.ts';
import { ownPlaces, summedPoints } from './queue-reads.ts';
import type { SettingsService } from './settings-service.ts';
import type { LeaderboardRow, MemberStats } from './snapshots.ts';
import { audit } from './staff-record.ts';

export interface HandlePorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly credit: Pick<GiftCredit, 'apply'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

export interface Linked {
  readonly handle: Handle;
  /** Not linked yet: this code, typed in the host's LIVE chat by that account, links it. */
  readonly proof: { readonly code: string; readonly expiresAt: number } | null;
}

/** What a proof in the LIVE chat changed. */
export interface Proven {
  readonly handle: Handle;
  readonly userId: string;
  /** Who had it linked without proof until now. */
  readonly previousUserId: string | null;
  readonly moved: readonly MovedSong[];
}

export type ResetTarget =
  | { readonly kind: 'member'; readonly userId: string }
  | { readonly kind: 'handle'; readonly text: string }
  | { readonly kind: 'all' };

const SUGGESTED = 25;
/** Prefix search begins here; shorter ones would list half of TikTok. */
const PREFIX_MIN = 2;
const LEADERBOARD_PAGE = 10;
const PROOF_LENGTH = 6;
/** How long a proof code may be typed, ms. */
const PROOF_MS = 60 * 60_000;

/** TikTok handles and whose they are, their points, and the boards made of them. */
export class HandleService {
  readonly #ports: HandlePorts;
  /** Open proofs per guild, so that a comment of a busy LIVE costs no query. Dropped whenever they change. */
  readonly #proofs = new Map<string, readonly HandleProof[]>();

  constructor(ports: HandlePorts) {
    this.#ports = ports;
  }

  async link(guildId: string, userId: string, text: string): Promise<Result<Linked, Failure>> {
    const name = parseHandleName(text);
    if (name === null) return err({ code: 'handle-invalid', asked: text.trim().slice(0, 60) });
    const { store, settings, clock } = this.#ports;
    const { 'handles.policy': policy, 'handles.limit': limit } = await settings.all(guildId);
    const at = clock.now();
    const linked = await store.transaction(
      async (tx): Promise<Result<Linked & { readonly moved: readonly MovedSong[] }, Failure>> => {
        const known = await tx.handles.byName(guildId, name);
        const refused = await linkRefusal(tx, known, guildId, userId, name, policy, limit);
        if (refused !== null) return err(refused);
        const handle = known ?? (await tx.handles.addUnseen(guildId, name));
        if (policy === 'proven') {
          const proof = await this.#newProof(tx, guildId, userId, handle, at);
          return ok({ handle, proof, moved: [] });
        }
        const after = await tx.handles.setLink(handle.id, userId, false, at);
        return ok({ handle: after, proof: null, moved: await this.#ports.credit.apply(tx, guildId, userId, at) });
      },
    );
    if (!linked.ok) return linked;
    const { handle, proof, moved } = linked.value;
    if (proof === null) this.#linksChanged(guildId, moved);
    else this.#proofs.delete(guildId);
    return ok({ handle, proof });
  }

  async unlink(guildId: string, userId: string, text: string): Promise<Result<Handle, Failure>> {
    const { store, clock } = this.#ports;
    const unlinked = await store.transaction(async (tx): Promise<Result<Handle, Failure>> => {
      const key = handleKey(parseHandleName(text) ?? '');
      // By what the member's own list shows: another account may go by that name since.
      const own = (await tx.handles.ofMember(guildId, userId)).find(({ name }) => handleKey(name) === key);
      if (own !== undefined) return ok(await tx.handles.setLink(own.id, null, false, clock.now()));
      const found = await namedIn(tx, guildId, text);
      return found.ok ? err({ code: 'handle-not-linked', name: found.value.name }) : found;
    });
    if (unlinked.ok) this.#linksChanged(guildId, []);
    return unlinked;
  }

  /** Whoever had it before loses it and is told. */
  async adminLink(guildId: string, actor: string, userId: string, text: string): Promise<Result<Handle, Failure>> {
    const name = parseHandleName(text);
    if (name === null) return err({ code: 'handle-invalid', asked: text.trim().slice(0, 60) });
    const { store, clock, credit } = this.#ports;
    const at = clock.now();
    const linked = await store.transaction(
      async (tx): Promise<Result<{ readonly handle: Handle; readonly moved: readonly MovedSong[] }, Failure>> => {
        const before = (await tx.handles.byName(guildId, name)) ?? (await tx.handles.addUnseen(guildId, name));
        if (before.linkedUserId === userId)
          return err({ code: 'handle-already-yours', name: before.name, staff: true });
        const handle = await tx.handles.setLink(before.id, userId, false, at);
        await audit(tx, guildId, actor, 'handle.link', handle.name, { userId: before.linkedUserId }, { userId }, at);
        if (before.linkedUserId !== null) await tellLost(tx, handle, before.linkedUserId, 'staff', at);
        return ok({ handle, moved: await credit.apply(tx, guildId, userId, at) });
      },
    );
    if (!linked.ok) return linked;
    this.#linksChanged(guildId, linked.value.moved);
    this.#ports.bus.emit('notice.stored', { guildId });
    return ok(linked.value.handle);
  }

  async adminUnlink(guildId: string, actor: string, text: string): Promise<Result<Handle, Failure>> {
    const { store, clock } = this.#ports;
    const at = clock.now();
    const unlinked = await store.transaction(async (tx): Promise<Result<Handle, Failure>> => {
      const found = await namedIn(tx, guildId, text);
      if (!found.ok) return found;
      const before = found.value;
      if (before.linkedUserId === null) return err({ code: 'handle-not-linked', name: before.name, staff: true });
      const handle = await tx.handles.setLink(before.id, null, false, at);
      await audit(tx, guildId, actor, 'handle.unlink', handle.name, { userId: before.linkedUserId }, null, at);
      await tellLost(tx, handle, before.linkedUserId, 'staff', at);
      return ok(handle);
    });
    if (!unlinked.ok) return unlinked;
    this.#linksChanged(guildId, []);
    this.#ports.bus.emit('notice.stored', { guildId });
    return unlinked;
  }

  ofMember(guildId: string, userId: string): Promise<readonly Handle[]> {
    return this.#ports.store.read((reads) => reads.handles.ofMember(guildId, userId));
  }

  suggestUnlinked(guildId: string, prefix: string): Promise<readonly Handle[]> {
    return this.#suggest(guildId, 'unlinked', prefix);
  }

  async suggestOwn(guildId: string, userId: string, prefix: string): Promise<readonly Handle[]> {
    const key = handleKey(prefix.trim().replace(/^@/, ''));
    const own = await this.ofMember(guildId, userId);
    return own.filter(({ name }) => handleKey(name).startsWith(key)).slice(0, SUGGESTED);
  }

  suggestAny(guildId: string, prefix: string): Promise<readonly Handle[]> {
    return this.#suggest(guildId, 'any', prefix);
  }

  /** @param page zero-based, clamped */
  async leaderboard(
    guildId: string,
    page: number,
  ): Promise<{
    readonly rows: readonly LeaderboardRow[];
    readonly page: number;
    readonly pages: number;
    readonly total: number;
  }> {
    return this.#ports.store.read(async (reads) => {
      const total = await reads.handles.leaderboardTotal(guildId);
      const where = pageOf(page, LEADERBOARD_PAGE, total);
      const handles = await reads.handles.leaderboard(guildId, where.offset, LEADERBOARD_PAGE);
      const rows = handles.map((handle, index) => ({
        rank: where.offset + index + 1,
        handleId: handle.id,
        handle: handle.name,
        nickname: handle.nickname,
        linkedUserId: handle.linkedUserId,
        points: handle.points,
      }));
      return { rows, page: where.page, pages: where.pages, total };
    });
  }

  async stats(guildId: string, userId: string): Promise<MemberStats> {
    const now = this.#ports.clock.now();
    return this.#ports.store.read(async (reads) => {
      const handles = await reads.handles.withPoints(guildId, [userId], []);
      const best = handles[0]?.handle;
      return {
        handles: handles.map(({ handle: { name, points, proven } }) => ({ name, points, proven })),
        score: handles.reduce((sum, { handle }) => sum + handle.points, 0),
        points: summedPoints(handles.map(({ balance }) => balance)),
        rank: best === undefined ? null : await reads.handles.rank(best),
        submitted: await reads.submissions.ownTotal(guildId, userId),
        played: await reads.plays.countOf(guildId, userId),
        waiting: await ownPlaces(reads, guildId, userId, now),
      };
    });
  }

  /** Points of handles fall to 0; links stay. */
  async reset(
    guildId: string,
    actor: string,
    target: ResetTarget,
  ): Promise<Result<{ readonly handles: number; readonly points: number }, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const done = await store.transaction(
      async (tx): Promise<Result<{ readonly handles: number; readonly points: number }, Failure>> => {
        const counted = await this.#resetIn(tx, guildId, actor, target, at);
        if (!counted.ok) return counted;
        const named = target.kind === 'member' ? target.userId : target.kind === 'handle' ? target.text : null;
        await audit(tx, guildId, actor, `points.reset-${target.kind}`, named, counted.value, null, at);
        return counted;
      },
    );
    if (done.ok) bus.emit('queue.changed', { guildId });
    return done;
  }

  /**
   * Looks for an open code in a comment of the LIVE chat; inside the transaction of its batch. A proven link takes the
   * place of an unproven one. After commit the caller tells `proofConfirmed`.
   * @returns null when the comment proves nothing
   */
  async confirmProof(
    tx: StoreTx,
    guildId: string,
    account: { readonly userId: string; readonly name: string },
    text: string,
    at: number,
  ): Promise<Proven | null> {
    const open = await this.#openProofs(tx, guildId, at);
    if (open.length === 0) return null;
    const words = new Set(text.toUpperCase().split(/[^A-Z0-9]+/));
    const key = handleKey(account.name);
    const proof = open.find(({ code, nameKey, expiresAt }) => nameKey === key && expiresAt > at && words.has(code));
    if (proof === undefined) return null;
    const before = await tx.handles.byName(guildId, account.name);
    if (before === null || before.tiktokUserId !== account.userId) return null;
    this.#proofs.delete(guildId);
    // The member's data may have been deleted since the codes were read.
    if (!(await tx.handles.dropProof(guildId, proof.userId, key))) return null;
    if (before.proven && before.linkedUserId !== null && before.linkedUserId !== proof.userId) return null;
    const handle = await tx.handles.setLink(before.id, proof.userId, true, at);
    const previousUserId = before.linkedUserId === proof.userId ? null : before.linkedUserId;
    await tx.outbox.add({
      guildId,
      dedupeKey: `proven:${handle.id}:${proof.userId}:${at}`,
      target: { kind: 'member', userId: proof.userId },
      notice: { kind: 'handle-proven', name: handle.name },
      at,
    });
    if (previousUserId !== null) await tellLost(tx, handle, previousUserId, 'proven', at);
    const moved = await this.#ports.credit.apply(tx, guildId, proof.userId, at);
    return { handle, userId: proof.userId, previousUserId, moved };
  }

  /** After the transaction of `confirmProof` was committed. */
  proofConfirmed(guildId: string, proven: Proven): void {
    this.#linksChanged(guildId, proven.moved);
    this.#ports.bus.emit('notice.stored', { guildId });
  }

  async #openProofs(tx: StoreTx, guildId: string, at: number): Promise<readonly HandleProof[]> {
    const known = this.#proofs.get(guildId);
    if (known !== undefined) return known;
    const proofs = await tx.handles.proofs(guildId, at);
    this.#proofs.set(guildId, proofs);
    return proofs;
  }

  async #newProof(tx: StoreTx, guildId: string, userId: string, handle: Handle, at: number) {
    let code = '';
    for (let n = 0; n < PROOF_LENGTH; n += 1) {
      code += PUBLIC_ID_ALPHABET.charAt(Math.floor(this.#ports.clock.random() * PUBLIC_ID_ALPHABET.length));
    }
    const proof = { code, expiresAt: at + PROOF_MS };
    await tx.handles.putProof({ guildId, userId, nameKey: handleKey(handle.name), ...proof });
    return proof;
  }

  async #resetIn(
    tx: StoreTx,
    guildId: string,
    actor: string,
    target: ResetTarget,
    at: number,
  ): Promise<Result<{ readonly handles: number; readonly points: number }, Failure>> {
    const ref = `staff:${actor}`;
    if (target.kind === 'all') {
      await tx.plays.forgetPoints(guildId, 'all');
      return ok(await tx.points.takeAll(guildId, 'reset', ref, at));
    }
    let handles: readonly Handle[];
    if (target.kind === 'member') handles = await tx.handles.ofMember(guildId, target.userId);
    else {
      const found = await namedIn(tx, guildId, target.text);
      if (!found.ok) return found;
      handles = [found.value];
    }
    const ids = handles.map(({ id }) => id);
    await tx.plays.forgetPoints(guildId, ids);
    const taken = await tx.points.take(guildId, ids, 'reset', ref, at);
    return ok({ handles: handles.length, points: taken.reduce((sum, { points }) => sum + points, 0) });
  }

  async #suggest(guildId: string, scope: 'unlinked' | 'any', typed: string): Promise<readonly Handle[]> {
    const prefix = typed.trim().replace(/^@/, '');
    if (prefix.length < PREFIX_MIN || prefix.length > 40) return [];
    return this.#ports.store.read((reads) => reads.handles.suggest(guildId, scope, prefix, SUGGESTED));
  }

  #linksChanged(guildId: string, moved: readonly MovedSong[]): void {
    const { bus } = this.#ports;
    tellMoves(bus, guildId, moved);
    bus.emit('queue.changed', { guildId });
  }
}

async function linkRefusal(
  tx: StoreTx,
  known: Handle | null,
  guildId: string,
  userId: string,
  name: string,
  policy: 'open' | 'seen' | 'proven',
  limit: number,
): Promise<Failure | null> {
  const proves = policy === 'proven';
  if (known?.linkedUserId === userId && (!proves || known.proven)) {
    return { code: 'handle-already-yours', name: known.name };
  }
  // Where links are proven, one that is not gives way to one that is.
  const isTaken = known !== null && known.linkedUserId !== null && known.linkedUserId !== userId;
  if (isTaken && (!proves || known.proven)) return { code: 'handle-taken', name: known.name };
  if (policy === 'seen' && (known === null || known.lastSeenAt === null)) return { code: 'handle-not-seen', name };
  const own = await tx.handles.ofMember(guildId, userId);
  return own.length >= limit && known?.linkedUserId !== userId ? { code: 'handle-limit', limit } : null;
}

async function namedIn(tx: StoreTx, guildId: string, text: string): Promise<Result<Handle, Failure>> {
  const name = parseHandleName(text);
  if (name === null) return err({ code: 'handle-invalid', asked: text.trim().slice(0, 60) });
  const handle = await tx.handles.byName(guildId, name);
  return handle === null ? err({ code: 'handle-unknown', name }) : ok(handle);
}

async function tellLost(
  tx: StoreTx,
  handle: Handle,
  userId: string,
  why: 'proven' | 'staff',
  at: number,
): Promise<void> {
  await tx.outbox.add({
    guildId: handle.guildId,
    dedupeKey: `lost:${handle.id}:${userId}:${at}`,
    target: { kind: 'member', userId },
    notice: { kind: 'handle-lost', name: handle.name, why },
    at,
  });
}
