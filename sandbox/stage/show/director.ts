import { setTimeout as sleep } from 'node:timers/promises';
import type { ChannelName, PersonName } from '../cast.ts';
import type { ChapterView, Focus, ShowView } from '../protocol.ts';
import type { Stage } from '../stage.ts';

/** One part of the show. */
export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Chapters that have to be done before; played first when they are not. */
  readonly needs: readonly string[];
  /** Its result stays: not played again in a whole show when it is there already. */
  readonly lasts: boolean;
  /** Whether its result is there, whoever brought it about. */
  readonly isDone: (stage: Stage) => boolean;
  readonly play: (scene: Scene) => Promise<void>;
}

/** Where to look, in the words of the story. */
export interface Look {
  readonly as?: PersonName;
  readonly at?: ChannelName | 'dm';
  readonly panel?: 'live' | 'faults';
  /** Words of the bot's message to look at; the newest one that has them. */
  readonly message?: string;
}

/** Who else is told, such as a terminal. */
export interface Teller {
  chapter(title: string): void;
  line(text: string): void;
}

/** What a chapter works with. */
export interface Scene {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  /** Says what happens now, and where to look. */
  caption(text: string, look?: Look): void;
  /** Time to look. `ms` at the usual pace. */
  beat(ms: number): Promise<void>;
}

export interface DirectorPorts {
  readonly chapters: readonly Chapter[];
  readonly stage: Stage;
  readonly pace: number;
  readonly teller: Teller | undefined;
  readonly onChange: (view: ShowView) => void;
}

type State =
  | { readonly kind: 'idle'; readonly broke: string | null }
  | {
      readonly kind: 'running';
      readonly chapterId: string;
      readonly caption: string;
      readonly focus: Focus;
      readonly abort: AbortController;
      readonly done: Promise<void>;
    };

const NO_FOCUS: Focus = { personId: null, channelId: null, panel: null, messageId: null };
const LOOK_EVERY_MS = 1_000;

/** Plays the show by itself, chapter by chapter, while everybody else may go on doing what they like. */
export class ShowDirector {
  readonly #ports: DirectorPorts;
  #state: State = { kind: 'idle', broke: null };
  /** What was done at any time of this run stays done for the visitor, also when its result is gone again. */
  readonly #done = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #told = '';

  constructor(ports: DirectorPorts) {
    this.#ports = ports;
  }

  get view(): ShowView {
    const { chapters, stage } = this.#ports;
    const state = this.#state;
    for (const { id, isDone } of chapters) if (isDone(stage)) this.#done.add(id);
    return {
      chapters: chapters.map(({ id, title, about }): ChapterView => ({ id, title, about, done: this.#done.has(id) })),
      running:
        state.kind === 'idle' ? null : { chapterId: state.chapterId, caption: state.caption, focus: state.focus },
      broke: state.kind === 'idle' ? state.broke : null,
    };
  }

  /** Resolves when nothing is playing; with the reason when the last run broke. */
  async idle(): Promise<string | null> {
    while (this.#state.kind === 'running') await this.#state.done;
    return this.#state.broke;
  }

  /** Notices what people have done by hand. */
  watch(): void {
    this.#timer = setInterval(() => this.#tell(), LOOK_EVERY_MS);
  }

  /** The whole show, or one chapter with what it needs. Nothing when the show is running. */
  start(what: 'all' | (string & {})): void {
    if (this.#state.kind === 'running') return;
    const { chapters } = this.#ports;
    const wanted = what === 'all' ? chapters : chapters.filter(({ id }) => id === what);
    const [first] = wanted;
    if (first === undefined) return;
    const abort = new AbortController();
    const done = this.#run(wanted, abort.signal);
    this.#set({ kind: 'running', chapterId: first.id, caption: first.about, focus: NO_FOCUS, abort, done });
  }

  stop(): void {
    if (this.#state.kind === 'running') this.#state.abort.abort();
  }

  close(): void {
    clearInterval(this.#timer);
    this.stop();
  }

  async #run(wanted: readonly Chapter[], signal: AbortSignal): Promise<void> {
    // The state has to say "running" before anything is told.
    await Promise.resolve();
    let broke: string | null = null;
    try {
      const played = new Set<string>();
      for (const chapter of wanted) {
        const isThere = wanted.length > 1 && chapter.lasts && chapter.isDone(this.#ports.stage);
        if (!isThere) await this.#play(chapter, signal, played);
      }
    } catch (error) {
      broke = signal.aborted ? null : error instanceof Error ? error.message : String(error);
    }
    if (broke !== null) this.#ports.teller?.line(`The show broke: ${broke}`);
    this.#set({ kind: 'idle', broke });
  }

  async #play(chapter: Chapter, signal: AbortSignal, played: Set<string>): Promise<void> {
    if (played.has(chapter.id)) return;
    played.add(chapter.id);
    const { chapters, stage, pace, teller } = this.#ports;
    for (const need of chapters.filter(({ id }) => chapter.needs.includes(id))) {
      if (!need.isDone(stage)) await this.#play(need, signal, played);
    }
    signal.throwIfAborted();
    teller?.chapter(chapter.title);
    this.#at(chapter, chapter.about, NO_FOCUS);
    await chapter.play({
      stage,
      signal,
      caption: (text, look = {}) => {
        signal.throwIfAborted();
        teller?.line(text);
        this.#at(chapter, text, this.#focus(look));
      },
      beat: async (ms) => {
        if (pace > 0) await sleep(ms * pace, undefined, { signal });
        signal.throwIfAborted();
      },
    });
  }

  #focus({ as, at, panel, message }: Look): Focus {
    const { cast, world } = this.#ports.stage;
    const personId = as === undefined ? null : cast.people[as].id;
    const channelId = at === undefined ? null : at === 'dm' ? dmOf(world, personId) : cast.channels[at].id;
    const found = message === undefined || channelId === null ? undefined : newest(world, channelId, message);
    return { personId, channelId, panel: panel ?? null, messageId: found?.id ?? null };
  }

  #at(chapter: Chapter, caption: string, focus: Focus): void {
    if (this.#state.kind === 'running') this.#set({ ...this.#state, chapterId: chapter.id, caption, focus });
  }

  #set(state: State): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    const { view } = this;
    const text = JSON.stringify(view);
    if (text === this.#told) return;
    this.#told = text;
    this.#ports.onChange(view);
  }
}

const newest = (world: Stage['world'], channelId: string, words: string) =>
  world.messages.in(channelId).findLast(({ components }) => JSON.stringify(components).includes(words));

const dmOf = (world: Stage['world'], personId: string | null): string | null =>
  personId === null ? null : world.dmChannel(personId).id;
