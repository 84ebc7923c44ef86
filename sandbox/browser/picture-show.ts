import { setTimeout as sleep } from 'node:timers/promises';
import type { PersonName } from '../stage/cast.ts';
import { becomes, demand, PATIENCE, run } from '../stage/show/telling.ts';
import type { Stage } from '../stage/stage.ts';

/** Songs beside those of the show: a queue worth a look. Nobody is called so. */
const SONGS: readonly (readonly [PersonName, string, string, 'No' | "Yes, it's a skip"])[] = [
  ['ana', 'Slow Ferry', 'Glass Harbour', 'No'],
  ['rio', 'The Paper Kites Club', 'Lanterns', 'No'],
  ['rio', 'Odd Hours', 'Half Past Never', 'No'],
  ['nova', 'Copper Rain', 'Undertow', 'No'],
  ['ana', 'Velvet Static', 'Signal Lost', "Yes, it's a skip"],
];

/** Events per second, and for how long. ms */
const CROWD = [
  [14, 22_000],
  [26, 25_000],
  [9, 18_000],
  [34, 30_000],
  [20, 25_000],
] as const;

/** A show for the pictures of the README: the chapters of the demo, with more songs and a crowd that comes and goes. */
export class PictureShow {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Everything up to a queue in motion. */
  async begin(): Promise<void> {
    const { cast, live } = this.#stage;
    await this.#chapter('setup');
    await run(this.#stage, cast.people.nova, 'settings set', { key: 'submissions.free-limit', value: '3' });
    await this.#chapter('songs');
    await run(this.#stage, cast.people.ana, 'link-tiktok', { tiktok_handle: 'analune' });
    await this.#chapter('live');
    for (const song of SONGS) await this.#submit(...song);
    await this.#chapter('gifts');
    live.do({ kind: 'follow', viewer: 'mika.dj' });
    live.do({ kind: 'like', viewer: 'mika.dj', count: 90 });
    live.do({ kind: 'gift', viewer: 'zoe_hears', gift: 'Rose', repeat: 40 });
    live.do({ kind: 'share', viewer: 'analune' });
    live.do({ kind: 'like', viewer: 'analune', count: 60 });
    const [[perSecond, ms]] = CROWD;
    live.do({ kind: 'crowd', perSecond });
    await sleep(ms);
  }

  /** A song is on air, and one that waits gets a gift. */
  async play(): Promise<void> {
    await this.#chapter('play');
    await sleep(9_000);
    const { people, channels } = this.#stage.cast;
    this.#stage.live.do({ kind: 'gift', viewer: 'analune', gift: 'Galaxy', repeat: 2 });
    await people.nova.waitToSee(channels['review-desk'], /⏩[^\n]*Ana/, PATIENCE);
  }

  async goOn(): Promise<void> {
    for (const [perSecond, ms] of CROWD.slice(1)) {
      this.#stage.live.do({ kind: 'crowd', perSecond });
      await sleep(ms);
    }
  }

  async end(): Promise<void> {
    await this.#chapter('end');
  }

  async #chapter(id: string): Promise<void> {
    const { show } = this.#stage;
    show.start(id);
    const broke = await show.idle();
    if (broke !== null) throw new Error(`the chapter "${id}" broke: ${broke}`);
  }

  async #submit(who: PersonName, artist: string, title: string, skip: string): Promise<void> {
    const { people, channels } = this.#stage.cast;
    const human = people[who];
    const form = await human.slash('submit', {}, { channel: channels.lobby });
    const Link = `https://open.spotify.com/track/${Buffer.from(title.padEnd(22, 'x')).toString('hex').slice(0, 22)}`;
    const seen = await (await human.fillModal(form, { Link, Artist: artist, Title: title })).final(PATIENCE);
    demand(seen.error === undefined, `${title} is taken`, seen);
    const decided = await (await human.click(seen, { label: skip })).final(PATIENCE);
    demand(decided.error === undefined, 'the question about a paid skip is answered', decided);
    const where = skip === 'No' ? 'live-queue' : 'review-desk';
    const named = (): boolean => people.nova.sees(channels[where]).some(({ text }) => text.includes(title));
    await becomes(this.#stage, named, `${title} does not appear`);
  }
}
