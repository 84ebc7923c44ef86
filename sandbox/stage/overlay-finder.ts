import type { World } from '../discord/world.ts';
import type { OverlayView } from './protocol.ts';

/** The address the bot gives away: what comes before the path depends on how the bot thinks it is reached. */
const OVERLAY_PATH = /\/overlay\/([\w-]{8,128})(?![\w-])/;

/** Learns the secret path of the bot's overlay from what the bot writes, as a streamer would. */
export class OverlayFinder {
  readonly #world: World;
  readonly #onChange: (view: OverlayView) => void;
  #path: string | null;
  #unsubscribe: (() => void) | undefined;

  constructor(world: World, earlier: string | null, onChange: (view: OverlayView) => void) {
    this.#world = world;
    this.#path = earlier;
    this.#onChange = onChange;
  }

  get path(): string | null {
    return this.#path;
  }

  get view(): OverlayView {
    if (this.#path !== null) return { kind: 'found', path: this.#path };
    return this.offersOverlay
      ? {
          kind: 'hint',
          text: 'The bot has an overlay for the stream. Nova gets its address with /overlay show.',
          mayAsk: true,
        }
      : { kind: 'hint', text: 'This bot offers no overlay.', mayAsk: false };
  }

  /** The bot has a command that gives the address away. */
  get offersOverlay(): boolean {
    return [...this.#world.commands.values()].some(({ name }) => name === 'overlay');
  }

  start(): void {
    this.#unsubscribe = this.#world.events.subscribe((event) => {
      if (event.type === 'message-created' || event.type === 'message-edited') {
        if (event.message.authorId === this.#world.bot.id)
          this.#read(JSON.stringify(event.message.components) + event.message.content);
      } else if (event.type === 'commands-registered') this.#onChange(this.view);
    });
  }

  stop(): void {
    this.#unsubscribe?.();
  }

  #read(text: string): void {
    const key = OVERLAY_PATH.exec(text)?.[1];
    if (key === undefined || this.#path === `/overlay/${key}`) return;
    this.#path = `/overlay/${key}`;
    this.#onChange(this.view);
  }
}
