import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough, pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type ForkServerAsk,
  type ForkServerTold,
  HEADER_BYTES,
  header,
  type OutputName,
  SECRET_LENGTH,
} from './fork-server-words.ts';
import { LocalSpawner } from './local-spawner.ts';
import { typescriptFlags } from './node-flags.ts';
import type { Environment, ProcessEnd, Spawned, Spawner } from './spawner.ts';

const WORKER = fileURLToPath(new URL('./fork-server-worker.ts', import.meta.url));
/** Who connects says at once who they are. ms */
const GREETING_MS = 5_000;
const OUTPUTS = ['out', 'err'] as const satisfies readonly OutputName[];
/** Who started it is gone. */
const ABANDONED: ProcessEnd = { code: null, signal: 'SIGHUP' };

interface Running {
  readonly process: ChildProcess;
  readonly server: Server;
  readonly secret: string;
  readonly children: Map<number, RemoteChild>;
  isUp: boolean;
}

/**
 * Starts processes through a small process of its own. The system copies the page tables of whoever starts one: for the
 * bot that is several milliseconds in which no packet of sound leaves. Output still comes straight to the bot, over
 * sockets without a name on the disk (Linux). The small process comes with the first use and goes with the bot, and takes
 * along what it started.
 */
export class ForkServer implements Spawner {
  readonly #local: Spawner = new LocalSpawner();
  #running: Running | null = null;
  /** It ended before it could do anything: not on this system. */
  #isBroken = false;
  #lastId = 0;

  /** Of the small process; for tests. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  spawn(program: string, args: readonly string[], environment: Environment): Spawned {
    if (this.#isBroken) return this.#local.spawn(program, args, environment);
    this.#running ??= this.#start();
    const running = this.#running;
    const { process, children } = running;
    this.#lastId += 1;
    const id = this.#lastId;
    const child = new RemoteChild(() => ask(process, { kind: 'kill', id }));
    children.set(id, child);
    hold(running);
    // Not before: its end may be told before its last words are heard.
    void child.ended.then(() => {
      children.delete(id);
      hold(running);
    });
    ask(process, { kind: 'spawn', id, program, args, environment });
    return child;
  }

  close(): void {
    const running = this.#running;
    this.#running = null;
    running?.server.close();
    if (running?.process.connected === true) running.process.disconnect();
  }

  #start(): Running {
    const child = fork(WORKER, {
      // Its own group: what a terminal sends to the bot's does not end it too early.
      detached: true,
      // It needs none, least of all the bot's secrets.
      env: {},
      execArgv: [...process.execArgv, ...typescriptFlags(process.versions.node)],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const secret = randomBytes(SECRET_LENGTH / 2).toString('hex');
    const path = `\0skipline-${randomBytes(16).toString('hex')}`;
    const server = createServer((socket) => greet(socket, running));
    const running: Running = { process: child, server, secret, children: new Map(), isUp: false };
    child.on('message', (told: ForkServerTold) => this.#hear(running, told));
    child.once('error', () => this.#gone(running));
    child.once('exit', () => this.#gone(running));
    server.on('error', () => child.kill('SIGKILL'));
    server.listen({ path });
    ask(child, { kind: 'door', path, secret });
    return running;
  }

  #hear(running: Running, told: ForkServerTold): void {
    if (told.kind === 'up') {
      running.isUp = true;
      return;
    }
    running.children.get(told.id)?.end(told.kind === 'failed' ? null : { code: told.code, signal: told.signal });
  }

  /** It has ended: by `close`, or because somebody killed it. */
  #gone(running: Running): void {
    if (!running.isUp) this.#isBroken = true;
    if (this.#running === running) this.#running = null;
    running.server.close();
    for (const child of running.children.values()) {
      child.kill();
      child.end(ABANDONED);
    }
  }
}

/** Waits for a connection to say whose output it is. */
function greet(socket: Socket, running: Running): void {
  socket.setTimeout(GREETING_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  const look = (): void => {
    const greeting: Buffer | null = socket.read(HEADER_BYTES);
    if (greeting === null) return;
    socket.off('readable', look);
    socket.setTimeout(0);
    admit(socket, greeting, running);
  };
  socket.on('readable', look);
}

function admit(socket: Socket, greeting: Buffer, { children, secret }: Running): void {
  const id = Number(greeting.toString('latin1', SECRET_LENGTH + 3));
  const child = children.get(id);
  const output = OUTPUTS.find((name) => isSame(greeting, Buffer.from(header(secret, id, name))));
  if (child === undefined || output === undefined) socket.destroy();
  else child.connect(output, socket);
}

/** A process that the fork server starts: its output is there to be read before it exists. */
class RemoteChild implements Spawned {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly ended: Promise<ProcessEnd | null>;
  readonly #tellKill: () => void;
  readonly #end = Promise.withResolvers<ProcessEnd | null>();
  #isUnwanted = false;
  #hasEnded = false;

  constructor(tellKill: () => void) {
    this.#tellKill = tellKill;
    this.ended = Promise.all([this.#end.promise, closed(this.stdout), closed(this.stderr)]).then(([end]) => end);
  }

  kill(): void {
    this.#isUnwanted = true;
    if (this.#hasEnded) this.#drop();
    else this.#tellKill();
  }

  connect(output: OutputName, socket: Socket): void {
    const stream = output === 'out' ? this.stdout : this.stderr;
    // Whoever of both ends early takes the other along; that is no error here.
    if (stream.destroyed) socket.destroy();
    else pipeline(socket, stream, () => undefined);
  }

  /** @param end null: it could not be run */
  end(end: ProcessEnd | null): void {
    this.#hasEnded = true;
    this.#end.resolve(end);
    if (this.#isUnwanted || end === null) this.#drop();
    // What nobody ever began to read does not keep its end from being told.
    for (const stream of [this.stdout, this.stderr]) if (stream.readableFlowing === null) stream.resume();
  }

  #drop(): void {
    this.stdout.destroy();
    this.stderr.destroy();
  }
}

/** The way of this system. */
export function systemSpawner(): Spawner {
  return process.platform === 'linux' ? new ForkServer() : new LocalSpawner();
}

/** A bot that has nothing else to do waits for what was started, and not for who starts it. */
function hold({ process, server, children }: Running): void {
  const how = children.size > 0 ? 'ref' : 'unref';
  process[how]();
  process.channel?.[how]();
  server[how]();
}

function closed(stream: PassThrough): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/** A message that can't be sent is one to a process that has ended, which is told by its end. */
function ask(process: ChildProcess, message: ForkServerAsk): void {
  if (process.connected) process.send(message, () => undefined);
}
