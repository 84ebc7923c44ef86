import { Impossible } from '../discord/interaction-model.ts';
import type { Human } from '../discord/people/human.ts';
import type { Seen } from '../discord/people/seen.ts';
import type { World } from '../discord/world.ts';
import type { WorldEvent } from '../discord/world-events.ts';
import type { Act, Answers, FieldValue, OptionValue, StageRequest, UploadRef } from './acts.ts';
import type { ChoiceView, Outcome, StageAnswer, StageFact } from './protocol.ts';
import type { Stage } from './stage.ts';
import { channelViews, commandViews, messageView, roleViews, sceneView, seesMessage, userViews } from './views.ts';

/** Changes of names and places come in bunches; they are told once per bunch. ms */
const BUNCH_MS = 40;
/** Modals that a visitor may still submit. */
const KEPT_MODALS = 20;

type Doers = { readonly [K in Act['kind']]: (act: Extract<Act, { readonly kind: K }>) => Promise<Answers[K]> };

/** One open page: who its visitor is at the moment, what that person sees, and what they do. */
export class Visitor {
  readonly #stage: Stage;
  readonly #world: World;
  readonly #send: (message: StageFact | StageAnswer) => void;
  readonly #modals = new Map<string, Seen>();
  #me: Human;
  #unsubscribe: (() => void) | undefined;
  #bunch: NodeJS.Timeout | undefined;
  #changed = { places: false, names: false };

  constructor(stage: Stage, send: (message: StageFact | StageAnswer) => void) {
    this.#stage = stage;
    this.#world = stage.world;
    this.#send = send;
    this.#me = stage.cast.people.ana;
  }

  enter(): void {
    this.#unsubscribe = this.#world.events.subscribe((event) => this.#hear(event));
    for (const fact of this.#stage.facts()) this.#send(fact);
    this.#send({ type: 'scene', scene: sceneView(this.#world, this.#me) });
  }

  leave(): void {
    this.#unsubscribe?.();
    clearTimeout(this.#bunch);
  }

  /** Answers every request exactly once; what a real client would not let happen is said in words. */
  async request({ re, act }: StageRequest): Promise<void> {
    try {
      this.#send({ type: 'answer', re, ok: true, value: await this.#do(act) });
    } catch (error) {
      if (!(error instanceof Impossible))
        this.#stage.log.add('you', 'bad', `That broke the demo itself: ${String(error)}`);
      this.#send({ type: 'answer', re, ok: false, why: error instanceof Error ? error.message : String(error) });
    }
  }

  #do(act: Act): Promise<unknown> {
    // The table has one entry per kind, which TypeScript cannot follow through the index.
    const doer = this.#doers[act.kind] as (act: Act) => Promise<unknown>;
    return doer(act);
  }

  readonly #doers: Doers = {
    be: async ({ personId }) => {
      const human = Object.values(this.#stage.cast.people).find(({ id }) => id === personId);
      if (human === undefined) throw new Impossible('there is nobody like that');
      this.#me = human;
      this.#modals.clear();
      this.#send({ type: 'scene', scene: sceneView(this.#world, human) });
      return null;
    },
    say: async ({ channelId, text, files, replyTo }) => {
      const replied = replyTo === null ? undefined : this.#message(channelId, replyTo);
      const handed = files.map((file) => this.#stage.uploads.get(file));
      await this.#me.say(channelId, text, handed, replied === undefined ? {} : { replyTo: replied });
      return null;
    },
    delete: async ({ channelId, messageId }) => {
      const message = this.#message(channelId, messageId);
      const mayManage = channelViews(this.#world, this.#me).some(({ id, mayManage }) => id === channelId && mayManage);
      if (message.ephemeralFor !== null || (message.authorId !== this.#me.id && !mayManage))
        throw new Impossible(`${this.#me.name} may not delete this message`);
      this.#world.messages.delete(channelId, messageId);
      return null;
    },
    commands: async ({ channelId }) => commandViews(this.#world, this.#me, channelId),
    slash: async ({ channelId, path, options }) =>
      this.#outcome(await this.#me.slash(path, this.#options(options), { channel: channelId })),
    complete: async ({ channelId, path, option, text, options }): Promise<readonly ChoiceView[]> => {
      const act = { channel: channelId, options: this.#options(options) };
      const seen = await this.#me.autocomplete(path, option, text, act);
      if (seen.error !== undefined) throw new Impossible(seen.error);
      return seen.choices;
    },
    click: async ({ channelId, messageId, customId }) =>
      this.#outcome(await this.#me.clickRaw(this.#message(channelId, messageId), customId, { force: false })),
    select: async ({ channelId, messageId, customId, values }) =>
      this.#outcome(await this.#me.select(this.#message(channelId, messageId), { customId }, values)),
    'message-menu': async ({ channelId, messageId, command }) =>
      this.#outcome(await this.#me.contextMenu(command, this.#message(channelId, messageId))),
    modal: async ({ from, fields }) => {
      const seen = this.#modals.get(from);
      if (seen === undefined) throw new Impossible('this form is no longer open');
      const entries = Object.entries(fields).map(([name, value]) => [name, this.#field(value)] as const);
      return this.#outcome(await this.#me.fillModal(seen, Object.fromEntries(entries)));
    },
    'join-voice': async ({ channelId }) => {
      await this.#me.joinVoice(channelId);
      return null;
    },
    'leave-voice': async () => {
      await this.#me.leaveVoice();
      return null;
    },
    live: async ({ deed }) => {
      this.#stage.live.do(deed);
      return null;
    },
    fault: async ({ deed }) => {
      this.#stage.faults.do(deed);
      return null;
    },
    show: async ({ run }) => {
      if (run === 'stop') this.#stage.show.stop();
      else this.#stage.show.start(run);
      return null;
    },
    'ask-overlay': async () => {
      if (!this.#stage.overlay.offersOverlay) throw new Impossible('this bot offers no overlay');
      const { people, channels } = this.#stage.cast;
      const seen = await people.nova.slash('overlay show', {}, { channel: channels.lobby });
      if (seen.error !== undefined) throw new Impossible(seen.error);
      return null;
    },
    sample: async ({ sample }) => this.#stage.uploads.add(await this.#stage.samples.get(sample)),
  };

  #message(channelId: string, messageId: string) {
    const message = this.#world.messages.get(channelId, messageId);
    if (message === undefined || !seesMessage(this.#world, this.#me, message))
      throw new Impossible('the message is gone');
    return message;
  }

  #options(options: Readonly<Record<string, OptionValue>>) {
    const given = Object.entries(options).map(
      ([name, value]) => [name, typeof value === 'object' ? this.#stage.uploads.get(value) : value] as const,
    );
    return Object.fromEntries(given);
  }

  #field(value: FieldValue) {
    if (typeof value !== 'object') return value;
    return value.map((entry: string | UploadRef) =>
      typeof entry === 'string' ? entry : this.#stage.uploads.get(entry),
    );
  }

  #outcome(seen: Seen): Outcome {
    if (seen.error !== undefined) return { kind: 'failed', text: seen.error };
    if (seen.modal === null) return { kind: 'shown' };
    const from = seen.interaction.id;
    this.#modals.set(from, seen);
    for (const oldest of this.#modals.keys()) {
      if (this.#modals.size <= KEPT_MODALS) break;
      this.#modals.delete(oldest);
    }
    return { kind: 'modal', from, modal: seen.modal };
  }

  #hear(event: WorldEvent): void {
    switch (event.type) {
      case 'message-created':
      case 'message-edited':
        if (seesMessage(this.#world, this.#me, event.message)) {
          const message = messageView(this.#world, this.#me, event.message);
          this.#send({ type: 'message', message, fresh: event.type === 'message-created' });
        }
        break;
      case 'reaction-added':
      case 'reaction-removed':
        if (seesMessage(this.#world, this.#me, event.message))
          this.#send({ type: 'message', message: messageView(this.#world, this.#me, event.message), fresh: false });
        break;
      case 'message-deleted':
        this.#send({ type: 'message-gone', channelId: event.message.channelId, messageId: event.message.id });
        break;
      case 'typing':
        this.#send({ type: 'typing', channelId: event.channelId, userId: event.userId });
        break;
      case 'commands-registered':
        this.#send({ type: 'commands-changed' });
        break;
      case 'channel-created':
      case 'channel-updated':
      case 'channel-deleted':
      case 'voice-state':
      case 'voice-status':
        this.#tell('places');
        break;
      case 'role-created':
      case 'role-updated':
      case 'role-deleted':
      case 'member-added':
      case 'member-updated':
      case 'member-removed':
      case 'user-updated':
        this.#tell('names');
        this.#tell('places');
        break;
      default:
        break;
    }
  }

  #tell(what: 'places' | 'names'): void {
    this.#changed[what] = true;
    this.#bunch ??= setTimeout(() => {
      this.#bunch = undefined;
      const { places, names } = this.#changed;
      this.#changed = { places: false, names: false };
      const { guildId } = this.#me;
      if (names)
        this.#send({ type: 'names', users: userViews(this.#world, guildId), roles: roleViews(this.#world, guildId) });
      if (places) this.#send({ type: 'places', channels: channelViews(this.#world, this.#me) });
    }, BUNCH_MS);
  }
}
