import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { killGroup } from './process-group.ts';
import type { Environment, ProcessEnd, Spawned, Spawner } from './spawner.ts';

/** Processes are children of this one. */
export class LocalSpawner implements Spawner {
  spawn(program: string, args: readonly string[], environment: Environment): Spawned {
    const child: ChildProcessByStdio<null, Readable, Readable> = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      env: environment,
      windowsHide: true,
    });
    let isUnwanted = false;
    const isRunning = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
    const ended = new Promise<ProcessEnd | null>((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', () => {
        // Whatever it started and left behind.
        killGroup(child.pid);
        // Nobody reads on; unread output would keep `close` from coming.
        if (isUnwanted) child.stdout.destroy();
      });
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    const kill = (): void => {
      isUnwanted = true;
      if (isRunning()) killGroup(child.pid);
      else child.stdout.destroy();
    };
    return { stdout: child.stdout, stderr: child.stderr, ended, kill };
  }

  close(): void {}
}
