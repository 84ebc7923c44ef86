import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveRecorder, LiveRecording } from '../ports/live-recorder.ts';
import type { Logger } from '../ports/logger.ts';

export interface RecorderOptions {
  /** Bytes after which the next file begins. */
  readonly fileBytes: number;
  /** Bytes that all recordings together may take; the oldest go first. */
  readonly totalBytes: number;
  /** Bytes that may wait for the disk; beyond them lines are left out. */
  readonly waitingBytes: number;
}

export const RECORDER_OPTIONS: RecorderOptions = {
  fileBytes: 32 * 1024 * 1024,
  totalBytes: 512 * 1024 * 1024,
  waitingBytes: 8 * 1024 * 1024,
};

/** `<folder>/<guild>-<session>-<part>.ndjson`, one `{at, name, message}` per line. */
export class EventRecorder implements LiveRecorder {
  readonly #folder: string;
  readonly #log: Logger;
  readonly #options: RecorderOptions;

  constructor(folder: string, log: Logger, options: RecorderOptions = RECORDER_OPTIONS) {
    this.#folder = folder;
    this.#log = log;
    this.#options = options;
  }

  open(guildId: string, sessionId: number): LiveRecording {
    return new Recording(this.#folder, `${guildId}-${sessionId}`, this.#options, this.#log);
  }
}

class Recording implements LiveRecording {
  readonly #folder: string;
  readonly #name: string;
  readonly #options: RecorderOptions;
  readonly #log: Logger;
  #lines: string[] = [];
  #waiting = 0;
  #leftOut = 0;
  #working: Promise<void> | null = null;
  #file: { readonly stream: WriteStream; bytes: number } | null = null;
  #isBroken = false;

  constructor(folder: string, name: string, options: RecorderOptions, log: Logger) {
    this.#folder = folder;
    this.#name = name;
    this.#options = options;
    this.#log = log;
  }

  write(name: string, message: unknown, at: number): void {
    if (this.#isBroken || this.#waiting > this.#options.waitingBytes) {
      this.#leftOut += 1;
      return;
    }
    const line = `${toJson({ at, name, message })}\n`;
    this.#lines.push(line);
    this.#waiting += line.length;
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
  }

  async close(): Promise<void> {
    await this.#working;
    await this.#endFile();
    if (this.#leftOut > 0) this.#log.warn({ leftOut: this.#leftOut }, 'LIVE messages were left out of the recording');
  }

  async #work(): Promise<void> {
    try {
      while (this.#lines.length > 0) {
        const text = this.#lines.join('');
        this.#lines = [];
        const file = this.#file ?? (await this.#beginFile());
        await new Promise<void>((resolve, reject) => {
          file.stream.write(text, (error) => (error ? reject(error) : resolve()));
        });
        this.#waiting -= text.length;
        file.bytes += Buffer.byteLength(text);
        if (file.bytes >= this.#options.fileBytes) await this.#endFile();
      }
    } catch (error) {
      // A full disk must not end the show: the recording ends instead.
      this.#isBroken = true;
      this.#lines = [];
      this.#log.error({ err: error, recording: this.#name }, 'the recording of LIVE messages broke off');
    }
  }

  async #beginFile(): Promise<{ readonly stream: WriteStream; bytes: number }> {
    await mkdir(this.#folder, { recursive: true });
    await this.#makeRoom();
    const parts = (await readdir(this.#folder)).filter((name) => name.startsWith(`${this.#name}-`)).length;
    const path = join(this.#folder, `${this.#name}-${String(parts + 1).padStart(3, '0')}.ndjson`);
    const stream = createWriteStream(path, { flags: 'a' });
    // Failures come with each write; without a listener they would end the process as well.
    stream.on('error', (error) => this.#log.debug({ err: error }, 'recording file'));
    this.#file = { stream, bytes: 0 };
    return this.#file;
  }

  async #endFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    if (file !== null && !file.stream.destroyed) await new Promise<void>((resolve) => file.stream.end(() => resolve()));
  }

  /** Deletes the oldest recordings until there is room for one more file. */
  async #makeRoom(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.ndjson'));
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const { size, mtimeMs } = await stat(path);
        return { path, size, mtimeMs };
      }),
    );
    let total = files.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (total + this.#options.fileBytes <= this.#options.totalBytes) return;
      await rm(path, { force: true });
      total -= size;
    }
  }
}

/** Raw bytes inside a message are of no use in a text. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'bigint') return String(inner);
    const isBytes = typeof inner === 'object' && inner !== null && 'type' in inner && inner.type === 'Buffer';
    return isBytes || inner instanceof Uint8Array ? undefined : inner;
  });
}
