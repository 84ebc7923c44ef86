import type { Failure } from '../domain/failure.ts';
import type { Result } from '../lib/result.ts';
import type { Logger } from '../ports/logger.ts';
import type { LiveStatus } from './snapshots.ts';

/** Whoever asked to connect: one answer, and news until the LIVE is entered or given up. */
export class LiveAsker {
  readonly #log: Logger;
  #answer: PromiseWithResolvers<Result<LiveStatus, Failure>> | null = null;
  #onProgress: ((status: LiveStatus) => void) | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  asks(onProgress: ((status: LiveStatus) => void) | null): Promise<Result<LiveStatus, Failure>> {
    this.#answer = Promise.withResolvers();
    this.#onProgress = onProgress;
    return this.#answer.promise;
  }

  /** The first answer counts. */
  answer(result: Result<LiveStatus, Failure>): void {
    this.#answer?.resolve(result);
    this.#answer = null;
  }

  fail(error: unknown): void {
    this.#answer?.reject(error);
    this.#answer = null;
  }

  changed(status: LiveStatus): void {
    this.#tell(status);
    // From here on the panels tell.
    if (status.kind !== 'trying') this.#onProgress = null;
    if (status.kind === 'disconnected') this.left(status);
  }

  /** Cancelled before anything came of it. */
  left(status: LiveStatus): void {
    this.answer({ ok: true, value: status });
  }

  /** Whoever wants to watch must not stop the show. */
  #tell(status: LiveStatus): void {
    try {
      this.#onProgress?.(status);
    } catch (error) {
      this.#log.error({ err: error }, 'progress of the LIVE could not be shown');
      this.#onProgress = null;
    }
  }
}
