import { setTimeout as sleep } from 'node:timers/promises';
import { type Discord, startDiscord } from '../sandbox/discord/discord.ts';
import type { PanelKind } from '../src/discord/panels/panel-kinds.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import {
  editEveryChange,
  type Keeper,
  type KeeperMaker,
  type Places,
  pollEveryTenSeconds,
  skipline,
  type Truth,
} from './panel-keepers.ts';
import { renderBench } from './panel-render.ts';

const KEEPERS = { ours: skipline, naive: editEveryChange, poll: pollEveryTenSeconds } as const;
type Side = keyof typeof KEEPERS;

const QUIET_CHANGES = 25;
const QUIET_GAP_MS = 1_700;
const STORM_CHANGES = 200;
const STORM_MS = 10_000;
/** So long after a storm is looked: what is not shown by then counts as shown at the end. ms */
const WATCH_MS = 25_000;
const HOUR = 3_600_000;

/** One keeper with five panels in two channels of a Discord of its own, whose limits are the real ones. */
class Stage {
  readonly #discord: Discord;
  readonly #keeper: Keeper;
  readonly #truth: Truth;
  readonly #kinds: readonly PanelKind[];
  /** When each change was made. ms since the epoch, Discord's time */
  #changedAt: { readonly change: number; readonly at: number; readonly kinds: readonly PanelKind[] }[] = [];
  #shown: { readonly kind: string; readonly change: number; readonly at: number }[] = [];
  #mark = 0;

  constructor(discord: Discord, keeper: Keeper, truth: Truth, places: Places) {
    this.#discord = discord;
    this.#keeper = keeper;
    this.#truth = truth;
    this.#kinds = places.map(([kind]) => kind);
  }

  static async start(make: KeeperMaker): Promise<Stage> {
    const discord = await startDiscord({ identifyIntervalMs: 0 });
    const { world } = discord;
    const guild = world.addGuild({ name: 'Bench', ownerId: world.addUser({ username: 'nova' }).id });
    const [desk, stage] = [world.addChannel(guild.id, { name: 'desk' }), world.addChannel(guild.id, { name: 'stage' })];
    const places: Places = [
      ['control-room', desk.id],
      ['reviewer-queue', desk.id],
      ['pending-skips', desk.id],
      ['live-queue', stage.id],
      ['now-playing', stage.id],
    ];
    const truth: Truth = { change: 0 };
    const made = new Stage(discord, await make(discord, guild.id, places, truth), truth, places);
    world.events.on('message-edited', ({ message, at }) => {
      const found = /([a-z-]+) shows change (\d+)/.exec(JSON.stringify(message.components));
      if (found !== null) made.#shown.push({ kind: found[1] ?? '', change: Number(found[2]), at });
    });
    return made;
  }

  /** Figures count from here. */
  begin(): void {
    this.#changedAt = [];
    this.#shown = [];
    this.#mark = this.#discord.world.events.mark();
  }

  growOld(ms: number): void {
    this.#discord.world.advance(ms);
  }

  change(which?: number): void {
    const kinds = which === undefined ? this.#kinds : this.#kinds.slice(which, which + 1);
    this.#truth.change += 1;
    this.#changedAt.push({ change: this.#truth.change, at: this.#discord.world.now(), kinds });
    this.#keeper.changed(kinds);
  }

  /** From each change to the edit that shows it (or a later one), on each panel that it concerns. ms */
  figures() {
    const { world } = this.#discord;
    const now = world.now();
    const delays = this.#changedAt.flatMap(({ change, at, kinds }) =>
      kinds.map((kind) => (this.#shown.find((edit) => edit.kind === kind && edit.change >= change)?.at ?? now) - at),
    );
    const last = this.#changedAt.at(-1);
    const final = this.#kinds.map((kind) =>
      this.#shown.find((edit) => edit.kind === kind && edit.change === last?.change),
    );
    const requests = world.requests(({ method }) => method === 'PATCH', this.#mark);
    return {
      delays,
      edits: requests.filter(({ status }) => status === 200).length / this.#changedAt.length,
      limited: requests.filter(({ status }) => status === 429).length,
      settledMs: Math.max(...final.map((edit) => edit?.at ?? now)) - (last?.at ?? now),
    };
  }

  async stop(): Promise<void> {
    await this.#keeper.stop();
    await this.#discord.stop();
  }
}

type Stages = Readonly<Record<Side, Stage>>;

/** The three at the same time, so that whatever else the machine does meets all of them. */
async function quiet(stages: Stages): Promise<readonly BenchRow[]> {
  const all = Object.values(stages);
  for (const stage of all) stage.begin();
  for (let change = 0; change < QUIET_CHANGES; change += 1) {
    for (const stage of all) stage.change(change % 5);
    await sleep(QUIET_GAP_MS);
  }
  await sleep(WATCH_MS / 2);
  return rowsOf('quiet', stages);
}

async function storm(name: string, stages: Stages): Promise<readonly BenchRow[]> {
  const all = Object.values(stages);
  for (const stage of all) stage.begin();
  for (let change = 0; change < STORM_CHANGES; change += 1) {
    for (const stage of all) stage.change();
    await sleep(STORM_MS / STORM_CHANGES);
  }
  await sleep(WATCH_MS);
  return rowsOf(name, stages);
}

function rowsOf(name: string, { ours, naive, poll }: Stages): readonly BenchRow[] {
  const [our, every, polled] = [ours.figures(), naive.figures(), poll.figures()];
  const row = (what: string, unit: string, of: (figures: typeof our) => number): readonly BenchRow[] => [
    besides(`${name}: ${what}`, of(our), unit, 'an edit for every change', of(every)),
    besides(`${name}: ${what}`, of(our), unit, 'a poll every 10 s', of(polled)),
  ];
  const limited = ({ limited: count }: typeof our) => count;
  return [
    ...row('change to edit, p50', 'ms', ({ delays }) => percentile(delays, 0.5)),
    ...row('change to edit, p99', 'ms', ({ delays }) => percentile(delays, 0.99)),
    ...(name === 'quiet' ? [] : row('last change on every panel', 'ms', ({ settledMs }) => settledMs)),
    ...row('edits per change', 'edits', ({ edits }) => edits),
    { name: `${name}: answers 429 to ours`, value: limited(our), unit: '' },
    { name: `${name}: answers 429 to an edit for every change`, value: limited(every), unit: '' },
    { name: `${name}: answers 429 to a poll every 10 s`, value: limited(polled), unit: '' },
  ];
}

async function withStages(run: (stages: Stages) => Promise<readonly BenchRow[]>): Promise<readonly BenchRow[]> {
  const [ours, naive, poll] = await Promise.all([
    Stage.start(KEEPERS.ours),
    Stage.start(KEEPERS.naive),
    Stage.start(KEEPERS.poll),
  ]);
  try {
    // Posting the panels is no part of any figure.
    await sleep(6_000);
    return await run({ ours, naive, poll });
  } finally {
    for (const stage of [ours, naive, poll]) await stage.stop();
  }
}

/** How soon and at what price panels are right, beside the two simplest ways, all under Discord's limits. */
export async function panelBench(): Promise<readonly BenchRow[]> {
  const fresh = await withStages(async (stages) => [
    ...(await quiet(stages)),
    ...(await storm('storm on fresh panels', stages)),
  ]);
  const old = await withStages(async (stages) => {
    for (const stage of Object.values(stages)) stage.growOld(2 * HOUR);
    return storm('storm on panels older than an hour', stages);
  });
  return [...fresh, ...old, ...(await renderBench())];
}
