import type { Failure } from '../domain/failure.ts';
import type { LiveRefusal } from '../domain/live-refusal.ts';
import {
  advance,
  IDLE,
  type LiveInput,
  type LivePolicy,
  type LiveState,
  type LiveTarget,
  type OpenSession,
  waitAfterRefusal,
} from '../domain/live-session.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { LiveRecorder } from '../ports/live-recorder.ts';
import type { LiveSource } from '../ports/live-source.ts';
import type { LiveSession } from '../ports/live-store.ts';
import { StoreError } from '../ports/store.ts';
import { LiveAsker } from './live-asker.ts';
import { attend, type Entered } from './live-attendance.ts';
import { LiveBook, openSessionOf, type SessionEnd, targetOf } from './live-book.ts';
import { type IngestPorts, LiveIngest } from './live-ingest.ts';
import { SwitchedRecording } from './live-recording.ts';
import { comeBack, jittered } from './live-return.ts';
import { statusOf } from './live-status.ts';
import { type LiveWatch, watchFor } from './live-watch.ts';
import type { LiveStatus } from './snapshots.ts';

export interface GuildLivePorts extends IngestPorts {
  readonly source: LiveSource;
  readonly recorder: LiveRecorder;
  readonly policy: LivePolicy;
}

/** `elsewhere`: the host is live again, in another room. */
type Followed = 'over' | 'elsewhere';
const MINUTE_MS = 60_000;

/**
 * One guild's LIVE: a single loop that waits, enters, follows, returns after drops and ends, and one `state` that says
 * where it is. Whoever ends it cancels the loop, waits for it to be down, and only then changes what is left.
 */
export class GuildLive {
  readonly #ports: GuildLivePorts;
  readonly #guildId: string;
  readonly #book: LiveBook;
  readonly #recording: SwitchedRecording;
  #state: LiveState = IDLE;
  #generation = 0;
  #loop: { readonly cancel: AbortController; readonly done: Promise<void> } | null = null;
  #ingest: LiveIngest | null = null;
  readonly #asker: LiveAsker;
  #ending: Promise<void> | null = null;

  constructor(ports: GuildLivePorts, guildId: string) {
    this.#ports = ports;
    this.#guildId = guildId;
    this.#book = new LiveBook(ports, guildId);
    this.#recording = new SwitchedRecording(ports.recorder, guildId);
    this.#asker = new LiveAsker(ports.log);
  }

  get status(): LiveStatus {
    return statusOf(this.#state, this.#ingest?.tally ?? null, this.#ports.clock.now());
  }

  /** Resolves when live, when refused for good, or (persistent) when the waiting began. */
  async connect(
    target: LiveTarget,
    onProgress: ((status: LiveStatus) => void) | null,
  ): Promise<Result<LiveStatus, Failure>> {
    if (this.#state.kind !== 'idle') {
      const state = this.#state.kind === 'live' || this.#state.kind === 'recovering' ? 'live' : 'trying';
      return err({ code: 'live-already', host: this.#state.target.host, state });
    }
    // What is asked here counts, not where a host whose show is over may be by now.
    this.#loop?.cancel.abort();
    const answer = this.#asker.asks(onProgress);
    this.wait(target);
    return answer;
  }

  /** @returns the session that ended; null when only an attempt was cancelled */
  async disconnect(actor: string): Promise<Result<number | null, Failure>> {
    const before = this.#state;
    await this.#cancel();
    // At most it was being looked where the host is by now.
    if (before.kind === 'idle') return err({ code: 'live-not-connected' });
    const { clock } = this.#ports;
    switch (this.#state.kind) {
      case 'live':
      case 'recovering': {
        const { sessionId } = this.#state.session;
        await this.#end({ cause: 'staff', at: clock.now(), unexpected: null, actor });
        return ok(sessionId);
      }
      case 'waiting-for-live':
      case 'connecting':
        await this.#leave(null);
        return ok(null);
      case 'ended':
      case 'idle':
        return ok(before.kind === 'live' || before.kind === 'recovering' ? before.session.sessionId : null);
    }
  }

  /** Goes on waiting for a host whom an earlier process waited for. */
  wait(target: LiveTarget): void {
    if (this.#state.kind !== 'idle') return;
    this.#ask(target);
    this.#start((signal) => this.#pursue(target, signal));
  }

  /** Goes on with a session that an earlier process left open, if its room still runs. */
  async takeUp(session: LiveSession): Promise<void> {
    const { clock, settings } = this.#ports;
    const all = await settings.all(this.#guildId);
    const ingest = new LiveIngest(this.#ports, this.#guildId, all);
    await ingest.resume(session);
    this.#ingest = ingest;
    const at = clock.now();
    const lastAt = Math.min(at, session.lastEventAt ?? session.startedAt);
    const target = targetOf(session);
    const graceMs = all['live.grace-minutes'] * MINUTE_MS;
    this.#generation += 1;
    const begun = { generation: this.#generation, target, session: openSessionOf(session), at };
    this.#apply({ kind: 'taken-up', ...begun, deadlineAt: at + graceMs });
    this.#start(async (signal) => {
      await this.#book.dropped(session.id, 'restart', lastAt);
      const back = await this.#return(signal, graceMs, 1);
      if (back === 'over' || back === 'lost') {
        const cause = back === 'over' ? 'restart' : 'lost';
        await this.#end({ cause, at: lastAt, unexpected: cause, actor: null });
        return;
      }
      if ((await this.#follow(back, signal)) === 'elsewhere') await this.#pursueAgain(target, signal);
    });
  }

  /** For the end of the process: the session stays open for the next one. */
  async stop(): Promise<void> {
    const state = this.#state;
    await this.#cancel();
    this.#asker.left(this.status);
    const ingest = this.#ingest;
    if (ingest === null) return;
    await this.#book.sure('last events', () => ingest.flush());
    ingest.stop();
    if (state.kind === 'live') {
      await this.#book.dropped(state.session.sessionId, 'restart', this.#ports.clock.now());
    }
    await this.#recording.close();
  }

  async flush(): Promise<void> {
    await this.#ingest?.flush();
  }

  /** Staff took coins back that were counted. */
  reversed(sessionId: number, coins: number): void {
    if (this.#ingest === null) return;
    if (this.#state.kind !== 'live' && this.#state.kind !== 'recovering') return;
    if (this.#state.session.sessionId !== sessionId) return;
    this.#ingest.tally.coins -= coins;
    this.#ports.bus.emit('live.counted', { guildId: this.#guildId, sessionId });
  }

  /** `live.record` was switched. */
  async settingsChanged(): Promise<void> {
    if (this.#state.kind === 'live' || this.#state.kind === 'recovering')
      await this.#record(this.#state.session.sessionId);
  }

  #ask(target: LiveTarget): void {
    this.#generation += 1;
    this.#apply({ kind: 'asked', generation: this.#generation, target, at: this.#ports.clock.now() });
  }

  #start(work: (signal: AbortSignal) => Promise<void>): void {
    const cancel = new AbortController();
    const done = work(cancel.signal).catch((error: unknown) => this.#broken(error, cancel.signal));
    this.#loop = { cancel, done };
  }

  async #cancel(): Promise<void> {
    const loop = this.#loop;
    loop?.cancel.abort();
    await loop?.done;
    // Somebody may have asked for another one meanwhile.
    if (this.#loop === loop) this.#loop = null;
  }

  /** The LIVE loop's own boundary: cancelled is fine; anything else is a bug or a store that is away. */
  async #broken(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#ports.log.error({ err: error, guildId: this.#guildId, state: this.#state.kind }, 'the LIVE loop broke');
    if (error instanceof StoreError) this.#asker.answer(err({ code: 'store-unavailable' }));
    else this.#asker.fail(error);
    if (this.#state.kind === 'live' || this.#state.kind === 'recovering') {
      await this.#end({ cause: 'lost', at: this.#ports.clock.now(), unexpected: 'lost', actor: null });
    } else if (this.#state.kind !== 'idle') await this.#leave({ kind: 'network', detail: 'internal error' });
  }

  /** Tries until the host is live and the room is entered, and follows the show. */
  async #pursue(target: LiveTarget, signal: AbortSignal): Promise<void> {
    const { clock, policy } = this.#ports;
    for (let tries = 1; ; tries += 1) {
      this.#apply({ kind: 'trying' });
      if (tries === 1 && target.persistent) await this.#book.waits(target);
      const entered = await this.#enter(target, signal);
      signal.throwIfAborted();
      if (entered.ok) {
        this.#asker.answer(ok(this.status));
        if ((await this.#follow(entered.value, signal)) === 'elsewhere') await this.#pursueAgain(target, signal);
        return;
      }
      const refusal = entered.error;
      const wait = target.persistent ? waitAfterRefusal(refusal, tries, policy) : null;
      if (wait === null) {
        return this.#leave(refusal, { code: 'live-refused', host: target.host, refusal });
      }
      const ms = jittered(this.#ports, wait);
      this.#apply({ kind: 'refused', refusal, nextTryAt: clock.now() + ms });
      this.#asker.answer(ok(this.status));
      await clock.sleep(ms, signal);
    }
  }

  /** Nobody is waited for any more, here or by the next process. */
  async #leave(refusal: LiveRefusal | null, answer?: Failure): Promise<void> {
    await this.#book.waits(null);
    if (answer !== undefined) this.#asker.answer(err(answer));
    this.#apply({ kind: 'left', refusal });
  }

  /** The host's LIVE went on in another room: a new show of the same host, followed without being asked again. */
  async #pursueAgain(target: LiveTarget, signal: AbortSignal): Promise<void> {
    this.#ask(target);
    await this.#pursue(target, signal);
  }

  async #enter(target: LiveTarget, signal: AbortSignal): Promise<Result<Entered, LiveRefusal>> {
    const { source, clock, settings } = this.#ports;
    const found = await source.find(target.host, signal);
    if (!found.ok) return found;
    const ingest = new LiveIngest(this.#ports, this.#guildId, await settings.all(this.#guildId));
    const { roomId } = found.value;
    await ingest.enters(roomId);
    const watch = this.#listen(ingest);
    const opened = await source.open({ roomId, host: target.host, urgent: false }, watch, signal);
    if (!opened.ok) return opened;
    const connection = opened.value;
    try {
      signal.throwIfAborted();
      ingest.expect({ kind: 'none' });
      const { hostUserId, hostName } = connection.room;
      const session = await this.#book.begin(target, {
        roomId,
        hostUserId: hostUserId ?? found.value.hostUserId,
        hostName: hostName ?? found.value.hostName,
      });
      this.#ingest = ingest;
      ingest.begin(session);
      this.#apply({ kind: 'opened', session: openSessionOf(session), host: session.hostName });
      this.#ports.bus.emit('notice.stored', { guildId: this.#guildId });
      await this.#record(session.id);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.#ports.log.info({ guildId: this.#guildId, host: target.host, roomId, at: clock.now() }, 'LIVE entered');
    return ok({ connection, watch });
  }

  /** Stays in the room, and returns to it after drops, until the show is over. */
  async #follow(first: Entered, signal: AbortSignal): Promise<Followed> {
    for (let entered = first; ; ) {
      const parting = await attend(this.#ports, entered, () => this.#ingest?.silentMs ?? 0, signal);
      if (parting.kind === 'over') {
        await this.#end({
          cause: 'host',
          at: this.#ports.clock.now(),
          unexpected: parting.suspended ? 'TikTok suspended the stream' : 'host',
          actor: null,
        });
        return parting.told ? 'over' : this.#whereNow(signal);
      }
      const droppedAt = this.#ports.clock.now() - entered.watch.silentMs;
      const graceMs = await this.#drop(parting.cause, droppedAt);
      const back = await this.#return(signal, graceMs, 2);
      if (back === 'lost') {
        await this.#end({ cause: 'lost', at: droppedAt, unexpected: 'lost', actor: null });
        return 'over';
      }
      if (back === 'over') {
        await this.#end({ cause: 'host', at: this.#ports.clock.now(), unexpected: 'host', actor: null });
        return this.#whereNow(signal);
      }
      entered = back;
    }
  }

  /** @returns how long to try to come back, ms */
  async #drop(cause: string, at: number): Promise<number> {
    if (this.#state.kind !== 'live') throw new Error(`dropped while ${this.#state.kind}`);
    const { session } = this.#state;
    const { clock, log, settings } = this.#ports;
    const graceMs = (await settings.all(this.#guildId))['live.grace-minutes'] * MINUTE_MS;
    this.#ingest?.settle('drop');
    if (this.#ingest !== null) this.#ingest.tally.gaps += 1;
    this.#apply({ kind: 'dropped', cause, at, deadlineAt: clock.now() + graceMs });
    log.info({ guildId: this.#guildId, sessionId: session.sessionId, cause }, 'LIVE connection dropped');
    await this.#book.dropped(session.sessionId, cause, at);
    return graceMs;
  }

  /** @param confirmations how often the room must be told to be over before that is believed */
  async #return(signal: AbortSignal, graceMs: number, confirmations: number): Promise<Entered | 'over' | 'lost'> {
    const ingest = this.#ingest;
    if (this.#state.kind !== 'recovering' || ingest === null) throw new Error(`returning while ${this.#state.kind}`);
    const { session, target } = this.#state;
    const back = await comeBack(
      this.#ports,
      { roomId: session.roomId, host: target.host, graceMs, confirmations },
      {
        listen: () => this.#listen(ingest),
        trying: () => this.#apply({ kind: 'trying' }),
        refused: (refusal, nextTryAt) => this.#apply({ kind: 'refused', refusal, nextTryAt }),
      },
      signal,
    );
    if (typeof back !== 'string') await this.#cameBack(session, back.connection.room.hostName ?? target.host);
    return back;
  }

  async #cameBack(session: OpenSession, host: string): Promise<void> {
    const { clock, log } = this.#ports;
    const ingest = this.#ingest;
    if (ingest !== null && this.#state.kind === 'recovering') {
      ingest.expect({ kind: 'none' });
      ingest.tally.reconnects += 1;
      ingest.tally.gapMs += Math.max(0, clock.now() - this.#state.attempt.sinceAt);
    }
    this.#apply({ kind: 'opened', session, host });
    log.info({ guildId: this.#guildId, sessionId: session.sessionId }, 'LIVE entered again');
    await this.#book.returned(session.sessionId, host);
    await this.#record(session.sessionId);
  }

  /** Once, however many ask for it; done when everything is stored. */
  #end(end: SessionEnd): Promise<void> {
    this.#ending ??= this.#endNow(end).finally(() => {
      this.#ending = null;
    });
    return this.#ending;
  }

  async #endNow(end: SessionEnd): Promise<void> {
    if (this.#state.kind !== 'live' && this.#state.kind !== 'recovering') return;
    const { session, target } = this.#state;
    const { bus, log } = this.#ports;
    const guildId = this.#guildId;
    const ingest = this.#ingest;
    ingest?.settle(end.cause === 'restart' ? 'restart' : 'stream-end');
    await this.#book.sure('last events', async () => ingest?.flush());
    await this.#book.end(session, target.host, end);
    ingest?.stop();
    await this.#recording.close();
    log.info({ guildId, sessionId: session.sessionId, cause: end.cause }, 'LIVE session ended');
    this.#ingest = null;
    this.#apply({ kind: 'ended', cause: end.cause });
    this.#apply({ kind: 'left', refusal: null });
    bus.emit('session.ended', { guildId, sessionId: session.sessionId });
    bus.emit('notice.stored', { guildId });
    // Credit ended with the session.
    bus.emit('queue.changed', { guildId });
  }

  /** After an end that the stream itself did not tell: the host may be live in another room by now. */
  async #whereNow(signal: AbortSignal): Promise<Followed> {
    if (this.#state.kind !== 'idle' || this.#state.lastHost === null) return 'over';
    const found = await this.#ports.source.find(this.#state.lastHost, signal);
    signal.throwIfAborted();
    return found.ok ? 'elsewhere' : 'over';
  }

  #listen(ingest: LiveIngest): LiveWatch {
    return watchFor(ingest, this.#recording, this.#ports.clock);
  }

  async #record(sessionId: number): Promise<void> {
    const { settings } = this.#ports;
    await this.#recording.wish((await settings.all(this.#guildId))['live.record'], sessionId);
  }

  #apply(input: LiveInput): void {
    this.#state = advance(this.#state, input);
    this.#ports.bus.emit('live.changed', { guildId: this.#guildId });
    this.#asker.changed(this.status);
  }
}
