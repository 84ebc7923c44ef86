import type { Failure } from '../domain/failure.ts';
import { canUndo } from '../domain/queue.ts';
import { ERASED, isPlayLine, type Submission } from '../domain/submission.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Play } from '../ports/play-store.ts';
import type { StoreTx } from '../ports/store.ts';
import { justPlayed, onAirOf, ownersOf, toOnAir } from './queue-reads.ts';
import type { OnAir } from './snapshots.ts';
import { audit, recordMove } from './staff-record.ts';

export interface Taken {
  readonly onAir: OnAir;
  readonly previous: OnAir | null;
}

/**
 * "Next", inside one transaction: the first song of the one order goes on air and the one on air ends. What that costs
 * its owner (points of a free song, coins that moved a paid one) is noted with the play, so that undo gives it back.
 */
export async function takeNext(
  tx: StoreTx,
  guildId: string,
  actor: string,
  at: number,
  expectedPlayId: number | null | undefined,
): Promise<Result<Taken, Failure>> {
  const current = await tx.plays.onAir(guildId);
  const stale = expectedPlayId === undefined ? null : await staleNext(tx, current, expectedPlayId);
  if (stale !== null) return err(stale);
  const [first] = await tx.submissions.playable(guildId, 0, 1);
  if (first === undefined) return err({ code: 'queue-empty', pending: (await tx.submissions.counts(guildId)).pending });
  const song = first.submission;
  const previous = current === null ? null : await onAirOf(tx, current);
  if (current !== null) await tx.plays.end(current.id, at);
  const { play, after } = await putOnAir(tx, song, actor, at, current?.id ?? null);
  await audit(tx, guildId, actor, 'queue.next', song.publicId, { line: song.line }, { play: play.id }, at);
  await tx.outbox.add({
    guildId,
    dedupeKey: `on-air:${play.id}`,
    target: { kind: 'member', userId: song.ownerId },
    notice: { kind: 'on-air', publicId: song.publicId, title: song.title },
    at,
  });
  return ok({ onAir: toOnAir(play, { submission: after, media: first.media }), previous });
}

async function putOnAir(
  tx: StoreTx,
  song: Submission,
  actor: string,
  at: number,
  replacedPlayId: number | null,
): Promise<{ readonly play: Play; readonly after: Submission }> {
  const { guildId, line } = song;
  if (!isPlayLine(line)) throw new Error(`the first song of the queue stands in ${line}`);
  const [owner] = await ownersOf(tx, guildId, [song]);
  // While the song still stands where its coins brought it.
  const coinsTaken = await tx.lives.useUp(song.id);
  const counted = line === 'free' ? (owner?.counted ?? []) : [];
  const pointsTaken = await tx.points.take(guildId, counted, 'song-played', `song:${song.publicId}`, at);
  const after = await tx.submissions.finish(song.id, 'archive');
  await recordMove(tx, song, after, 'play', actor, null, at);
  if (song.track.kind === 'file') await tx.media.touch(song.track.sha256, at);
  const play = await tx.plays.add({
    guildId,
    submissionId: song.id,
    sessionId: await tx.lives.openSessionId(guildId),
    startedAt: at,
    byUserId: actor,
    fromLine: line,
    fromRank: song.rank,
    score: song.score,
    pointsTaken,
    coinsTaken,
    shown: { handle: owner?.handle ?? null, points: owner?.points ?? {}, coins: owner?.coins ?? 0 },
    replacedPlayId,
  });
  return { play, after };
}

/** Why a press on a button that showed `expected` on air must not take a song; null when it may. */
async function staleNext(tx: StoreTx, current: Play | null, expected: number | null): Promise<Failure | null> {
  if (current !== null && current.id !== expected) {
    return justPlayed(await onAirOf(tx, current));
  }
  if (current !== null || expected === null) return null;
  // Nothing is on air though the button showed something. After Stop that is fine; after an undo the button's song would
  // be taken again, which nobody meant.
  const shown = await tx.plays.get(expected);
  return shown === null || shown.undoneAt !== null ? { code: 'panel-outdated' } : null;
}

/** The exact opposite of the newest "next". */
export async function undoNewest(
  tx: StoreTx,
  guildId: string,
  actor: string,
  at: number,
  expectedPlayId: number | undefined,
): Promise<Result<{ readonly restored: Submission; readonly onAir: OnAir | null }, Failure>> {
  const play = await tx.plays.newest(guildId);
  if (play === null) return err({ code: 'nothing-to-undo' });
  const refused = await undoRefusal(tx, play, at, expectedPlayId);
  if (refused !== null) return err(refused);
  const before = await tx.submissions.get(play.submissionId);
  if (before === null || before.submission.line !== 'archive') return err({ code: 'nothing-to-undo' });
  // Nothing is left of it that could be played.
  if (before.submission.ownerId === ERASED) return err({ code: 'nothing-to-undo' });
  const ref = `song:${before.submission.publicId}`;
  const restored = await tx.submissions.restore(play.submissionId, play.fromLine, play.fromRank);
  await tx.points.giveBack(guildId, play.pointsTaken, 'undo', ref, at);
  await tx.lives.giveBack(play.coinsTaken);
  await tx.lives.hold(play.submissionId, play.coinsTaken);
  await tx.plays.undo(play.id, at);
  await recordMove(tx, before.submission, restored, 'undo', actor, null, at);
  await audit(tx, guildId, actor, 'queue.undo', restored.publicId, { play: play.id }, { line: restored.line }, at);
  if (play.replacedPlayId !== null) await tx.plays.reopen(play.replacedPlayId);
  const onAir = await tx.plays.onAir(guildId);
  const song = await tx.submissions.get(play.submissionId);
  return ok({
    restored: song?.submission ?? restored,
    onAir: onAir === null ? null : await onAirOf(tx, onAir),
  });
}

async function undoRefusal(
  tx: StoreTx,
  newest: Play,
  at: number,
  expectedPlayId: number | undefined,
): Promise<Failure | null> {
  if (expectedPlayId !== undefined && expectedPlayId !== newest.id) {
    const shown = await tx.plays.get(expectedPlayId);
    if (shown === null || shown.guildId !== newest.guildId || shown.undoneAt !== null) {
      return { code: 'nothing-to-undo' };
    }
    return tooLate(tx, shown);
  }
  return canUndo(newest.endedAt, at) ? null : tooLate(tx, newest);
}

async function tooLate(tx: StoreTx, play: Play): Promise<Failure> {
  const { submission } = await onAirOf(tx, play);
  return { code: 'undo-too-late', publicId: submission.publicId };
}
