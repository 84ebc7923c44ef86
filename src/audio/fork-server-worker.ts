import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ForkServerAsk, type ForkServerTold, header, type OutputName, type Wanted } from './fork-server-words.ts';
import { killGroup } from './process-group.ts';

/** Runs as a process of its own: see `ForkServer`. */
interface Job {
  process: ChildProcess | null;
  isUnwanted: boolean;
}

const jobs = new Map<number, Job>();
let door = { path: '', secret: '' };

process.on('message', (ask: ForkServerAsk) => {
  switch (ask.kind) {
    case 'door':
      door = ask;
      break;
    case 'spawn':
      // Too much to be passed on, no memory left: that is the matter of one process, not of all.
      begin(ask.id, ask).catch(() => failed(ask.id));
      break;
    case 'kill': {
      const job = jobs.get(ask.id);
      if (job === undefined) return;
      job.isUnwanted = true;
      killGroup(job.process?.pid);
    }
  }
});
// It is for the bot to end this: whoever ends a whole service tells both, and the bot still has songs to play out.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
// The bot has ended, however it did: nothing of it stays.
process.on('disconnect', () => {
  for (const job of jobs.values()) {
    job.isUnwanted = true;
    killGroup(job.process?.pid);
  }
});
tell({ kind: 'up' });

/** @throws Error when the system does not take the process at all */
async function begin(id: number, { program, args, environment }: Wanted): Promise<void> {
  const job: Job = { process: null, isUnwanted: false };
  jobs.set(id, job);
  const tried = await Promise.allSettled([output(id, 'out'), output(id, 'err')]);
  const outputs = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  if (outputs.length < tried.length || job.isUnwanted) {
    for (const socket of outputs) socket.destroy();
    jobs.delete(id);
    tell(job.isUnwanted ? { kind: 'ended', id, code: null, signal: 'SIGKILL' } : { kind: 'failed', id });
    return;
  }
  try {
    // The process writes to the bot by itself; nothing passes through here.
    const child = spawn(program, args, { stdio: ['ignore', ...outputs], detached: true, env: environment });
    job.process = child;
    child.once('error', () => failed(id));
    child.once('exit', (code, signal) => {
      // Whatever it started and left behind.
      killGroup(child.pid);
      jobs.delete(id);
      tell({ kind: 'ended', id, code, signal });
    });
  } finally {
    for (const socket of outputs) socket.destroy();
  }
}

function failed(id: number): void {
  jobs.delete(id);
  tell({ kind: 'failed', id });
}

/** A connection to the bot. @throws Error when the bot is gone */
async function output(id: number, name: OutputName): Promise<Socket> {
  const socket = connect({ path: door.path });
  await once(socket, 'connect');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.write(header(door.secret, id, name), () => resolve());
  });
  return socket;
}

/** What can't be told any more is of interest to nobody. */
function tell(told: ForkServerTold): void {
  if (process.connected) process.send?.(told, undefined, undefined, () => undefined);
}
