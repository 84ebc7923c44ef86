/**
 * End-to-end encryption of one voice channel, as the voice server runs it (DAVE version 1): it proposes who joins and
 * leaves, picks the winning commit, and never sees a media key. The people in the channel are members of their own
 * (`DaveListener`); what they can decrypt was really heard.
 */
import { DaveGroup } from './dave-group.ts';
import { DaveListener } from './dave-listener.ts';
import { appendProposals, readCommitWelcome, readKeyPackage, withTransition } from './mls-wire.ts';
import { isSilenceFrame } from './opus.ts';
import { CloseCode, Op } from './protocol.ts';

/** A member or a member to be: a bot's session, or a person of the sandbox. */
export interface DaveParticipant {
  deliver(op: number, d: unknown): void;
  deliverBinary(op: number, payload: Buffer): void;
}

export type Opened =
  | { readonly kind: 'transport' | 'dave'; readonly opus: Buffer }
  | { readonly kind: 'undecryptable'; readonly why: string };

interface Member {
  readonly userId: string;
  readonly participant: DaveParticipant;
  /** Key packages still to come; only the last one counts, the client has thrown the others away. */
  due: number;
  /** Waiting to be used in an add; gone once its owner was welcomed. */
  keyPackage: Buffer | undefined;
}

const PROTOCOL_VERSION = 1;
const MAGIC = 0xfafa;
const LAST_TRANSITION = 0xffff;
/** A person per seat is not needed to prove anything; more members only cost time. */
const MAX_LISTENERS = 8;
const MAX_FORMER = 2;

export class DaveCall {
  readonly channelId: string;
  readonly #onGroup: (call: DaveCall) => void;
  readonly #group: DaveGroup;
  /** Oldest first. */
  #members: Member[] = [];
  readonly #listeners = new Map<string, DaveListener>();
  /** Who left last: frames that were on their way are still theirs to decrypt. */
  #former: readonly DaveListener[] = [];
  #transition = 0;
  /** Who has not confirmed a transition yet. */
  readonly #unready = new Map<number, Set<string>>();
  readonly #posts: (() => void)[] = [];
  #flushing = false;

  /** `onGroup` is called when every member has confirmed a change of the group, and when the group is given up. */
  constructor(channelId: string, onGroup: (call: DaveCall) => void) {
    this.channelId = channelId;
    this.#onGroup = onGroup;
    this.#group = new DaveGroup(BigInt(channelId));
  }

  /** Members of the group in leaf order; empty while there is none. */
  get groupMembers(): readonly string[] {
    return this.#group.members;
  }

  /** MLS epoch, 0 while the group forms. */
  get epoch(): number {
    return Number(this.#group.epoch);
  }

  /** A person is in the channel. Whoever is in the call for longest commits, so that runs repeat. */
  addListener(userId: string): void {
    if (this.#listeners.size >= MAX_LISTENERS || this.#find(userId) !== undefined) return;
    const listener = new DaveListener(userId, this.channelId, {
      mayCommit: () => this.#members[0]?.userId === userId,
      keyPackage: (payload) => void this.keyPackage(userId, payload),
      commitWelcome: (payload) => void this.commitWelcome(userId, payload),
      ready: (transitionId) => this.ready(userId, transitionId),
      invalid: () => this.invalid(userId),
    });
    this.join(userId, listener);
    this.#listeners.set(userId, listener);
    listener.sendKeyPackage();
  }

  /** Somebody was told version 1; their key package follows. */
  join(userId: string, participant: DaveParticipant): void {
    this.leave(userId);
    this.#members.push({ userId, participant, due: 1, keyPackage: undefined });
    this.#post(() => participant.deliverBinary(Op.daveExternalSender, this.#group.credentialPackage));
    this.#flush();
  }

  leave(userId: string): void {
    const leaver = this.#find(userId);
    if (leaver === undefined) return;
    this.#members = this.#members.filter((member) => member !== leaver);
    const listener = this.#listeners.get(userId);
    if (listener !== undefined) this.#former = [listener, ...this.#former].slice(0, MAX_FORMER);
    this.#listeners.delete(userId);
    for (const [transitionId, waiting] of this.#unready) if (waiting.delete(userId)) this.#settle(transitionId);
    const leaf = this.#group.leafOf(userId);
    if (this.#members.length === 0) this.#forget();
    else if (leaf >= 0 && this.#group.isSettled && this.#members.length > 1) {
      this.#proposeToGroup(this.#group.propose({ kind: 'remove', leaf }));
    }
    // A lone member must not keep a group, and a half-made change around the leaver is easier made anew.
    else if (leaf >= 0 || !this.#group.isSettled) this.#recreate();
    this.#flush();
  }

  /** Op 26. Answers the code to close the client with, if the package is not acceptable. */
  keyPackage(userId: string, payload: Buffer): number | undefined {
    const member = this.#find(userId);
    if (member === undefined) return undefined;
    const parsed = readKeyPackage(payload);
    if (parsed === undefined || parsed.userId !== userId) return CloseCode.badRequest;
    member.due = Math.max(0, member.due - 1);
    if (member.due > 0) return undefined;
    // Replaced while it was on offer: whoever commits the old one would welcome nobody.
    if (this.#group.isOffering(userId)) this.#recreate(member);
    member.keyPackage = parsed.bytes;
    this.#offer(member);
    this.#flush();
    return undefined;
  }

  /** Op 28. The first valid commit of an epoch wins, the rest is dropped. Answers true for the winner. */
  commitWelcome(userId: string, payload: Buffer): boolean {
    const message = readCommitWelcome(payload);
    if (message === undefined || this.#find(userId) === undefined) return false;
    const added = this.#group.accept(userId, message);
    if (added === undefined) return false;
    this.#transition = (this.#transition % LAST_TRANSITION) + 1;
    this.#unready.set(this.#transition, new Set(this.#group.members));
    this.#announce(added, message);
    this.#flush();
    return true;
  }

  /** Op 23. */
  ready(userId: string, transitionId: number): void {
    if (this.#unready.get(transitionId)?.delete(userId)) this.#settle(transitionId);
    this.#flush();
  }

  /** Op 31: the client could not follow and has reset itself; a new key package is on its way. */
  invalid(userId: string): void {
    const member = this.#find(userId);
    if (member === undefined) return;
    member.due += 1;
    this.#recreate(member);
    this.#flush();
  }

  /** A client came back: what it still owed may have been lost with its socket, so the group starts over. */
  resumed(userId: string): void {
    const member = this.#find(userId);
    if (member === undefined) return;
    const owesReady = [...this.#unready.values()].some((waiting) => waiting.has(userId));
    if (member.due === 0 && this.#group.isSettled && !owesReady) return;
    member.due = 0;
    this.#recreate();
    this.#flush();
  }

  /** What the people in the channel hear of this payload. */
  open(userId: string, payload: Buffer): Opened {
    if (isSilenceFrame(payload) || !isProtocolFrame(payload)) return { kind: 'transport', opus: payload };
    const reasons: string[] = [];
    for (const listener of [...this.#listeners.values(), ...this.#former]) {
      const opened = listener.open(userId, payload);
      if (opened.ok) return { kind: 'dave', opus: opened.opus };
      reasons.push(opened.why);
    }
    return { kind: 'undecryptable', why: reasons[0] ?? 'nobody in the channel has the key' };
  }

  #find(userId: string): Member | undefined {
    return this.#members.find((member) => member.userId === userId);
  }

  /** Proposes a newcomer: to the group, or while it forms to everybody else, and everybody else to them. */
  #offer(newcomer: Member): void {
    const others = this.#members.filter((member) => member !== newcomer && member.keyPackage !== undefined);
    if (others.length === 0 && !this.#group.isEstablished) return;
    const proposal = this.#addOf(newcomer);
    if (proposal === undefined) return;
    if (this.#group.isEstablished) {
      this.#proposeToGroup(proposal);
      return;
    }
    const known = others.map((member) => this.#addOf(member)).filter((message) => message !== undefined);
    for (const { participant } of others) this.#sendProposals(participant, [proposal]);
    this.#sendProposals(newcomer.participant, known);
  }

  #addOf({ userId, keyPackage }: Member): Buffer | undefined {
    return keyPackage === undefined ? undefined : this.#group.propose({ kind: 'add', userId, keyPackage });
  }

  #proposeToGroup(proposal: Buffer): void {
    for (const userId of this.#group.members) {
      const member = this.#find(userId);
      if (member !== undefined) this.#sendProposals(member.participant, [proposal]);
    }
  }

  #sendProposals(participant: DaveParticipant, messages: readonly Buffer[]): void {
    this.#post(() => participant.deliverBinary(Op.daveProposals, appendProposals(messages)));
  }

  #announce(
    added: readonly string[],
    message: { readonly commit: Buffer; readonly welcome: Buffer | undefined },
  ): void {
    const transitionId = this.#transition;
    for (const userId of this.#group.members) {
      const member = this.#find(userId);
      const isNew = added.includes(userId);
      const payload = isNew ? message.welcome : message.commit;
      if (member === undefined || payload === undefined) continue;
      member.keyPackage = undefined;
      const op = isNew ? Op.daveWelcome : Op.daveAnnounceCommit;
      this.#post(() => member.participant.deliverBinary(op, withTransition(transitionId, payload)));
    }
  }

  /** Everybody is ready: from now on the new keys are used. */
  #settle(transitionId: number): void {
    if (this.#unready.get(transitionId)?.size !== 0) return;
    this.#unready.delete(transitionId);
    for (const { participant } of this.#members) {
      this.#post(() => participant.deliver(Op.daveExecuteTransition, { transition_id: transitionId }));
    }
    this.#onGroup(this);
  }

  /** A new group from nothing; `except` has already started over by itself. */
  #recreate(except?: Member): void {
    this.#forget();
    for (const member of this.#members) {
      if (member === except) continue;
      member.due += 1;
      const { participant } = member;
      this.#post(() => participant.deliver(Op.davePrepareEpoch, { protocol_version: PROTOCOL_VERSION, epoch: 1 }));
      if (this.#members.length > 1) continue;
      const alone = { protocol_version: PROTOCOL_VERSION, transition_id: 0 };
      this.#post(() => participant.deliver(Op.davePrepareTransition, alone));
    }
  }

  #forget(): void {
    const existed = this.#group.isEstablished;
    this.#group.reset();
    this.#unready.clear();
    for (const member of this.#members) member.keyPackage = undefined;
    if (existed) this.#onGroup(this);
  }

  #post(send: () => void): void {
    this.#posts.push(send);
  }

  /**
   * Ends every public method. A listener answers within the call, so what was decided goes out completely before what
   * its answer decides.
   */
  #flush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (let next = this.#posts.shift(); next !== undefined; next = this.#posts.shift()) next();
    } finally {
      this.#flushing = false;
    }
  }
}

const isProtocolFrame = (payload: Buffer): boolean =>
  payload.length > 11 && payload.readUInt16BE(payload.length - 2) === MAGIC;
