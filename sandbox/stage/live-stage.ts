import { Impossible } from '../discord/interaction-model.ts';
import type { CatalogueGift } from '../tiktok/gifts.ts';
import type { Host } from '../tiktok/host.ts';
import type { Live } from '../tiktok/live.ts';
import type { TikTok } from '../tiktok/tiktok.ts';
import type { Viewer } from '../tiktok/viewer.ts';
import type { LiveDeed, ViewerDeed } from './acts.ts';
import type { StageArchive } from './archive.ts';
import { Crowd } from './crowd.ts';
import type { FeedEntry, GiftView, LiveTotals, LiveView, ViewerView } from './protocol.ts';

export const HOST_HANDLE = 'novalive';

/** Viewers of the story; `is` names the Discord member behind the handle. */
const VIEWERS: readonly ViewerView[] = [
  { handle: 'cleo', is: null },
  { handle: 'benbeats', is: 'Ben' },
  { handle: 'analune', is: 'Ana' },
  { handle: 'mika.dj', is: null },
  { handle: 'zoe_hears', is: null },
];
/** How the viewers of the story call themselves. */
const NICKNAMES: Readonly<Record<string, string>> = {
  cleo: 'Cleo',
  benbeats: 'Ben Beats',
  analune: 'Ana Lune',
  'mika.dj': 'DJ Mika',
  zoe_hears: 'Zoe',
};
/** People who watch without ever doing anything. */
const QUIET_AUDIENCE = 42;
const TICK_MS = 250;
/** Feed entries told per tick: more than that nobody can read. */
const FEED_PER_TICK = 10;

const NO_TOTALS: LiveTotals = {
  comments: 0,
  likes: 0,
  shares: 0,
  follows: 0,
  subscriptions: 0,
  gifts: 0,
  coins: 0,
  messages: 0,
  missed: 0,
};

export interface LiveStagePorts {
  readonly tiktok: TikTok;
  readonly earlier: StageArchive | undefined;
  readonly onLive: (view: LiveView) => void;
  readonly onFeed: (entries: readonly FeedEntry[]) => void;
}

/** Nova's TikTok LIVE as the page shows and plays it. */
export class LiveStage {
  readonly #ports: LiveStagePorts;
  readonly #host: Host;
  readonly #viewers: ViewerView[];
  readonly #crowd: Crowd;
  #feed: FeedEntry[] = [];
  #told = '';
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: LiveStagePorts) {
    const { tiktok, earlier } = ports;
    this.#ports = ports;
    this.#host = tiktok.host(HOST_HANDLE, {
      nickname: 'Nova',
      ...(earlier === undefined ? {} : { userId: earlier.hostId }),
    });
    const known = new Set(VIEWERS.map(({ handle }) => handle));
    const added = Object.keys(earlier?.viewers ?? {}).filter((handle) => !known.has(handle));
    this.#viewers = [...VIEWERS, ...added.map((handle) => ({ handle, is: null }))];
    this.#crowd = new Crowd((who, kind, text) => this.#note(kind, who, text));
  }

  get host(): Host {
    return this.#host;
  }

  /** Runs now; undefined when nobody is live. */
  get live(): Live | undefined {
    const { live } = this.#host;
    return live?.status === 'live' ? live : undefined;
  }

  /** User ids that have to be the same in the next run. */
  get archive(): Pick<StageArchive, 'hostId' | 'viewers'> {
    const ids = this.#viewers.map(({ handle }) => [handle, this.viewer(handle).userId] as const);
    return { hostId: this.#host.userId, viewers: Object.fromEntries(ids) };
  }

  get gifts(): readonly GiftView[] {
    return Object.values(this.#ports.tiktok.gifts).map(({ name, coins, streakable }) => ({ name, coins, streakable }));
  }

  get view(): LiveView {
    const { live } = this.#host;
    const truth = live?.truth;
    return {
      host: this.#host.handle,
      status: live === undefined ? 'offline' : live.status,
      startedAt: live?.startedAtMs ?? null,
      watching: live?.status === 'live' ? live.viewerCount : 0,
      connections: live?.connections.filter(({ entered }) => entered).length ?? 0,
      totals: truth === undefined ? NO_TOTALS : { ...pickTotals(truth), missed: truth.undelivered },
      crowd: this.#crowd.perSecond,
      viewers: this.#viewers,
    };
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  viewer(handle: string): Viewer {
    const userId = this.#ports.earlier?.viewers[handle];
    const nickname = NICKNAMES[handle] ?? handle;
    return this.#ports.tiktok.viewer(handle, userId === undefined ? { nickname } : { nickname, userId });
  }

  do(deed: LiveDeed): void {
    this.#do(deed);
    this.#tick();
  }

  #do(deed: LiveDeed): void {
    switch (deed.kind) {
      case 'start':
        if (this.live !== undefined) throw new Impossible('Nova is live already');
        this.#host.goLive().viewers(QUIET_AUDIENCE);
        return;
      case 'end':
        this.#running();
        this.#crowd.perSecond = 0;
        this.#host.endLive();
        return;
      case 'drop':
        this.#running().dropSockets();
        return;
      case 'crowd':
        if (deed.perSecond > 0) this.#running();
        this.#crowd.perSecond = deed.perSecond;
        return;
      case 'add-viewer':
        if (this.#viewers.some(({ handle }) => handle === deed.viewer))
          throw new Impossible(`@${deed.viewer} is there already`);
        this.#viewers.push({ handle: deed.viewer, is: null });
        return;
      default:
        this.#act(this.#running(), deed);
    }
  }

  #act(live: Live, deed: ViewerDeed): void {
    const viewer = this.viewer(deed.viewer);
    switch (deed.kind) {
      case 'chat':
        live.comment(viewer, deed.text);
        break;
      case 'like':
        live.like(viewer, deed.count);
        break;
      case 'join':
        live.join(viewer);
        break;
      case 'share':
        live.share(viewer);
        break;
      case 'follow':
        live.follow(viewer);
        break;
      case 'subscribe':
        live.subscribe(viewer);
        break;
      case 'gift':
        live.gift(viewer, this.#gift(deed.gift), { repeat: deed.repeat });
        break;
    }
    this.#note(deed.kind, deed.viewer, inWords(deed));
  }

  #gift(name: string): CatalogueGift {
    const gift = Object.values(this.#ports.tiktok.gifts).find((each) => each.name === name);
    if (gift === undefined) throw new Impossible(`there is no gift called ${name}`);
    return gift;
  }

  #running(): Live {
    if (this.live === undefined) throw new Impossible('Nova is not live: go live first');
    return this.live;
  }

  #note(kind: FeedEntry['kind'], who: string, text: string): void {
    this.#count += 1;
    this.#feed.push({ id: this.#count, kind, who, text });
  }

  #tick(): void {
    const { live } = this;
    if (live !== undefined) this.#crowd.tick(live, QUIET_AUDIENCE);
    else this.#crowd.perSecond = 0;
    const entries = this.#feed.splice(0).slice(-FEED_PER_TICK);
    if (entries.length > 0) this.#ports.onFeed(entries);
    const { view } = this;
    const text = JSON.stringify(view);
    if (text === this.#told) return;
    this.#told = text;
    this.#ports.onLive(view);
  }
}

const inWords = (deed: ViewerDeed): string => {
  switch (deed.kind) {
    case 'chat':
      return deed.text;
    case 'like':
      return `sent ${deed.count} likes`;
    case 'join':
      return 'joined';
    case 'share':
      return 'shared the LIVE';
    case 'follow':
      return 'followed the host';
    case 'subscribe':
      return 'subscribed';
    case 'gift':
      return `sent ${deed.gift} ×${deed.repeat}`;
  }
};

const pickTotals = (truth: Omit<LiveTotals, 'missed'>): Omit<LiveTotals, 'missed'> => ({
  comments: truth.comments,
  likes: truth.likes,
  shares: truth.shares,
  follows: truth.follows,
  subscriptions: truth.subscriptions,
  gifts: truth.gifts,
  coins: truth.coins,
  messages: truth.messages,
});
