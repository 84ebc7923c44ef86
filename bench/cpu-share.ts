import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Half a core for one program and what it starts. */
export interface CpuShare {
  /** How it is done, for the name of a row. */
  readonly way: string;
  end(): Promise<void>;
}

const ROOT = '/sys/fs/cgroup';
/** What Docker's `--cpus` gives: a share of every tenth of a second. µs */
const PERIOD_US = 100_000;
/** Of the fallback: short enough for 20 ms frames to be late and not lost. ms */
const SLICE_MS = 10;

/** By control groups where we may, else by stopping the program half of the time, which also costs its children. */
export async function halfACore(pid: number): Promise<CpuShare> {
  return (await byGroup(pid, 'v2')) ?? (await byGroup(pid, 'v1')) ?? bySignals(pid);
}

async function byGroup(pid: number, version: 'v1' | 'v2'): Promise<CpuShare | null> {
  const group = join(ROOT, ...(version === 'v1' ? ['cpu'] : []), `skipline-bench-${process.pid}`);
  try {
    if (version === 'v2') await readFile(join(ROOT, 'cgroup.controllers'));
    await mkdir(group);
    const half = PERIOD_US / 2;
    if (version === 'v2') await writeFile(join(group, 'cpu.max'), `${half} ${PERIOD_US}`);
    else {
      await writeFile(join(group, 'cpu.cfs_period_us'), `${PERIOD_US}`);
      await writeFile(join(group, 'cpu.cfs_quota_us'), `${half}`);
    }
    await writeFile(join(group, 'cgroup.procs'), `${pid}`);
  } catch (error) {
    // Another version, read-only, or not ours to write.
    if (!(error instanceof Error && 'code' in error)) throw error;
    await rm(group, { recursive: true, force: true }).catch((left: Error) => process.emitWarning(left));
    return null;
  }
  return { way: `cgroup ${version}`, end: () => leave(group) };
}

/** The group goes when its last process has gone. */
async function leave(group: string): Promise<void> {
  for (const pid of (await readFile(join(group, 'cgroup.procs'), 'utf8')).split('\n').filter((line) => line !== ''))
    await writeFile(join(group, '..', 'cgroup.procs'), pid);
  await rmdir(group);
}

function bySignals(pid: number): CpuShare {
  let running = true;
  const timer = setInterval(() => {
    running = !running;
    void tell(pid, running ? 'SIGCONT' : 'SIGSTOP');
  }, SLICE_MS);
  return {
    way: 'stopped half of the time',
    end: async () => {
      clearInterval(timer);
      await tell(pid, 'SIGCONT');
    },
  };
}

async function tell(pid: number, signal: 'SIGCONT' | 'SIGSTOP'): Promise<void> {
  for (const each of [pid, ...(await childrenOf(pid))]) {
    try {
      process.kill(each, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return lists.flatMap((list) => list.split(' ').filter((each) => each !== '')).map(Number);
}
