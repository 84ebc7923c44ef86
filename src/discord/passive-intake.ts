import { type Message, MessageType } from 'discord.js';
import PQueue from 'p-queue';
import type { Failure } from '../domain/failure.ts';
import type { Notice } from '../domain/notice.ts';
import type { Settings } from '../domain/setting.ts';
import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { StoreError } from '../ports/store.ts';
import type { NoticeService } from '../services/notice-service.ts';
import type { SettingsService } from '../services/settings-service.ts';
import type { SubmissionService } from '../services/submission-service.ts';
import { rightsOf } from './access.ts';
import type { MessageMarks } from './message-marks.ts';
import { songIn } from './passive-song.ts';
import { apiCode, isOutage } from './send.ts';

/** Songs stored at the same time: each may download a file. Messages are deleted beside that, at Discord's slow pace. */
const AT_ONCE = 4;
/** For deleting what was stored already, when the bot stops. ms */
const FAREWELL_MS = 2_000;
/** Discord is asked again to delete a message this often, while it has an outage. */
const DELETE_TRIES = 6;
const DELETE_RETRY: BackoffPolicy = { baseMs: 2_000, factor: 3, maxMs: 120_000, jitter: 0.2 };

/** The message or its channel is gone already, or it is of a kind that nobody can delete. */
const NOTHING_TO_DELETE: ReadonlySet<number> = new Set([10_008, 10_003, 50_021]);

/** Refusals that say nothing about the song: the message stays, so that it can be sent again or taken later. */
const NOT_THEIR_FAULT: ReadonlySet<Failure['code']> = new Set(['store-unavailable', 'disk-full', 'file-unreachable']);

export interface PassiveIntakePorts {
  readonly settings: Pick<SettingsService, 'all'>;
  readonly submissions: Pick<SubmissionService, 'submit'>;
  readonly notices: Pick<NoticeService, 'tell'>;
  readonly marks: Pick<MessageMarks, 'take'>;
  /** Tells staff; the same key is told once. */
  readonly alert: (guildId: string, text: string, once: string) => Promise<void>;
  /** null lets the message pass, else ms to wait. */
  readonly throttle: (guildId: string, userId: string, name: 'passive') => Promise<number | null> | number | null;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the bot may read messages; without that intent every message looks empty, so nothing is touched. */
  readonly messageContent: boolean;
}

type GuildMessage = Message<true>;

/**
 * The submissions channel: a pasted link or an uploaded song becomes a free submission, and everything else of people
 * who are not staff goes. Stored first, deleted then, told last: a crash in between can lose a confirmation, never a
 * song.
 */
export class PassiveIntake {
  readonly #ports: PassiveIntakePorts;
  readonly #songs = new PQueue({ concurrency: AT_ONCE });
  readonly #running = new Set<Promise<void>>();
  /** Channels in which staff was told that messages can't be deleted. */
  readonly #lacking = new Set<string>();
  readonly #retries = new Set<() => void>();
  #open = true;

  constructor(ports: PassiveIntakePorts) {
    this.#ports = ports;
  }

  /** Every new message of every channel. Returns at once. */
  handle(message: Message): void {
    if (!this.#open || !this.#ports.messageContent || !message.inGuild()) return;
    // The bot's own panels and notices, other bots and webhooks are none of its business.
    if (message.author.bot || message.webhookId !== null) return;
    void this.#run(message, () => this.#hear(message, { isLate: false, isPatient: false }));
  }

  /**
   * One of people that was not heard when it came. Resolves when it is dealt with; a fault is logged.
   * @param isPatient no cool-down holds it up
   * @returns false when no more messages are taken
   */
  async handleLate(message: GuildMessage, isPatient: boolean): Promise<boolean> {
    if (!this.#open) return false;
    await this.#run(message, () => this.#hear(message, { isLate: true, isPatient }));
    return true;
  }

  /** Takes no more messages; resolves when their songs are stored and, as far as that is quick, the messages deleted. */
  async close(): Promise<void> {
    this.#open = false;
    for (const cancel of this.#retries) cancel();
    await this.#songs.onIdle();
    // A rush leaves hundreds to delete, at Discord's pace: the stop does not wait for all of them.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const cancel = this.#ports.clock.after(FAREWELL_MS, resolve);
    await Promise.race([this.idle(), late]);
    cancel();
  }

  /** Resolves when every message so far was handled. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running]);
  }

  #run({ guildId, id }: GuildMessage, work: () => Promise<void>): Promise<void> {
    const task: Promise<void> = work()
      .catch((error: unknown) =>
        // What was left when the bot stopped fails because it stopped.
        this.#ports.log[this.#open ? 'error' : 'debug'](
          { err: error, guildId, messageId: id },
          'a message in the submissions channel could not be handled',
        ),
      )
      .finally(() => this.#running.delete(task));
    this.#running.add(task);
    return task;
  }

  async #hear(message: GuildMessage, how: { readonly isLate: boolean; readonly isPatient: boolean }): Promise<void> {
    const settings = await this.#ports.settings.all(message.guildId);
    if (settings['channel.submissions'] !== message.channelId) return;
    const finish = this.#ports.marks.take(message.channelId, message.id, how.isLate);
    if (finish === null) return;
    let isDone = false;
    try {
      isDone = await this.#take(message, settings, how.isPatient);
    } finally {
      finish(isDone);
    }
  }

  /** @returns false when it should be looked at again */
  async #take(message: GuildMessage, settings: Settings, isPatient: boolean): Promise<boolean> {
    const isStaff = message.member !== null && rightsOf(message.member, settings).isReviewer;
    if (message.system) {
      // A pin by staff leaves a notice that only clutters the channel.
      if (message.type === MessageType.ChannelPinnedMessage || !isStaff) await this.#remove(message);
      return true;
    }
    const song = songIn(message);
    // Staff may talk here: only a bare link or file of theirs is a song.
    if (song === null || (isStaff && !song.alone)) {
      if (!isStaff) await this.#remove(message);
      return true;
    }
    const waitMs =
      isStaff || isPatient ? null : await this.#ports.throttle(message.guildId, message.author.id, 'passive');
    if (waitMs === null) return this.#submit(message, song, isStaff);
    await this.#slowDown(message, waitMs);
    return true;
  }

  async #slowDown(message: GuildMessage, waitMs: number): Promise<void> {
    await this.#remove(message);
    const minute = Math.floor(this.#ports.clock.now() / 60_000);
    await this.#refuse(message, { code: 'slow-down', retryAfterMs: waitMs }, `flood:${message.author.id}:${minute}`);
  }

  /** @returns false when it should be tried again */
  async #submit(
    message: GuildMessage,
    song: NonNullable<ReturnType<typeof songIn>>,
    isStaff: boolean,
  ): Promise<boolean> {
    const result = await this.#songs.add(() => this.#store(message, song));
    if (result === 'outage') return false;
    if (result.ok) {
      await this.#remove(message);
      const { submission, explained } = result.value;
      await this.#tell(message, `passive:${message.id}`, {
        kind: 'stored-passive',
        publicId: submission.publicId,
        title: submission.title,
        place: explained.place,
        extras: song.extras,
      });
      return true;
    }
    // What staff writes is not deleted for being no song; it may have been meant for people.
    const isInnocent = NOT_THEIR_FAULT.has(result.error.code);
    if (!isInnocent && !isStaff) await this.#remove(message);
    // A later try has another answer to tell.
    await this.#refuse(message, result.error, `${isInnocent ? 'passive-try' : 'passive'}:${message.id}`);
    return !isInnocent;
  }

  async #store(message: GuildMessage, song: NonNullable<ReturnType<typeof songIn>>) {
    try {
      return await this.#ports.submissions.submit({
        guildId: message.guildId,
        ownerId: message.author.id,
        ownerName: message.member?.displayName ?? message.author.displayName,
        via: 'passive',
        artist: '',
        title: '',
        note: '',
        line: 'free',
        ...(song.kind === 'file' ? { file: song.file } : { link: song.link }),
      });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.error({ err: error, guildId: message.guildId }, 'a pasted song could not be stored; it stays');
      return 'outage' as const;
    }
  }

  async #refuse(message: GuildMessage, failure: Failure, dedupeKey: string): Promise<void> {
    await this.#tell(message, dedupeKey, { kind: 'refused-passive', failure });
  }

  #tell({ guildId, author }: GuildMessage, once: string, notice: Notice): Promise<void> {
    return this.#ports.notices.tell(guildId, { kind: 'member', userId: author.id }, once, notice);
  }

  /** @param tries how often it was tried before */
  async #remove(message: GuildMessage, tries = 0): Promise<void> {
    try {
      await message.delete();
      this.#lacking.delete(message.channelId);
    } catch (error) {
      const code = apiCode(error);
      if (code !== null && NOTHING_TO_DELETE.has(code)) return;
      if (code === 50_013 || code === 50_001) return this.#alertOnce(message);
      if (!isOutage(error)) throw error;
      if (tries + 1 >= DELETE_TRIES || !this.#open) {
        this.#ports.log.warn({ err: error, messageId: message.id }, 'a message in the submissions channel stays');
        return;
      }
      this.#removeLater(message, tries + 1);
    }
  }

  #removeLater(message: GuildMessage, tries: number): void {
    const { clock } = this.#ports;
    const cancel = clock.after(backoffDelay(DELETE_RETRY, tries - 1, clock.random()), () => {
      this.#retries.delete(cancel);
      void this.#run(message, () => this.#remove(message, tries));
    });
    this.#retries.add(cancel);
  }

  async #alertOnce(message: GuildMessage): Promise<void> {
    if (this.#lacking.has(message.channelId)) return;
    this.#lacking.add(message.channelId);
    await this.#ports.alert(
      message.guildId,
      `I can't delete messages in <#${message.channelId}>: I'm missing **Manage Messages** there. Songs are taken all the same, but the messages stay.`,
      `passive-delete:${message.channelId}:${this.#ports.clock.now()}`,
    );
  }
}
