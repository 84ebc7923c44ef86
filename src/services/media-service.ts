import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { MediaFiles } from '../ports/media-files.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';

export interface MediaServicePorts {
  readonly store: Store;
  readonly files: MediaFiles;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Prepares stored files for playback: one at a time, in the background, taken up again after a restart. */
export class MediaService {
  readonly #ports: MediaServicePorts;

  constructor(ports: MediaServicePorts) {
    this.#ports = ports;
  }

  /** Removes half files and takes up what a restart interrupted. Call before anything is taken in. */
  async start(): Promise<void> {
    this.#ports.log.debug({}, 'media service is not built yet');
  }

  async stop(): Promise<void> {
    this.#ports.log.debug({}, 'media service is not built yet');
  }

  /** @param urgent before everything else that waits: the song is on air */
  enqueue(sha256: string, urgent = false): void {
    this.#ports.log.debug({ sha256, urgent }, 'media service is not built yet');
  }
}
