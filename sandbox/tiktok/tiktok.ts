import { Faults } from './faults.ts';
import { gifts } from './gifts.ts';
import { Host, type HostProfile } from './host.ts';
import { HttpOrigin } from './http-origin.ts';
import { Journal, type JournalEntry, type Route } from './journal.ts';
import { Live } from './live.ts';
import { Room } from './room.ts';
import { SignLimiter } from './sign-limiter.ts';
import { signRoutes } from './sign-routes.ts';
import { SOCKET_PATH, SocketServer } from './socket-server.ts';
import { Viewer, type ViewerProfile } from './viewer.ts';
import { webRoutes } from './web-routes.ts';
import { type OpenedRoom, webcastRoutes } from './webcast-routes.ts';
import { Changes, IdSource, WorldClock } from './world.ts';

export interface TikTokOptions {
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly ports?: { readonly web?: number; readonly webcast?: number; readonly sign?: number };
  /** Epoch ms; default the machine's clock. `clock.offsetMs` comes on top. */
  readonly now?: () => number;
  /** Requests the sign server takes; default: no limit. */
  readonly signLimit?: { readonly perMinute: number; readonly perHour: number };
}

/** Exactly what the process under test is given. */
export interface TikTokEnv {
  readonly TIKTOK_SIGN_URL: string;
  readonly TIKTOK_WEB_URL: string;
  readonly TIKTOK_WEBCAST_URL: string;
}

/** A TikTok LIVE of our own: hosts, viewers, rooms, and everything that can go wrong between them and a bot. */
export class TikTok {
  readonly gifts = gifts;
  readonly faults = new Faults();
  readonly clock: WorldClock;
  readonly #changes = new Changes();
  readonly #journal = new Journal(this.#changes);
  readonly #ids: IdSource;
  readonly #limiter: SignLimiter;
  readonly #hosts = new Map<string, Host>();
  readonly #rooms = new Map<string, OpenedRoom>();
  readonly #tickets = new Map<string, OpenedRoom>();
  readonly #viewers = new Map<string, Viewer>();
  readonly #sockets: SocketServer;
  readonly #origins: Readonly<Record<'web' | 'webcast' | 'sign', HttpOrigin>>;
  #env: TikTokEnv = { TIKTOK_SIGN_URL: '', TIKTOK_WEB_URL: '', TIKTOK_WEBCAST_URL: '' };

  constructor(options: TikTokOptions) {
    this.clock = new WorldClock(options.now ?? Date.now);
    this.#ids = new IdSource(this.clock.now());
    this.#limiter = new SignLimiter(options.signLimit);
    const findHost = (handle: string): Host | undefined => this.#hosts.get(handle);
    const findRoom = (roomId: string): OpenedRoom | undefined => this.#rooms.get(roomId);
    const now = (): number => this.clock.now();
    const shared = { faults: this.faults, journal: this.#journal };
    this.#sockets = new SocketServer({ ...shared, findRoom, findTicket: (ticket) => this.#tickets.get(ticket) });
    const signing = {
      ids: this.#ids,
      clock: this.clock,
      findHost,
      findRoom,
      now,
      issueTicket: (opened: OpenedRoom) => this.#issueTicket(opened),
      limit: () => this.#limiter.count(),
      pushServer: () => `${this.#env.TIKTOK_WEBCAST_URL.replace(/^http/, 'ws')}${SOCKET_PATH}`,
    };
    this.#origins = {
      web: new HttpOrigin({ ...shared, name: 'web', route: webRoutes({ findHost, now }) }),
      webcast: new HttpOrigin({
        ...shared,
        name: 'webcast',
        route: webcastRoutes({ findRoom, now }),
        upgrade: (request, socket, head) => this.#sockets.upgrade(request, socket, head),
      }),
      sign: new HttpOrigin({ ...shared, name: 'sign', route: signRoutes(signing) }),
    };
  }

  get env(): TikTokEnv {
    return this.#env;
  }

  get requests(): readonly JournalEntry[] {
    return this.#journal.entries;
  }

  countRequests(route: Route, handle?: string): number {
    return this.#journal.count(route, handle);
  }

  /** The first matching request, past or to come; narrow by `index` to wait for a new one. */
  waitForRequest(matches: (entry: JournalEntry) => boolean, timeoutMs?: number): Promise<JournalEntry> {
    return this.#journal.find(matches, timeoutMs);
  }

  /** A creator; asked for again, the same one. */
  host(handle: string, given: Partial<HostProfile> & { readonly userId?: string } = {}): Host {
    const key = handle.toLowerCase();
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const { userId = this.#ids.next(), ...profile } = given;
    const whole: HostProfile = { nickname: handle, followerCount: 1000, title: `${handle} is live`, ...profile };
    const host = new Host(userId, handle, whole, {
      openRoom: (opening, roomId) => this.#openRoom(opening, roomId),
      moveHandle: (moving, from, to) => this.#moveHandle(moving, from, to),
    });
    this.#hosts.set(key, host);
    return host;
  }

  /** Somebody who watches; asked for again by the first handle, the same one. */
  viewer(handle: string, given: Partial<ViewerProfile> & { readonly userId?: string } = {}): Viewer {
    const known = this.#viewers.get(handle);
    if (known !== undefined) return known;
    const { userId = this.#ids.next(), ...profile } = given;
    const viewer = new Viewer(userId, handle, profile);
    this.#viewers.set(handle, viewer);
    return viewer;
  }

  async start(options: TikTokOptions): Promise<void> {
    const address = options.host ?? '127.0.0.1';
    const dialled = address === '0.0.0.0' ? '127.0.0.1' : address;
    const listen = async (name: 'web' | 'webcast' | 'sign'): Promise<string> =>
      `http://${dialled}:${await this.#origins[name].start(address, options.ports?.[name] ?? 0)}`;
    this.#env = {
      TIKTOK_SIGN_URL: await listen('sign'),
      TIKTOK_WEB_URL: await listen('web'),
      TIKTOK_WEBCAST_URL: await listen('webcast'),
    };
  }

  async stop(): Promise<void> {
    this.#sockets.stop();
    await Promise.all(Object.values(this.#origins).map((origin) => origin.stop()));
  }

  #openRoom(host: Host, roomId = this.#ids.next()): Live {
    if (this.#rooms.has(roomId)) throw new Error(`TikTok sandbox: room ${roomId} exists already`);
    const world = { ids: this.#ids, clock: this.clock, changes: this.#changes };
    const room = new Room(roomId, world);
    const live = new Live(room, world, host.profile.followerCount);
    this.#rooms.set(roomId, { host, live });
    return live;
  }

  #issueTicket(opened: OpenedRoom): string {
    const ticket = `wrss-${this.#ids.next()}`;
    this.#tickets.set(ticket, opened);
    return ticket;
  }

  #moveHandle(host: Host, from: string, to: string): void {
    if (this.#hosts.has(to.toLowerCase())) throw new Error(`TikTok sandbox: ${to} is taken`);
    this.#hosts.delete(from.toLowerCase());
    this.#hosts.set(to.toLowerCase(), host);
  }
}

/** Starts a local TikTok LIVE on loopback. Stop it with `stop()`. */
export async function startTikTok(options: TikTokOptions = {}): Promise<TikTok> {
  const tiktok = new TikTok(options);
  try {
    await tiktok.start(options);
  } catch (error) {
    await tiktok.stop();
    throw error;
  }
  return tiktok;
}
