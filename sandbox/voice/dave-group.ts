/** The MLS group of a channel as its voice server knows it: epoch, leaves, and the proposals no commit has named yet. */
import { addProposal, type CommitWelcome, ExternalSender, removeProposal } from './mls-wire.ts';

export type Change =
  | { readonly kind: 'add'; readonly userId: string; readonly keyPackage: Buffer }
  | { readonly kind: 'remove'; readonly leaf: number };

/** `forming`: everybody has a group of one, at epoch 0. `established`: a first commit was accepted. */
type State =
  | { readonly kind: 'forming' }
  | { readonly kind: 'established'; readonly epoch: bigint; readonly leaves: readonly (string | undefined)[] };

interface Proposed {
  readonly change: Change;
  readonly message: Buffer;
}

export class DaveGroup {
  readonly #id: bigint;
  readonly #sender = new ExternalSender();
  #state: State = { kind: 'forming' };
  /** By reference. Empty again as soon as a commit has named them all. */
  #inFlight = new Map<string, Proposed>();

  /** The group's id is the channel's. */
  constructor(id: bigint) {
    this.#id = id;
  }

  /** Payload of op 25. */
  get credentialPackage(): Buffer {
    return this.#sender.credentialPackage;
  }

  get isEstablished(): boolean {
    return this.#state.kind === 'established';
  }

  /** No change is waiting for a commit. */
  get isSettled(): boolean {
    return this.#inFlight.size === 0;
  }

  /** 0 while the group forms. */
  get epoch(): bigint {
    return this.#state.kind === 'established' ? this.#state.epoch : 0n;
  }

  /** Members in leaf order; empty while the group forms. */
  get members(): readonly string[] {
    return this.#state.kind === 'established' ? this.#state.leaves.filter((leaf) => leaf !== undefined) : [];
  }

  /** -1 for somebody who is not a member. */
  leafOf(userId: string): number {
    return this.#state.kind === 'established' ? this.#state.leaves.indexOf(userId) : -1;
  }

  /** An add of this user waits for its commit. */
  isOffering(userId: string): boolean {
    return [...this.#inFlight.values()].some(({ change }) => change.kind === 'add' && change.userId === userId);
  }

  /** The signed proposal of a change in the present epoch. Asked again for the same newcomer, the same message. */
  propose(change: Change): Buffer {
    for (const waiting of this.#inFlight.values()) if (isSame(waiting.change, change)) return waiting.message;
    const body = change.kind === 'add' ? addProposal(change.keyPackage) : removeProposal(change.leaf);
    const { message, reference } = this.#sender.propose(this.#id, this.epoch, body);
    this.#inFlight.set(reference, { change, message });
    return message;
  }

  /** Takes a member's commit, if it is of this epoch and names every waiting proposal; answers who was added. */
  accept(userId: string, commit: CommitWelcome): readonly string[] | undefined {
    if (commit.groupId !== this.#id || commit.epoch !== this.epoch) return undefined;
    if (this.#state.kind === 'established' && this.leafOf(userId) < 0) return undefined;
    // Nobody adds themselves: while the group forms, the committer's own add is not theirs to commit.
    const waiting = [...this.#inFlight.values()].filter(({ change }) => !isAddOf(change, userId));
    const named = commit.references.map((reference) => this.#inFlight.get(reference)?.change);
    const changes = named.filter((change) => change !== undefined);
    if (waiting.length === 0 || named.length !== waiting.length || changes.length !== named.length) return undefined;
    if (changes.some((change) => isAddOf(change, userId))) return undefined;

    const before = this.#state.kind === 'established' ? this.#state.leaves : [userId];
    this.#state = { kind: 'established', epoch: this.epoch + 1n, leaves: apply(before, changes) };
    this.#inFlight = new Map();
    return changes.flatMap((change) => (change.kind === 'add' ? [change.userId] : []));
  }

  reset(): void {
    this.#state = { kind: 'forming' };
    this.#inFlight = new Map();
  }
}

const isAddOf = (change: Change, userId: string): boolean => change.kind === 'add' && change.userId === userId;

function isSame(one: Change, other: Change): boolean {
  if (one.kind === 'remove' || other.kind === 'remove') {
    return one.kind === 'remove' && other.kind === 'remove' && one.leaf === other.leaf;
  }
  return one.userId === other.userId && one.keyPackage.equals(other.keyPackage);
}

/** Removals first, then every newcomer takes the leftmost free leaf, in the commit's order. */
function apply(leaves: readonly (string | undefined)[], changes: readonly Change[]): readonly (string | undefined)[] {
  const next = [...leaves];
  for (const change of changes) if (change.kind === 'remove') next[change.leaf] = undefined;
  while (next.length > 0 && next.at(-1) === undefined) next.pop();
  for (const change of changes) {
    if (change.kind === 'remove') continue;
    const free = next.indexOf(undefined);
    next[free < 0 ? next.length : free] = change.userId;
  }
  return next;
}
