import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attachment, FileInput } from './model.ts';
import type { World } from './world.ts';

/** Signed URLs live this long. */
export const URL_LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Files beyond this total go to a temporary folder instead of memory. */
const MEMORY_BUDGET_BYTES = 256 * 1024 * 1024;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/x-wav',
  m4a: 'audio/mp4',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  mp4: 'video/mp4',
  txt: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** Discord derives the type from the extension; without a known one there is none. */
export const contentTypeOf = (filename: string): string | null =>
  CONTENT_TYPES[filename.toLowerCase().split('.').pop() ?? ''] ?? null;

/** Spaces become underscores and anything else unusual disappears. The name before that goes into `title`. */
export const normaliseFilename = (name: string): { readonly filename: string; readonly title: string | null } => {
  const base = name.split(/[\\/]/).pop() ?? '';
  const filename =
    base
      .normalize('NFKD')
      .replace(/\s+/g, '_')
      .replace(/[^\w.-]/g, '')
      .replace(/^\.+/, '') || 'unknown';
  return { filename, title: filename === base ? null : base.replace(/\.[^.]*$/, '') };
};

interface AttachmentSeed {
  readonly file: FileInput;
  readonly channelId: string;
  readonly ephemeral: boolean;
  readonly description?: string | null;
  readonly spoiler?: boolean;
  readonly durationSecs?: number | null;
  readonly waveform?: string | null;
}

type Stored =
  | { readonly kind: 'memory'; readonly attachment: Attachment; readonly bytes: Uint8Array }
  | { readonly kind: 'disk'; readonly attachment: Attachment; readonly path: string };

/** Uploaded files and the signed URLs that lead to them. */
export class FileStore {
  #world: World;
  #secret = randomBytes(16);
  #stored = new Map<string, Stored>();
  #bytesInMemory = 0;
  #folder: string | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  add(seed: AttachmentSeed): Attachment {
    const { filename, title } = normaliseFilename(seed.file.name);
    const attachment: Attachment = {
      id: this.#world.ids.next(),
      channelId: seed.channelId,
      filename,
      title,
      contentType: contentTypeOf(filename),
      size: seed.file.bytes.byteLength,
      description: seed.description ?? null,
      ephemeral: seed.ephemeral,
      spoiler: seed.spoiler ?? filename.startsWith('SPOILER_'),
      durationSecs: seed.durationSecs ?? null,
      waveform: seed.waveform ?? null,
    };
    this.#stored.set(attachment.id, this.#keep(attachment, seed.file.bytes));
    return attachment;
  }

  /** Puts an earlier file back under its id. */
  restore(attachment: Attachment, bytes: Uint8Array): void {
    this.#stored.set(attachment.id, this.#keep(attachment, bytes));
  }

  /** The bytes, or undefined when the file is gone. */
  bytes(attachmentId: string): Uint8Array | undefined {
    const stored = this.#stored.get(attachmentId);
    if (stored === undefined) return undefined;
    return stored.kind === 'memory' ? stored.bytes : readFileSync(stored.path);
  }

  attachment(attachmentId: string): Attachment | undefined {
    return this.#stored.get(attachmentId)?.attachment;
  }

  remove(attachmentId: string): void {
    const stored = this.#stored.get(attachmentId);
    if (stored === undefined) return;
    this.#stored.delete(attachmentId);
    if (stored.kind === 'memory') this.#bytesInMemory -= stored.bytes.byteLength;
    else rmSync(stored.path, { force: true });
  }

  /** A URL that works for 24 h of sandbox time from now, as long as the file exists. */
  url(attachment: Attachment): string {
    const path = this.#path(attachment);
    const issued = Math.floor(this.#world.now() / 1000);
    const ex = (issued + URL_LIFETIME_MS / 1000).toString(16);
    const is = issued.toString(16);
    return `${this.#world.origins.cdn}${path}?ex=${ex}&is=${is}&hm=${this.#sign(path, ex, is)}&`;
  }

  /** What the CDN answers for a path and query. `expired` and `unsigned` are both a 404 to the outside. */
  open(
    path: string,
    query: URLSearchParams,
  ): { readonly attachment: Attachment; readonly bytes: Uint8Array } | 'unsigned' | 'expired' | 'gone' {
    const [ex, is, hm] = [query.get('ex'), query.get('is'), query.get('hm')];
    if (ex === null || is === null || hm !== this.#sign(path, ex, is)) return 'unsigned';
    if (Number.parseInt(ex, 16) * 1000 <= this.#world.now()) return 'expired';
    const id = path.split('/').at(-2) ?? '';
    const attachment = this.attachment(id);
    const bytes = this.bytes(id);
    return attachment === undefined || bytes === undefined ? 'gone' : { attachment, bytes };
  }

  /** Signs an attachment URL anew, expired or not; undefined when it never was one of ours. */
  refresh(url: string): string | undefined {
    const attachment = this.attachment(URL.parse(url)?.pathname.split('/').at(-2) ?? '');
    return attachment === undefined ? undefined : this.url(attachment);
  }

  close(): void {
    this.#stored.clear();
    this.#bytesInMemory = 0;
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #path(attachment: Attachment): string {
    const root = attachment.ephemeral ? 'ephemeral-attachments' : 'attachments';
    return `/${root}/${attachment.channelId}/${attachment.id}/${encodeURIComponent(attachment.filename)}`;
  }

  #sign(path: string, ex: string, is: string): string {
    return createHmac('sha256', this.#secret).update(`${path}|${ex}|${is}`).digest('hex');
  }

  #keep(attachment: Attachment, bytes: Uint8Array): Stored {
    if (this.#bytesInMemory + bytes.byteLength <= MEMORY_BUDGET_BYTES) {
      this.#bytesInMemory += bytes.byteLength;
      return { kind: 'memory', attachment, bytes };
    }
    this.#folder ??= mkdtempSync(join(tmpdir(), 'sandbox-cdn-'));
    const path = join(this.#folder, attachment.id);
    writeFileSync(path, bytes);
    return { kind: 'disk', attachment, path };
  }
}
