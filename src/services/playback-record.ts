import type { AudioOut } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import { type Deck, toRow } from './playback-deck.ts';

export interface PlaybackRecordPorts {
  readonly store: Store;
  readonly audio: Pick<AudioOut, 'player'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a reviewer did. */
export interface PlaybackAct {
  readonly actor: string;
  readonly action: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** How much of a song a killed process forgets, at most and besides the time that storing takes. ms */
const EVERY_MS = 500;

/** Keeps what every guild's player does, so that a restart goes on at the same second. */
export class PlaybackRecord {
  readonly #ports: PlaybackRecordPorts;
  #decks: () => readonly Deck[] = () => [];
  #cancel: (() => void) | null = null;
  #saving: Promise<void> = Promise.resolve();

  constructor(ports: PlaybackRecordPorts) {
    this.#ports = ports;
  }

  /** @param decks the present ones, asked for twice a second */
  start(decks: () => readonly Deck[]): void {
    this.#decks = decks;
    this.#schedule();
  }

  /** Saves a last time. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#saving;
    await this.#savePlaying();
  }

  async save(deck: Deck, act?: PlaybackAct): Promise<void> {
    const { store, audio, clock } = this.#ports;
    const at = clock.now();
    await store.transaction(async (tx) => {
      await tx.playbacks.put(toRow(deck, audio.player(deck.guildId), at));
      if (act === undefined) return;
      const { actor, action, before = null, after = null } = act;
      const target = deck.song?.submission.publicId ?? null;
      await tx.audits.add({ guildId: deck.guildId, actor, action, target, before, after, at });
    });
  }

  /** All guilds in one transaction. */
  async #savePlaying(): Promise<void> {
    const { store, audio, clock } = this.#ports;
    const playing = this.#decks().filter(({ guildId }) => audio.player(guildId).kind === 'playing');
    if (playing.length === 0) return;
    await store.transaction(async (tx) => {
      for (const deck of playing) await tx.playbacks.put(toRow(deck, audio.player(deck.guildId), clock.now()));
    });
  }

  #schedule(): void {
    this.#cancel = this.#ports.clock.after(EVERY_MS, () => {
      this.#saving = this.#savePlaying().then(
        () => undefined,
        (error: unknown) => this.#ports.log.error({ err: error }, 'positions could not be saved'),
      );
      this.#schedule();
    });
  }
}
