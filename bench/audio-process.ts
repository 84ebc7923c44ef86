import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { AS_STARTED } from './as-started.ts';
import type { AudioAsk, AudioTold, SideName } from './audio-child.ts';
import { BENCH_BOT, type BenchSongs } from './audio-side.ts';

export const PATIENCE_MS = 60_000;

/** @param first guilds that another side already is in */
export const guildIds = (count: number, first = 0): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(200_000_000_000_000_001n + BigInt(first + index)));

/** One side in a process of its own. */
export class AudioProcess {
  readonly #child: ChildProcess;
  readonly #told: AudioTold[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(side: SideName, songs: BenchSongs, voice: VoiceSandbox, env: object = {}) {
    const script = fileURLToPath(new URL('./audio-child.ts', import.meta.url));
    const rivals = fileURLToPath(new URL('./rivals/node_modules', import.meta.url));
    this.#child = fork(script, [side, JSON.stringify(songs)], {
      // `--cpu-prof` and the like, for whoever looks where time goes.
      execArgv: [...process.execArgv, ...(process.env.BENCH_NODE_ARGS ?? '').split(' ').filter(Boolean)],
      // NODE_PATH: the library looks for an Opus encoder by its name.
      env: {
        ...process.env,
        ...(side === 'ours' ? AS_STARTED : {}),
        ...env,
        NODE_EXTRA_CA_CERTS: voice.certPath,
        NODE_PATH: rivals,
        DISABLE_ACK_LOG_WARNING: '1',
      },
    });
    this.#child.on('message', (told: AudioTold) => {
      if (told.kind === 'admit') {
        const { guildId, channelId } = told;
        const sessionId = randomUUID();
        const issued = voice.issue({ guildId, channelId, userId: BENCH_BOT, sessionId, stage: false });
        this.send({ kind: 'admission', id: told.id, admission: { ...issued, sessionId } });
        return;
      }
      this.#told.push(told);
      for (const look of [...this.#watchers]) look();
    });
    this.#child.on('exit', () => {
      for (const look of [...this.#watchers]) look();
    });
  }

  send(ask: AudioAsk): void {
    this.#child.send(ask);
  }

  async ask(ask: AudioAsk): Promise<Extract<AudioTold, { kind: 'done' }>> {
    this.send(ask);
    const told = await this.until((each) => each.kind === 'done' && each.what === ask.kind);
    return told as Extract<AudioTold, { kind: 'done' }>;
  }

  async usage(): Promise<Extract<AudioTold, { kind: 'usage' }>> {
    return (await this.until((told) => told.kind === 'usage')) as Extract<AudioTold, { kind: 'usage' }>;
  }

  until(isWanted: (told: AudioTold) => boolean): Promise<AudioTold> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        finish();
      };
      const look = (): void => {
        const found = this.#told.find(isWanted);
        if (found !== undefined) {
          this.#told.splice(this.#told.indexOf(found), 1);
          settle(() => resolve(found));
        } else if (this.#child.exitCode !== null) settle(() => reject(new Error('a process of the bench ended')));
      };
      const timer = setTimeout(() => settle(() => reject(new Error('the bench waited too long'))), PATIENCE_MS);
      this.#watchers.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.send({ kind: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }
}
