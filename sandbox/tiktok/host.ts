import type { Live } from './live.ts';

export interface HostProfile {
  readonly nickname: string;
  readonly followerCount: number;
  readonly title: string;
}

/** How a host comes by rooms and names; given by the sandbox. */
export interface HostWorld {
  openRoom(host: Host, roomId: string | undefined): Live;
  moveHandle(host: Host, from: string, to: string): void;
}

export interface EndOptions {
  /** 3 ended by the host (default), 4 suspended by TikTok. */
  readonly action?: 3 | 4;
  /** 'stay' (default) keeps the sockets open and silent, 'close' closes them after the message. */
  readonly sockets?: 'stay' | 'close';
  /** false: the LIVE ends without a word on the sockets, only the pages tell (default true). */
  readonly announce?: boolean;
}

/** A creator. Never was live until `goLive`; afterwards the last room stays known, as on the real service. */
export class Host {
  readonly userId: string;
  readonly profile: HostProfile;
  /** Room info answers 4003110 without a status, as for restricted or private rooms. */
  ageRestricted = false;
  readonly #world: HostWorld;
  #handle: string;
  #live: Live | undefined;

  constructor(userId: string, handle: string, profile: HostProfile, world: HostWorld) {
    this.userId = userId;
    this.profile = profile;
    this.#handle = handle;
    this.#world = world;
  }

  get handle(): string {
    return this.#handle;
  }

  /** The LIVE that runs, or the last one. */
  get live(): Live | undefined {
    return this.#live;
  }

  goLive(options: { readonly roomId?: string } = {}): Live {
    if (this.#live?.status === 'live') throw new Error(`TikTok sandbox: ${this.#handle} is live already`);
    this.#live = this.#world.openRoom(this, options.roomId);
    return this.#live;
  }

  endLive(options: EndOptions = {}): void {
    const live = this.#live;
    if (live === undefined || live.status === 'ended') return;
    live.finish(options.action ?? 3, options.announce ?? true);
    if (options.sockets === 'close') live.dropSockets(1000);
  }

  /** From now on only the new handle is known; a running LIVE goes on. */
  rename(handle: string): void {
    this.#world.moveHandle(this, this.#handle, handle);
    this.#handle = handle;
  }
}
