import type { Failure } from '../domain/failure.ts';
import { MAX_VOLUME, MIN_VOLUME } from '../domain/playback.ts';
import type { FilterName } from '../domain/setting.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { Mutex } from '../lib/mutex.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { AudioOut, LinkState, PlayerState, VoiceGateway } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { PlaybackRow } from '../ports/playback-store.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import type { MediaService } from './media-service.ts';
import { type Deck, type DeckSong, emptyDeck, songIdOf, toStatus, toTelemetry } from './playback-deck.ts';
import { type PlaybackAct, PlaybackRecord } from './playback-record.ts';
import type { SettingsService } from './settings-service.ts';
import type { PlaybackStatus, VoiceTelemetry } from './snapshots.ts';
import { SongFeed } from './song-feed.ts';
import { VoicePresence } from './voice-presence.ts';

export interface PlaybackPorts {
  readonly store: Store;
  readonly audio: AudioOut;
  readonly gateway: VoiceGateway;
  readonly links: LinkResolver;
  readonly media: Pick<MediaService, 'enqueue'>;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

type R<T> = Promise<Result<T, Failure>>;
/** What a command answers, once it is known. */
type Outcome = () => R<PlaybackStatus>;

/** Member preference: the filters a reviewer used last. */
const FILTERS_KEY = 'playback.filters';

/** What is heard in every guild's voice channel: the song on air, once somebody asked the bot in. */
export class PlaybackService {
  readonly #ports: PlaybackPorts;
  readonly #feed: SongFeed;
  readonly #presence: VoicePresence;
  readonly #record: PlaybackRecord;
  readonly #decks = new Map<string, Deck>();
  /** Commands of one guild that load songs, one after the other. */
  readonly #turns = new Map<string, Mutex>();
  readonly #unsubscribe: (() => void)[] = [];
  readonly #tasks = new Set<Promise<void>>();
  #isOpen = false;

  constructor(ports: PlaybackPorts) {
    this.#ports = ports;
    this.#feed = new SongFeed(ports);
    this.#presence = new VoicePresence(ports);
    this.#record = new PlaybackRecord(ports);
  }

  /** Takes up every channel and song that a restart interrupted. */
  async start(): Promise<void> {
    const { audio, bus, store } = this.#ports;
    this.#isOpen = true;
    audio.listen({
      linkChanged: (guildId, link) => this.#onLink(guildId, link),
      playerChanged: (guildId, player) => this.#onPlayer(guildId, player),
      ended: (guildId, songId) => this.#onEnded(guildId, songId),
    });
    this.#presence.start((guildId) => this.#ports.audio.leave(guildId, 'alone'));
    this.#unsubscribe.push(
      bus.on('song.prepared', 'playback', ({ guildId, submissionId }) => this.#onPrepared(guildId, submissionId)),
      bus.on('queue.changed', 'playback', ({ guildId }) => this.#prepareNext(guildId)),
    );
    for (const row of await store.read((reads) => reads.playbacks.wanted())) {
      const { guildId, channelId, volume, filters, positionMs } = row;
      if (channelId === null) continue;
      this.#put({ ...emptyDeck(guildId), channelId, volume, filters });
      audio.rejoin(guildId, channelId);
      const song = await this.#songOnAir(guildId);
      if (song === null) continue;
      if (song.playId !== row.playId) {
        if (wasToBegin(song, row)) await this.#begin(guildId, song, 0, false);
        continue;
      }
      this.#put({ ...this.#deck(guildId), song, resumeMs: positionMs });
      if (row.state !== 'idle') await this.#begin(guildId, song, positionMs, row.state === 'paused');
    }
    this.#record.start(() => [...this.#decks.values()]);
  }

  /** Leaves everywhere; what is stored says where to go on. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    await this.#record.stop();
    this.#isOpen = false;
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#presence.stop();
    this.#feed.stop();
    await this.idle();
    await this.#ports.audio.stopAll();
  }

  /** Resolves when nothing is being stored or told. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks]);
  }

  async join(guildId: string, actor: string, channelId: string): R<PlaybackStatus> {
    const { audio, settings, store } = this.#ports;
    const before = audio.link(guildId);
    const all = await settings.all(guildId);
    if (before.kind === 'away') {
      const stored = await store.read((reads) => reads.settings.preference(guildId, actor, FILTERS_KEY));
      const allowed = parseFilters(stored).filter((name) => all['playback.filters'].includes(name));
      this.#put({ ...this.#deck(guildId), volume: all['playback.volume'], filters: allowed });
    }
    const joined = await audio.join(guildId, channelId);
    if (!joined.ok) return err({ code: 'voice-unreachable', why: joined.error, channelId });
    this.#put({ ...this.#deck(guildId), channelId });
    await this.#save(guildId, { actor, action: 'voice.join', after: { channelId } });
    return ok(this.status(guildId));
  }

  async leave(guildId: string, actor: string): R<void> {
    const { audio } = this.#ports;
    if (audio.link(guildId).kind === 'away') return err({ code: 'not-joined' });
    audio.leave(guildId);
    await this.#save(guildId, { actor, action: 'voice.leave' });
    return ok(undefined);
  }

  /** Plays the song on air from its start; for when it has just been taken. */
  async playOnAir(guildId: string): R<PlaybackStatus> {
    const outcome = await this.#turn(guildId, async () => {
      if (this.#ports.audio.link(guildId).kind === 'away') return settled(err({ code: 'not-joined' }));
      const song = await this.#songOnAir(guildId);
      if (song === null) {
        this.#halt(guildId);
        return settled(err({ code: 'nothing-playing' }));
      }
      const deck = this.#deck(guildId);
      const isSame = deck.song?.playId === song.playId && this.#ports.audio.player(guildId).kind !== 'idle';
      return isSame ? settled(ok(this.status(guildId))) : this.#begin(guildId, song, 0, false);
    });
    return outcome();
  }

  /** Goes on after a pause, or plays the song on air: where it stopped, if it was stopped by leaving. */
  async play(guildId: string, actor: string): R<PlaybackStatus> {
    const outcome = await this.#turn(guildId, async () => {
      const { audio } = this.#ports;
      if (audio.link(guildId).kind === 'away') return settled(err({ code: 'not-joined' }));
      const player = audio.player(guildId);
      const song = await this.#songOnAir(guildId);
      if (song === null && player.kind === 'idle') return settled(err({ code: 'nothing-playing' }));
      const deck = this.#deck(guildId);
      const isSame = song !== null && deck.song?.playId === song.playId;
      if ((isSame || song === null) && audio.resume(guildId)) {
        await this.#save(guildId, { actor, action: 'voice.play' });
        return settled(ok(this.status(guildId)));
      }
      if (song === null || (isSame && player.kind !== 'idle' && player.kind !== 'failed')) {
        return settled(deck.isWaiting && deck.song !== null ? stillPreparing(deck.song) : ok(this.status(guildId)));
      }
      const begun = await this.#begin(guildId, song, isSame ? deck.resumeMs : 0, false);
      await this.#save(guildId, { actor, action: 'voice.play' });
      return begun;
    });
    return outcome();
  }

  async pause(guildId: string, actor: string): R<PlaybackStatus> {
    const { audio } = this.#ports;
    if (!audio.pause(guildId) && audio.player(guildId).kind !== 'paused') return err(this.#nothing(guildId));
    await this.#save(guildId, { actor, action: 'voice.pause' });
    return ok(this.status(guildId));
  }

  async stop(guildId: string, actor: string): R<PlaybackStatus> {
    if (!this.#halt(guildId)) return err({ code: 'nothing-playing' });
    await this.#save(guildId, { actor, action: 'voice.stop' });
    return ok(this.status(guildId));
  }

  /** @param positionMs ms from the start of the song */
  async seek(guildId: string, actor: string, positionMs: number): R<PlaybackStatus> {
    const { audio } = this.#ports;
    const player = audio.player(guildId);
    if (player.kind === 'idle' || player.kind === 'failed' || this.#deck(guildId).isWaiting) {
      return err(this.#nothing(guildId));
    }
    if (!(positionMs >= 0 && positionMs <= player.durationMs)) {
      return err({ code: 'position-invalid', asked: `${positionMs / 1000}`, durationMs: player.durationMs });
    }
    await audio.change(guildId, { positionMs });
    await this.#save(guildId, { actor, action: 'voice.seek', after: { positionMs } });
    return ok(this.status(guildId));
  }

  async setVolume(guildId: string, actor: string, percent: number): R<PlaybackStatus> {
    if (!Number.isInteger(percent) || percent < MIN_VOLUME || percent > MAX_VOLUME) {
      const why = `it must be a whole number from ${MIN_VOLUME} to ${MAX_VOLUME}`;
      return err({ code: 'setting-invalid', key: 'playback.volume', why });
    }
    const before = this.#deck(guildId).volume;
    this.#put({ ...this.#deck(guildId), volume: percent });
    if (before !== percent) await this.#ports.audio.change(guildId, { volume: percent });
    await this.#save(guildId, { actor, action: 'voice.volume', before, after: percent });
    return ok(this.status(guildId));
  }

  async setFilters(guildId: string, actor: string, names: readonly FilterName[]): R<PlaybackStatus> {
    const allowed = (await this.#ports.settings.all(guildId))['playback.filters'];
    const filters = [...new Set(names)];
    const refused = filters.find((name) => !allowed.includes(name));
    if (refused !== undefined) return err({ code: 'filter-not-allowed', filter: refused });
    const before = this.#deck(guildId).filters;
    this.#put({ ...this.#deck(guildId), filters });
    if (before.join() !== filters.join()) await this.#ports.audio.change(guildId, { filters });
    await this.#ports.store.transaction((tx) =>
      tx.settings.setPreference(guildId, actor, FILTERS_KEY, JSON.stringify(filters)),
    );
    await this.#save(guildId, { actor, action: 'voice.filters', before, after: filters });
    return ok(this.status(guildId));
  }

  status(guildId: string): PlaybackStatus {
    const { audio } = this.#ports;
    return toStatus(this.#deck(guildId), audio.link(guildId), audio.player(guildId));
  }

  telemetry(guildId: string): VoiceTelemetry {
    return toTelemetry(this.#ports.audio.telemetry(guildId));
  }

  // ---- songs

  async #songOnAir(guildId: string): Promise<DeckSong | null> {
    return this.#ports.store.read(async (reads) => {
      const play = await reads.plays.onAir(guildId);
      const song = play === null ? null : await reads.submissions.get(play.submissionId);
      return play === null || song === null
        ? null
        : { playId: play.id, startedAt: play.startedAt, submission: song.submission };
    });
  }

  /**
   * Replaces whatever sounds by this song, as soon as its audio is there.
   * @returns waits a moment for a link, so that its reason can be told; not inside of a turn, where others wait for it
   */
  async #begin(guildId: string, song: DeckSong, positionMs: number, paused: boolean): Promise<Outcome> {
    const { audio } = this.#ports;
    this.#put({ ...this.#deck(guildId), song, resumeMs: positionMs, isWaiting: false });
    // Before anything is looked up: what sounded until now is over.
    audio.announce(guildId, { songId: songIdOf(song), durationMs: 0 }, positionMs);
    const fed = await this.#feed.feed(guildId, song, async (found) => {
      const deck = this.#deck(guildId);
      if (deck.song?.playId !== song.playId) return;
      const songId = songIdOf(song);
      if (!found.ok) {
        audio.fail(guildId, songId, found.error);
        return;
      }
      const { volume, filters } = deck;
      await audio.load(guildId, { songId, ...found.value }, { positionMs, paused, volume, filters });
      this.#prepareNext(guildId);
    });
    if (fed.kind === 'preparing') {
      this.#put({ ...this.#deck(guildId), isWaiting: true });
      audio.announce(guildId, { songId: songIdOf(song), durationMs: fed.durationMs }, positionMs);
      return settled(stillPreparing(song));
    }
    return async () => {
      // A link that is quickly found starts at once; a slow one starts by itself later.
      const why = fed.kind === 'fetching' ? await fed.soon : fed.kind === 'unplayable' ? fed.why : null;
      if (why === null) return ok(this.status(guildId));
      const { track, publicId } = song.submission;
      return err({ code: 'unplayable', publicId, why, url: track.kind === 'link' ? track.url : null });
    };
  }

  #halt(guildId: string): boolean {
    this.#feed.cancel(guildId);
    this.#put({ ...this.#deck(guildId), resumeMs: 0, isWaiting: false });
    return this.#ports.audio.stop(guildId);
  }

  #prepareNext(guildId: string): void {
    const { audio } = this.#ports;
    if (!this.#isOpen || audio.link(guildId).kind === 'away') return;
    this.#run(
      this.#feed.next(guildId, (song) => {
        const { volume, filters } = this.#deck(guildId);
        audio.prepare(guildId, song, { volume, filters });
      }),
    );
  }

  #nothing(guildId: string): Failure {
    const { isWaiting, song } = this.#deck(guildId);
    return isWaiting && song !== null
      ? { code: 'still-preparing', publicId: song.submission.publicId }
      : { code: 'nothing-playing' };
  }

  // ---- what happened

  #onLink(guildId: string, link: LinkState): void {
    if (!this.#isOpen) return;
    const deck = this.#deck(guildId);
    if (link.kind === 'away') {
      this.#feed.cancel(guildId);
      const player = this.#ports.audio.player(guildId);
      // Where the song was, in case somebody asks the bot back in.
      const resumeMs = 'positionMs' in player ? player.positionMs : deck.resumeMs;
      this.#put({ ...deck, channelId: null, isWaiting: false, resumeMs });
      this.#ports.audio.stop(guildId);
    } else if (link.kind === 'ready') this.#put({ ...deck, channelId: link.channelId });
    this.#presence.linkChanged(guildId, link);
    if (link.kind === 'away' || link.kind === 'ready') this.#run(this.#save(guildId));
    this.#ports.bus.emit('playback.changed', { guildId });
  }

  #onPlayer(guildId: string, player: PlayerState): void {
    if (!this.#isOpen) return;
    const { song } = this.#deck(guildId);
    const isHeard = song !== null && ['playing', 'paused', 'recovering'].includes(player.kind);
    this.#presence.songChanged(guildId, isHeard ? song.submission : null);
    this.#run(this.#save(guildId));
    this.#ports.bus.emit('playback.changed', { guildId });
  }

  #onEnded(guildId: string, songId: string): void {
    const deck = this.#deck(guildId);
    if (deck.song !== null && songIdOf(deck.song) === songId) this.#put({ ...deck, resumeMs: 0 });
  }

  /** Its file is ready, or turned out to be unplayable. */
  async #onPrepared(guildId: string, submissionId: number): Promise<void> {
    const { isWaiting, song } = this.#deck(guildId);
    if (!isWaiting || song?.submission.id !== submissionId) return;
    await this.#turn(guildId, async () => {
      const deck = this.#deck(guildId);
      if (deck.isWaiting && deck.song?.playId === song.playId) await this.#begin(guildId, song, deck.resumeMs, false);
    });
  }

  // ---- keeping

  #deck(guildId: string): Deck {
    return this.#decks.get(guildId) ?? emptyDeck(guildId);
  }

  #put(deck: Deck): void {
    this.#decks.set(deck.guildId, deck);
  }

  #turn<T>(guildId: string, task: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(guildId) ?? new Mutex();
    this.#turns.set(guildId, turn);
    return turn.run(task);
  }

  #run(task: Promise<unknown>): void {
    const running: Promise<void> = task
      .then(
        () => undefined,
        (error: unknown) => this.#ports.log.error({ err: error }, 'playback could not be kept up to date'),
      )
      .finally(() => this.#tasks.delete(running));
    this.#tasks.add(running);
  }

  #save(guildId: string, act?: PlaybackAct): Promise<void> {
    return this.#record.save(this.#deck(guildId), act);
  }
}

/** A kill came between Next (or Undo) and the first sound of the song that it put on air. */
function wasToBegin(song: DeckSong, row: PlaybackRow): boolean {
  return row.state !== 'idle' || song.startedAt >= row.at;
}

function settled(result: Result<PlaybackStatus, Failure>): Outcome {
  return async () => result;
}

function stillPreparing({ submission }: DeckSong): Result<never, Failure> {
  return err({ code: 'still-preparing', publicId: submission.publicId });
}

/** Written by `setFilters` only. */
function parseFilters(stored: string | null): readonly FilterName[] {
  return stored === null ? [] : (JSON.parse(stored) as FilterName[]);
}
