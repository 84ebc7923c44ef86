import { asObject, asString, objectsIn } from '../../sandbox/discord/json.ts';
import type { Message } from '../../sandbox/discord/model.ts';
import { controlsIn } from '../../sandbox/discord/people/component-tree.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import type { World } from '../../sandbox/discord/world.ts';

interface Place {
  readonly id: string;
}

/** One thing that can be pressed: a button (without options) or a menu. */
interface Control {
  readonly customId: string;
  readonly options: readonly string[];
}

/** Numbers choose among what there is. */
export interface Press {
  /** On a panel, or on the newest answer that has buttons of its own. */
  readonly where: 'panel' | 'answer';
  readonly panel: number;
  /** How many states of the message ago it was looked at; 0 = as it stands now. */
  readonly age: number;
  readonly control: number;
  /** Of a menu. */
  readonly option: number;
  /** A second press in the same instant. */
  readonly twice: boolean;
  /** For a modal: with a reason or without, which decision; or closed unsent. */
  readonly reason: boolean;
  readonly decision: number;
  readonly send: boolean;
}

/** What came of one press of a button or menu, or of a modal. */
export interface Pressed {
  readonly who: Human;
  readonly action: string;
  readonly customId: string;
  readonly seen: Seen;
}

/** States of a message that are kept to be pressed later. */
const KEPT = 6;

/** What stood on messages of the bot, also before their last edits. */
export class PanelMemory {
  readonly #states = new Map<string, Message[]>();
  readonly #stop: () => void;

  constructor(world: World) {
    const keep = (message: Message) => {
      const states = [message, ...(this.#states.get(message.id) ?? [])];
      this.#states.set(message.id, states.slice(0, KEPT));
    };
    const stops = [
      world.events.on('message-created', ({ message }) => keep(message)),
      world.events.on('message-edited', ({ message }) => keep(message)),
    ];
    this.#stop = () => {
      for (const stop of stops) stop();
    };
  }

  /** As the message stood so many states ago, or at first. */
  before(message: Message, age: number): Message {
    const states = this.#states.get(message.id) ?? [];
    return states[Math.min(age, states.length - 1)] ?? message;
  }

  close(): void {
    this.#stop();
  }
}

/** Somebody who presses anything that stands on panels and in the answers to that, old copies too. */
export class PanelMonkey {
  readonly who: Human;
  readonly pressed: Pressed[] = [];
  readonly #memory: PanelMemory;
  /** Where they look for panels. */
  readonly #channels: readonly Place[];
  #answer: Message | null = null;

  constructor(who: Human, memory: PanelMemory, channels: readonly Place[]) {
    this.who = who;
    this.#memory = memory;
    this.#channels = channels;
  }

  async press(press: Press): Promise<void> {
    const message = this.#message(press);
    const controls = message === null ? [] : controlsOf(this.#memory.before(message, press.age));
    const control = controls[press.control % Math.max(1, controls.length)];
    if (message === null || control === undefined) return;
    const once = () => this.#one(message, control, press);
    await Promise.all(press.twice ? [once(), once()] : [once()]);
  }

  #message({ where, panel }: Press): Message | null {
    if (where === 'answer' && this.#answer !== null) return this.#answer;
    const panels = this.#channels.flatMap((channel) => this.who.sees(channel)).map(({ message }) => message);
    return panels[panel % Math.max(1, panels.length)] ?? null;
  }

  async #one(message: Message, control: Control, press: Press): Promise<void> {
    const { customId, options } = control;
    const option = options[press.option % Math.max(1, options.length)];
    const first =
      option === undefined
        ? await this.who.clickRaw(message, customId)
        : await this.who.selectRaw(message, customId, [option]);
    const seen = await this.#read(customId, first);
    if (seen.modal === null || !press.send) return;
    const decisions = optionsOf(seen);
    const decision = decisions[press.decision % Math.max(1, decisions.length)];
    const sent = await this.who.fillModal(seen, {
      ...(press.reason ? { Reason: 'Because.' } : {}),
      ...(decision === undefined ? {} : { Decision: decision }),
    });
    await this.#read(asString(seen.modal.custom_id) ?? '', sent);
  }

  async #read(customId: string, first: Seen): Promise<Seen> {
    const seen = first.answered === 'deferred' ? await first.final({ timeoutMs: 20_000 }) : first;
    this.pressed.push({ who: this.who, action: customId.split(':')[1] ?? '', customId, seen });
    if (seen.ephemeral && seen.message !== null && controlsOf(seen.message).length > 0) this.#answer = seen.message;
    return seen;
  }
}

function controlsOf(message: Message): readonly Control[] {
  return controlsIn(message.components).flatMap((control): readonly Control[] => {
    const customId = asString(control.custom_id);
    if (customId === undefined) return [];
    return [{ customId, options: objectsIn(control.options).map(({ value }) => asString(value) ?? '') }];
  });
}

function optionsOf({ modal }: Seen): readonly string[] {
  return objectsIn(modal?.components)
    .flatMap(({ component }) => objectsIn(asObject(component)?.options))
    .map(({ label }) => asString(label) ?? '');
}
