import { randomUUID } from 'node:crypto';
import { Impossible } from '../discord/interaction-model.ts';
import type { FileInput } from '../discord/model.ts';
import type { UploadRef, UploadView } from './acts.ts';

/** Bytes of all files that wait to be handed over; the oldest go first. */
const BUDGET_BYTES = 256 * 1024 * 1024;

/** Files that the page has sent and that a person may now attach, as often as they like. */
export class Uploads {
  readonly #files = new Map<string, FileInput>();
  #bytes = 0;

  add(file: FileInput): UploadView {
    const upload = randomUUID();
    this.#files.set(upload, file);
    this.#bytes += file.bytes.byteLength;
    for (const [oldest, { bytes }] of this.#files) {
      if (this.#bytes <= BUDGET_BYTES || oldest === upload) break;
      this.#files.delete(oldest);
      this.#bytes -= bytes.byteLength;
    }
    return { upload, name: file.name, size: file.bytes.byteLength };
  }

  get({ upload }: UploadRef): FileInput {
    const file = this.#files.get(upload);
    if (file === undefined) throw new Impossible('that file is no longer here: choose it again');
    return file;
  }
}
