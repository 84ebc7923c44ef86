/** Who may speak on which token, and every session made of it. No sockets of its own. */
import { randomBytes } from 'node:crypto';
import type { VoiceSessionRequest } from '../discord/voice-backend.ts';
import { VoiceCapture } from './capture.ts';
import { DaveCall } from './dave-call.ts';
import { CloseCode, type IdentifyMessage, Op, type ResumeMessage } from './protocol.ts';
import { type Grant, type VoiceLink, VoiceSession } from './voice-session.ts';

export interface BookLimits {
  readonly maxMinutes: number;
  /** How long a dropped session waits for its resume, ms. */
  readonly resumeWindowMs: number;
  readonly now: () => number;
  /** A channel's encrypted group changed and every member has confirmed it, or it is gone. */
  readonly onGroup: (call: DaveCall) => void;
}

export type Admission =
  | { readonly ok: true; readonly session: VoiceSession }
  | { readonly ok: false; readonly code: number; readonly reason: string };

interface Presence {
  readonly channelId: string;
  readonly userIds: readonly string[];
}

const refuse = (code: number, reason: string): Admission => ({ ok: false, code, reason });
const seatOf = (guildId: string, userId: string): string => `${guildId}/${userId}`;

export class SessionBook {
  readonly #limits: BookLimits;
  readonly #grants = new Map<string, Grant>();
  readonly #retired = new Set<string>();
  readonly #captures = new Map<string, VoiceCapture>();
  readonly #calls = new Map<string, DaveCall>();
  readonly #presence = new Map<string, Presence>();
  readonly #bySsrc = new Map<number, VoiceSession>();
  readonly #sessions: VoiceSession[] = [];

  constructor(limits: BookLimits) {
    this.#limits = limits;
  }

  get sessions(): readonly VoiceSession[] {
    return this.#sessions;
  }

  get captures(): readonly VoiceCapture[] {
    return [...this.#captures.values()];
  }

  /** Makes the only token that is good from now on for this user in this guild. */
  grant(request: VoiceSessionRequest): Grant {
    const seat = seatOf(request.guildId, request.userId);
    const before = this.#grants.get(seat);
    if (before !== undefined) this.#retired.add(before.token);
    const grant: Grant = { ...request, token: randomBytes(16).toString('hex') };
    this.#grants.set(seat, grant);
    if (this.#presence.get(request.guildId)?.channelId === request.channelId) {
      this.#seat(request.guildId, request.channelId, []);
    }
    return grant;
  }

  /** What was closed for good cannot identify again with the same token. A newer token of the seat stays good. */
  retire(token: string): void {
    this.#retired.add(token);
    for (const [seat, grant] of this.#grants) if (grant.token === token) this.#grants.delete(seat);
  }

  captureOf(guildId: string, userId?: string): VoiceCapture {
    const known = this.captures.filter((capture) => capture.guildId === guildId);
    const owner = userId ?? known[0]?.userId ?? this.#grantsIn(guildId)[0]?.userId;
    if (owner === undefined) throw new Error(`nobody was ever allowed into voice of guild ${guildId}`);
    const seat = seatOf(guildId, owner);
    const capture =
      this.#captures.get(seat) ?? new VoiceCapture(guildId, owner, this.#limits.maxMinutes, this.#limits.now);
    this.#captures.set(seat, capture);
    return capture;
  }

  callIn(channelId: string): DaveCall {
    const call = this.#calls.get(channelId) ?? new DaveCall(channelId, this.#limits.onGroup);
    this.#calls.set(channelId, call);
    return call;
  }

  bySsrc(ssrc: number): VoiceSession | undefined {
    return this.#bySsrc.get(ssrc);
  }

  /** Sessions of a guild that are not over, newest last. */
  openIn(guildId: string): readonly VoiceSession[] {
    return this.#sessions.filter((session) => session.grant.guildId === guildId && session.state.kind !== 'ended');
  }

  identify(message: IdentifyMessage, link: VoiceLink): Admission {
    const grant = this.#grants.get(seatOf(message.serverId, message.userId));
    if (this.#retired.has(message.token)) return refuse(CloseCode.sessionInvalid, 'session no longer valid');
    if (grant === undefined) return refuse(CloseCode.serverNotFound, 'nobody is expected here');
    if (grant.token !== message.token) return refuse(CloseCode.authenticationFailed, 'wrong token');
    if (grant.sessionId !== message.sessionId) return refuse(CloseCode.sessionInvalid, 'wrong session');
    if (message.maxDaveVersion < 1 && !grant.stage) {
      return refuse(CloseCode.daveRequired, 'end-to-end encryption required');
    }
    for (const older of this.openIn(grant.guildId)) {
      if (older.grant.userId === grant.userId) this.end(older, CloseCode.sessionInvalid, 'identified anew');
    }
    const capture = this.captureOf(grant.guildId, grant.userId);
    const session = new VoiceSession(this.#sessions.length + 1, grant, link, capture, this.callIn(grant.channelId));
    this.#sessions.push(session);
    this.#bySsrc.set(session.ssrc, session);
    return { ok: true, session };
  }

  resume(message: ResumeMessage, link: VoiceLink): Admission {
    const session = this.#sessions.findLast(
      ({ grant }) => grant.guildId === message.serverId && grant.token === message.token,
    );
    if (session === undefined || session.grant.sessionId !== message.sessionId) {
      return refuse(CloseCode.sessionInvalid, 'no such session');
    }
    const { state } = session;
    const late = state.kind === 'dropped' && this.#limits.now() - state.at > this.#limits.resumeWindowMs;
    if (late || !session.resume(link, message.seqAck)) {
      this.end(session, CloseCode.sessionInvalid);
      return refuse(CloseCode.sessionInvalid, 'cannot be resumed');
    }
    return { ok: true, session };
  }

  /** The one way a session is over: its place in the encrypted call goes with it. */
  end(session: VoiceSession, code: number, reason = ''): void {
    session.end(code, reason);
    this.settle(session);
  }

  /** After a socket was lost: an ended session leaves its call, a dropped one keeps its place for the resume. */
  settle(session: VoiceSession): void {
    if (session.state.kind !== 'ended') return;
    session.call.leave(session.grant.userId);
    this.#bySsrc.delete(session.ssrc);
  }

  /** The people in the bot's channel. Differences are told to the sessions there, and change the encrypted group. */
  setPresence(guildId: string, channelId: string, userIds: readonly string[]): void {
    const before = this.#presence.get(guildId);
    const known = before?.channelId === channelId ? before.userIds : [];
    this.#presence.set(guildId, { channelId, userIds });
    const came = userIds.filter((userId) => !known.includes(userId));
    const went = known.filter((userId) => !userIds.includes(userId));
    this.#announce(guildId, channelId, { came, went });
    this.#seat(guildId, channelId, went);
    // The old channel's call stays with the session that is still leaving it; whoever comes back finds a new one.
    if (before !== undefined && before.channelId !== channelId) this.#calls.delete(before.channelId);
  }

  /** People become members of the channel's call once a client is let in; before, there is nobody to talk to. */
  #seat(guildId: string, channelId: string, went: readonly string[]): void {
    const hosts = this.#grantsIn(guildId).filter((grant) => grant.channelId === channelId);
    const clients = new Set(hosts.map((grant) => grant.userId));
    const call = this.callIn(channelId);
    for (const userId of went) if (!clients.has(userId)) call.leave(userId);
    if (hosts.length === 0 || hosts.some((grant) => grant.stage)) return;
    for (const userId of this.#presence.get(guildId)?.userIds ?? []) if (!clients.has(userId)) call.addListener(userId);
  }

  #announce(guildId: string, channelId: string, change: { came: readonly string[]; went: readonly string[] }): void {
    for (const session of this.openIn(guildId)) {
      if (session.grant.channelId !== channelId) continue;
      const came = change.came.filter((userId) => userId !== session.grant.userId);
      if (came.length > 0) session.deliver(Op.clientsConnect, { user_ids: came });
      for (const userId of change.went) {
        if (userId !== session.grant.userId) session.deliver(Op.clientDisconnect, { user_id: userId });
      }
    }
  }

  #grantsIn(guildId: string): readonly Grant[] {
    return [...this.#grants.values()].filter((grant) => grant.guildId === guildId);
  }

  /** Everybody but this user who is in the channel now. */
  othersIn(guildId: string, channelId: string, userId: string): readonly string[] {
    const presence = this.#presence.get(guildId);
    return presence?.channelId === channelId ? presence.userIds.filter((other) => other !== userId) : [];
  }
}
