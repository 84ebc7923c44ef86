import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CrowdAsk, CrowdTold } from './live-crowd.ts';

/** The LIVE's side of a bench, in a process of its own. */
export class CrowdProcess {
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor() {
    this.#process = fork(fileURLToPath(new URL('./live-crowd.ts', import.meta.url)));
    this.#ended = once(this.#process, 'exit');
  }

  ask(ask: CrowdAsk): void {
    this.#process.send(ask);
  }

  /** @throws Error when the process ends instead */
  until<K extends CrowdTold['kind']>(kind: K): Promise<Extract<CrowdTold, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const listen = (told: CrowdTold): void => {
        if (told.kind !== kind) return;
        this.#process.off('message', listen);
        // The kind was compared one line above, which the generic parameter cannot show.
        resolve(told as Extract<CrowdTold, { kind: K }>);
      };
      this.#process.on('message', listen);
      void this.#ended.then(() => reject(new Error('the crowd has gone')));
    });
  }

  async stop(): Promise<void> {
    if (this.#process.connected) this.ask({ kind: 'stop' });
    await this.#ended;
  }
}
