import type { CreateOptions, InteractionHandle, InteractionRecord, InteractionSpec } from './interaction-model.ts';
import type { World } from './world.ts';

export class Interactions {
  #world: World;
  #records = new Map<string, InteractionRecord>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A person does something; the gateway delivers it. Throws `Impossible` for what no client would let them do. */
  create(_spec: InteractionSpec, _options: CreateOptions = {}): InteractionHandle {
    throw new Error(`not yet ${this.#world.now()}`);
  }

  byToken(token: string): InteractionRecord | undefined {
    return this.#records.get(token);
  }
}
