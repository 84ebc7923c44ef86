import type { Json, JsonObject } from './json.ts';
import type { Channel, Command, Guild, Member, Message, Role, User, VoiceState } from './model.ts';

/** One REST request as it was answered. */
export interface RequestRecord {
  readonly method: string;
  /** Path below /api/v10, with ids. */
  readonly path: string;
  /** The route pattern that matched, such as `/channels/:channel/messages`. */
  readonly route: string;
  readonly status: number;
  /** Discord's error code when refused. */
  readonly code: number | null;
  /** Unix ms of sandbox time. */
  readonly at: number;
  readonly durationMs: number;
  readonly body: Json;
}

/** The first answer to an interaction. */
export type FirstAnswer =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'deferred-message'; readonly ephemeral: boolean; readonly message: Message }
  | { readonly kind: 'deferred-update' }
  | { readonly kind: 'update'; readonly message: Message }
  | { readonly kind: 'choices'; readonly choices: readonly JsonObject[] }
  | { readonly kind: 'modal'; readonly modal: JsonObject }
  /** Nothing within 3 s: the person reads "The application did not respond". */
  | { readonly kind: 'none' };

/** Everything that can be observed. Members named `previous` hold the state before the change. */
export interface WorldEventMap {
  request: { readonly request: RequestRecord };
  'cdn-request': { readonly path: string; readonly outcome: 'served' | 'unsigned' | 'expired' | 'gone' };
  'rate-limited': {
    readonly method: string;
    readonly path: string;
    readonly code: number | null;
    readonly retryAfterMs: number;
  };
  'message-created': { readonly message: Message };
  'message-edited': { readonly message: Message; readonly previous: Message };
  'message-deleted': { readonly message: Message; readonly bulk: boolean };
  'messages-bulk-deleted': { readonly channelId: string; readonly ids: readonly string[] };
  'reaction-added': {
    readonly message: Message;
    readonly userId: string;
    readonly emoji: { readonly id: string | null; readonly name: string };
  };
  'reaction-removed': {
    readonly message: Message;
    readonly userId: string;
    readonly emoji: { readonly id: string | null; readonly name: string };
  };
  'pins-changed': { readonly channelId: string };
  /** The bot wrote to somebody in private. */
  dm: { readonly userId: string; readonly message: Message };
  typing: { readonly channelId: string; readonly userId: string };
  'interaction-created': { readonly interactionId: string; readonly payload: JsonObject };
  'interaction-answered': { readonly interactionId: string; readonly answer: FirstAnswer; readonly latencyMs: number };
  'interaction-followed-up': { readonly interactionId: string; readonly message: Message };
  'interaction-edited': { readonly interactionId: string; readonly message: Message };
  'voice-state': { readonly state: VoiceState; readonly previous: VoiceState | undefined };
  'voice-status': { readonly channelId: string; readonly guildId: string; readonly status: string | null };
  'voice-server': { readonly guildId: string; readonly token: string; readonly endpoint: string | null };
  'channel-created': { readonly channel: Channel };
  'channel-updated': { readonly channel: Channel; readonly previous: Channel };
  'channel-deleted': { readonly channel: Channel };
  'guild-created': { readonly guild: Guild };
  'guild-updated': { readonly guild: Guild };
  'guild-deleted': { readonly guild: Guild; readonly unavailable: boolean };
  'role-created': { readonly role: Role };
  'role-updated': { readonly role: Role; readonly previous: Role };
  'role-deleted': { readonly role: Role };
  'member-added': { readonly member: Member };
  'member-updated': { readonly member: Member; readonly previous: Member };
  'member-removed': { readonly member: Member };
  'user-updated': { readonly user: User };
  'commands-registered': { readonly guildId: string | null; readonly commands: readonly Command[] };
  'gateway-connected': { readonly connection: number };
  'gateway-identified': { readonly sessionId: string; readonly intents: number };
  'gateway-resumed': { readonly sessionId: string; readonly replayed: number };
  'gateway-closed': { readonly sessionId: string | null; readonly code: number };
  'gateway-command': { readonly op: number; readonly payload: JsonObject };
}

export type WorldEventType = keyof WorldEventMap;
interface Stamp {
  readonly sequence: number;
  /** Unix ms of sandbox time. */
  readonly at: number;
}
export type WorldEventOf<K extends WorldEventType> = { readonly type: K } & Stamp & WorldEventMap[K];
export type WorldEvent = { [K in WorldEventType]: WorldEventOf<K> }[WorldEventType];

export interface WaitOptions {
  /** Real ms before the wait fails. Default 5000. */
  readonly timeoutMs?: number;
  /** Also accept events after this mark (see `mark()`), not only future ones. */
  readonly since?: number;
}

/** How many past events are kept for `history` and `since`. */
const KEPT = 20_000;
const DEFAULT_TIMEOUT_MS = 5_000;

type Listener = (event: WorldEvent) => void;

const isOf = <K extends WorldEventType>(
  event: WorldEvent | undefined,
  type: K,
): event is WorldEvent & WorldEventOf<K> => event?.type === type;

/** The stream of everything observable. Waiting is by event, never by polling. */
export class WorldEvents {
  #now: () => number;
  #listeners = new Set<Listener>();
  #history: WorldEvent[] = [];
  #sequence = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  emit<K extends WorldEventType>(type: K, body: WorldEventMap[K]): void {
    this.#sequence += 1;
    const event = { type, sequence: this.#sequence, at: this.#now(), ...body } as unknown as WorldEvent;
    this.#history.push(event);
    if (this.#history.length > KEPT) this.#history.splice(0, KEPT / 10);
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Every event, synchronously, in order. Returns how to stop. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  on<K extends WorldEventType>(type: K, listener: (event: WorldEventOf<K>) => void): () => void {
    return this.subscribe((event) => {
      if (isOf(event, type)) listener(event);
    });
  }

  /** A position in the stream, for `since`. */
  mark(): number {
    return this.#sequence;
  }

  history<K extends WorldEventType>(type: K, since = 0): readonly WorldEventOf<K>[] {
    return this.#history.filter((event) => isOf(event, type)).filter((event) => event.sequence > since);
  }

  /** The next event of this type that satisfies the predicate (or one after `since`). Rejects after the timeout. */
  waitFor<K extends WorldEventType>(
    type: K,
    predicate: (event: WorldEventOf<K>) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<WorldEventOf<K>> {
    const past = options.since === undefined ? undefined : this.history(type, options.since).find(predicate);
    if (past !== undefined) return Promise.resolve(past);
    return this.#await(`no "${type}" event`, options, (event) =>
      isOf(event, type) && predicate(event) ? event : undefined,
    );
  }

  /** Resolves as soon as `look` finds something, looking now and after every event. Rejects after the timeout. */
  until<T>(
    look: () => T | undefined | false,
    options: Pick<WaitOptions, 'timeoutMs'> & { readonly what?: string } = {},
  ): Promise<T> {
    const found = look();
    if (found !== undefined && found !== false) return Promise.resolve(found);
    return this.#await(options.what ?? 'nothing found', options, () => {
      const value = look();
      return value === false ? undefined : value;
    });
  }

  #await<T>(what: string, options: WaitOptions, probe: (event: WorldEvent | undefined) => T | undefined): Promise<T> {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const late = new Error(`${what} within ${timeoutMs} ms`);
    return new Promise<T>((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        stop();
        act();
      };
      const timer = setTimeout(() => settle(() => reject(late)), timeoutMs);
      const stop = this.subscribe((event) => {
        try {
          const value = probe(event);
          if (value !== undefined) settle(() => resolve(value));
        } catch (error) {
          settle(() => reject(error));
        }
      });
    });
  }
}
