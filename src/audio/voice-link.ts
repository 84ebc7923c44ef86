import type { VoiceTrouble } from '../domain/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { LinkState, LinkTelemetry, VoiceGateway, VoiceMeter } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { closeAction } from './close-codes.ts';
import { LinkJournal } from './link-journal.ts';
import { NO_TRIES, nextTry, STABLE_MS, type Tries } from './retry-plan.ts';
import type { PacketOutput } from './voice-player.ts';
import { type DisconnectCause, VoiceWire, type WireListener } from './voice-wire.ts';

export interface VoiceLinkParts {
  readonly guildId: string;
  /** Keeps the library's connections of several links to one guild apart. */
  readonly group: string;
  readonly gateway: VoiceGateway;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: VoiceMeter;
  readonly onChange: (state: LinkState) => void;
  /** Where sound goes from now on; told before the change it comes with. */
  readonly onOutput: (output: PacketOutput | null) => void;
}

type JoinResult = Result<void, VoiceTrouble>;

type State =
  | { readonly kind: 'away'; readonly why: VoiceTrouble | 'alone' | null }
  | {
      readonly kind: 'joining';
      readonly channelId: string;
      readonly wire: VoiceWire;
      /** The channel the bot is in while it moves. */
      readonly from: string | null;
      readonly closes: number;
      readonly settle: (result: JoinResult) => void;
    }
  | { readonly kind: 'ready'; readonly channelId: string; readonly wire: VoiceWire }
  | {
      readonly kind: 'recovering';
      readonly channelId: string;
      readonly why: VoiceTrouble;
      /** Null between two tries. */
      readonly wire: VoiceWire | null;
      readonly nextTryAt: number | null;
      readonly isCoolDown: boolean;
      /** Monotonic ms when sound was last possible. */
      readonly since: number;
    };

/** Unanswered by Discord: no permission, a full or a deleted channel. */
const JOIN_DEADLINE_MS = 20_000;
/** After a 4014 a move has told its new server by then. */
const MOVE_MS = 5_000;
/** A move within one voice server brings no new server event. */
const SAME_SERVER_MS = 3_000;
const CLOSES_WHILE_JOINING = 2;

/** One guild's way into voice: one state, changed in one place; it returns after every drop that can be helped. */
export class VoiceLink implements WireListener {
  readonly #parts: VoiceLinkParts;
  readonly #journal: LinkJournal;
  #state: State = { kind: 'away', why: null };
  #tries: Tries = NO_TRIES;
  /** The one timer of the present state. */
  #timer: () => void = () => undefined;

  constructor(parts: VoiceLinkParts) {
    this.#parts = parts;
    this.#journal = new LinkJournal(parts.clock, parts.meter);
  }

  get state(): LinkState {
    const state = this.#state;
    if (state.kind === 'away') return state;
    const { channelId } = state;
    if (state.kind === 'joining') return { kind: 'joining', channelId, attempt: 1 };
    if (state.kind === 'ready') return { kind: 'ready', channelId, attempt: 0 };
    return { kind: 'recovering', channelId, attempt: this.#tries.total, why: state.why, nextTryAt: state.nextTryAt };
  }

  get telemetry(): LinkTelemetry {
    const state = this.#state;
    const isCool = state.kind === 'recovering' && state.isCoolDown;
    return this.#journal.telemetry({
      pingMs: state.kind === 'ready' ? state.wire.pingMs : null,
      attempts: this.#tries.total,
      coolDownUntil: isCool ? state.nextTryAt : null,
    });
  }

  join(channelId: string): Promise<JoinResult> {
    const state = this.#state;
    if (state.kind === 'ready' && state.channelId === channelId) return Promise.resolve(ok(undefined));
    const refusal = this.#refusal(channelId);
    const creator = this.#parts.gateway.adapterFor(this.#parts.guildId);
    if (refusal !== null || creator === null) return Promise.resolve(err(refusal ?? 'lost'));
    this.#tries = NO_TRIES;
    return new Promise((settle) => {
      const moves = state.kind === 'ready' ? state : null;
      const wire = moves?.wire ?? new VoiceWire(this);
      const from = moves?.channelId ?? null;
      this.#enter({ kind: 'joining', channelId, wire, from, closes: 0, settle });
      this.#after(JOIN_DEADLINE_MS, () => this.#joinFailed('timeout'));
      if (moves === null) wire.open(this.#where(channelId), creator);
      else if (!wire.move(channelId)) this.#joinFailed('lost');
    });
  }

  /** Where a restart interrupted: keeps trying. */
  rejoin(channelId: string): void {
    this.#tries = NO_TRIES;
    this.#recover(channelId, 'lost', null);
    this.#tryAgain(channelId);
  }

  leave(why: 'alone' | null): void {
    if (this.#state.kind !== 'away' || this.#state.why !== null) this.#enter({ kind: 'away', why });
  }

  // ---- what the wire tells

  ready(wire: VoiceWire): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    // A move within the guild: the old channel's connection says ready too.
    if (state.kind === 'joining' && state.from !== null && state.from !== state.channelId) return;
    this.#enterReady(state.channelId, wire);
  }

  interrupted(wire: VoiceWire): void {
    const state = this.#state;
    if (state.kind !== 'ready' || state.wire !== wire) return;
    this.#recover(state.channelId, 'lost', wire);
    this.#after(JOIN_DEADLINE_MS, () => this.#retry('timeout'));
  }

  disconnected(wire: VoiceWire, cause: DisconnectCause): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    if (state.kind === 'joining') {
      if (cause === 'main-connection') this.#joinFailed('lost');
      return;
    }
    if (cause === 'main-connection') {
      this.#retry('lost');
      return;
    }
    this.#recover(state.channelId, 'lost', wire);
    this.#after(cause === 'no-server' ? JOIN_DEADLINE_MS : MOVE_MS, () => this.#retry('lost'));
  }

  closed(_wire: VoiceWire, code: number): void {
    this.#journal.closed(code);
    this.#log('info', { code }, 'voice closed');
  }

  resuming(wire: VoiceWire): void {
    const state = this.#state;
    if (state.kind === 'joining' || !isOf(state, wire) || this.#journal.mayResume()) return;
    this.#retry('lost');
  }

  closedForGood(wire: VoiceWire, code: number): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    const action = closeAction(code);
    if (action.kind === 'wait') return;
    if (state.kind === 'joining') {
      const goesOn = action.kind === 'rejoin' && state.closes < CLOSES_WHILE_JOINING;
      if (goesOn) this.#state = { ...state, closes: state.closes + 1 };
      else this.#joinFailed(action.kind === 'rejoin' ? 'lost' : action.why);
      return;
    }
    switch (action.kind) {
      case 'rejoin':
        // The first one is the library's, at once. From then on there is time between two tries.
        if (this.#tries.inRow > 0) this.#retry('lost');
        else this.#tries = { ...this.#tries, inRow: 1, total: this.#tries.total + 1 };
        break;
      case 'retry':
        this.#retry(action.why);
        break;
      case 'cool-down':
        this.#retry(action.why, true);
        break;
      case 'give-up':
        this.#log('error', { code, why: action.why }, 'voice gives up');
        this.#enter({ kind: 'away', why: action.why });
        break;
    }
  }

  ownChannel(wire: VoiceWire, channelId: string | null): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    if (channelId === null) {
      // A fresh wire may still hear of the leave before it.
      if (state.kind === 'joining' || (state.kind === 'recovering' && !wire.isReady && state.why === 'timeout')) return;
      this.#enter({ kind: 'away', why: this.#exists(state.channelId) ? 'kicked' : 'gone' });
      return;
    }
    if (state.kind === 'joining') {
      if (channelId !== state.channelId || state.from === null) return;
      // From here on "ready" means the new channel.
      this.#state = { ...state, from: channelId };
      this.#after(SAME_SERVER_MS, () => this.#onSameServer(wire));
      return;
    }
    // Moved by staff: it follows.
    if (channelId !== state.channelId) this.#enter({ ...state, channelId });
  }

  ended(wire: VoiceWire): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    if (state.kind === 'joining') this.#joinFailed('lost');
    else this.#retry('lost');
  }

  trouble(_wire: VoiceWire, error: Error): void {
    this.#log('warn', { err: error }, 'voice reports trouble');
  }

  // ---- what follows from it

  #onSameServer(wire: VoiceWire): void {
    const state = this.#state;
    if (!isOf(state, wire)) return;
    if (wire.isReady) this.#enterReady(state.channelId, wire);
    else this.#after(JOIN_DEADLINE_MS - SAME_SERVER_MS, () => this.#joinFailed('timeout'));
  }

  #joinFailed(why: VoiceTrouble): void {
    const state = this.#state;
    if (state.kind !== 'joining') return;
    const { from, wire, settle } = state;
    this.#log('warn', { why }, 'voice was not joined');
    settle(err(why));
    // A refused move leaves the bot where it was.
    if (from !== null && from !== state.channelId && wire.isReady) {
      wire.settle(from);
      this.#enter({ kind: 'ready', channelId: from, wire });
    } else this.#enter({ kind: 'away', why: this.#exists(state.channelId) ? why : 'gone' });
  }

  #enterReady(channelId: string, wire: VoiceWire): void {
    const before = this.#state;
    const { clock } = this.#parts;
    const tookMs = before.kind === 'recovering' ? clock.monotonic() - before.since : null;
    if (tookMs !== null) this.#journal.reconnected(tookMs);
    this.#enter({ kind: 'ready', channelId, wire });
    this.#after(STABLE_MS, () => {
      this.#tries = NO_TRIES;
    });
    if (before.kind === 'joining') before.settle(ok(undefined));
    this.#log('info', { latencyMs: tookMs === null ? null : Math.round(tookMs) }, 'voice is ready');
  }

  /** Ends what there is, and tries afresh after a while. */
  #retry(why: VoiceTrouble, coolsDown = false): void {
    const state = this.#state;
    if (state.kind === 'away' || state.kind === 'joining') return;
    const { clock } = this.#parts;
    const plan = nextTry(this.#tries, clock.random(), coolsDown);
    this.#tries = plan.tries;
    const { channelId } = state;
    this.#recover(channelId, why, null, { at: clock.now() + plan.waitMs, isCoolDown: plan.isCoolDown });
    this.#log('warn', { why, waitMs: plan.waitMs, coolDown: plan.isCoolDown }, 'voice tries again later');
    this.#after(plan.waitMs, () => this.#tryAgain(channelId));
  }

  #tryAgain(channelId: string): void {
    const { gateway, guildId } = this.#parts;
    const creator = gateway.adapterFor(guildId);
    const refusal = this.#refusal(channelId);
    // Without a creator the main connection is down, or the guild is.
    if (creator === null || refusal === 'full') {
      this.#retry(creator === null ? 'lost' : 'full');
      return;
    }
    if (refusal !== null) {
      this.#enter({ kind: 'away', why: refusal });
      return;
    }
    const wire = new VoiceWire(this);
    this.#recover(channelId, 'timeout', wire);
    this.#after(JOIN_DEADLINE_MS, () => this.#retry('timeout'));
    wire.open(this.#where(channelId), creator);
  }

  #recover(
    channelId: string,
    why: VoiceTrouble,
    wire: VoiceWire | null,
    next: { readonly at: number; readonly isCoolDown: boolean } | null = null,
  ): void {
    const before = this.#state;
    const since = before.kind === 'recovering' ? before.since : this.#parts.clock.monotonic();
    const nextTryAt = next?.at ?? null;
    this.#enter({ kind: 'recovering', channelId, why, wire, since, nextTryAt, isCoolDown: next?.isCoolDown ?? false });
  }

  /** The one place where the state changes: ends the old state's timer, wire and waiting caller. */
  #enter(next: State): void {
    const before = this.#state;
    this.#timer();
    this.#timer = () => undefined;
    this.#state = next;
    const [wire, nextWire] = [wireOf(before), wireOf(next)];
    if (wire !== nextWire) {
      this.#parts.onOutput(nextWire);
      wire?.end();
    }
    if (before.kind === 'joining' && next.kind !== 'ready') before.settle(err('lost'));
    this.#parts.onChange(this.state);
  }

  #after(ms: number, task: () => void): void {
    this.#timer();
    this.#timer = this.#parts.clock.after(ms, task);
  }

  #where(channelId: string) {
    return { guildId: this.#parts.guildId, channelId, group: this.#parts.group };
  }

  #exists(channelId: string): boolean {
    return this.#parts.gateway.channel(this.#parts.guildId, channelId) !== null;
  }

  #refusal(channelId: string): VoiceTrouble | null {
    const facts = this.#parts.gateway.channel(this.#parts.guildId, channelId);
    if (facts === null) return 'gone';
    if (!facts.canConnect || !facts.canSpeak) return 'no-permission';
    return facts.isFull ? 'full' : null;
  }

  #log(level: 'info' | 'warn' | 'error', facts: object, message: string): void {
    const state = this.#state;
    const channelId = state.kind === 'away' ? null : state.channelId;
    const { guildId, log } = this.#parts;
    log[level]({ guildId, channelId, state: state.kind, attempt: this.#tries.total, ...facts }, message);
  }
}

function wireOf(state: State): VoiceWire | null {
  return 'wire' in state ? state.wire : null;
}

function isOf(state: State, wire: VoiceWire): state is Extract<State, { wire: VoiceWire | null }> {
  return state.kind !== 'away' && state.wire === wire;
}
