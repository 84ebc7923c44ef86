/** What the audio tests share: songs made by ffmpeg, a CDN on loopback, the real store in memory. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Children } from '../../src/audio/children.ts';
import { systemSpawner } from '../../src/audio/fork-server.ts';
import { MediaFolder } from '../../src/audio/media-folder.ts';
import { findPrograms, type Programs } from '../../src/audio/programs.ts';
import type { VoiceMeter } from '../../src/ports/audio-out.ts';
import type { Logger } from '../../src/ports/logger.ts';

export const ENVIRONMENT = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8' };

export const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};

export const silentMeter: VoiceMeter = { voiceClosed: () => undefined, voiceReconnected: () => undefined };

export interface Workshop {
  readonly dir: string;
  readonly folder: MediaFolder;
  readonly programs: Programs;
  readonly children: Children;
  /** Runs ffmpeg with a last argument `name` in the workshop's folder. @returns the path */
  make(name: string, ...args: readonly string[]): string;
  bytes(name: string): Promise<Buffer>;
  close(): Promise<void>;
}

/** A temporary data folder with everything that touches files. */
export async function openWorkshop(): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), 'skipline-audio-'));
  const ytdlp = process.env.YTDLP_PATH;
  const programs = await findPrograms({ environment: ENVIRONMENT, ...(ytdlp === undefined ? {} : { ytdlp }) });
  const children = new Children(programs, systemSpawner());
  const folder = new MediaFolder(dir);
  await folder.prepare();
  return {
    dir,
    folder,
    programs,
    children,
    make(name, ...args) {
      const path = join(dir, name);
      execFileSync('ffmpeg', ['-nostdin', '-hide_banner', '-v', 'error', '-y', ...args, path]);
      return path;
    },
    bytes: (name) => readFile(join(dir, name)),
    async close() {
      await children.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** `lavfi` input of a sine. */
export const tone = (seconds: number, hz = 440): readonly string[] => [
  '-f',
  'lavfi',
  '-i',
  `sine=frequency=${hz}:sample_rate=48000:duration=${seconds}`,
  '-ac',
  '2',
];

export interface LocalOrigin {
  readonly origin: string;
  /** Paths asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

export async function serve(answer: RequestListener): Promise<LocalOrigin> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
