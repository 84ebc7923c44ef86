import { setTimeout as sleep } from 'node:timers/promises';
import { percentiles } from '../sandbox/voice/pacing.ts';
import type { VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { AudioProcess, guildIds } from './audio-process.ts';
import { BENCH_BOT, type BenchSongs } from './audio-side.ts';
import { type BenchRow, besides } from './bench-row.ts';
import { CrowdProcess } from './crowd-process.ts';

const MANY_STREAMS = 10;
const WARM_UP_MS = 6_000;
const STEADY_MS = 20_000;
const LIVE_PER_SECOND = 1_000;
const FRAME_MS = 20;

interface Evenness {
  /** Of intervals between frames, ms: how far from 20. */
  readonly jitterP99: number;
  readonly longest: number;
}

interface Seen {
  /** Where the packets leave the process: what the bot does. */
  readonly sent: Evenness;
  /** Where they arrive: what the machine, the network and the receiving side add. */
  readonly arrived: Evenness;
  readonly loopDelayP99: number;
}

/**
 * Ten streams in the process that also takes in a LIVE, then with an intake on top. At the same time the bare library plays
 * one stream in a process that does nothing else: what it suffers is the machine's doing.
 */
export async function evennessRows(songs: BenchSongs, voice: VoiceSandbox): Promise<readonly BenchRow[]> {
  const crowd = new CrowdProcess();
  const { env, host } = await crowd.until('up');
  const ours = new AudioProcess('ours', songs, voice, env);
  const alone = new AudioProcess('plain', songs, voice);
  const guilds = guildIds(MANY_STREAMS);
  const aloneGuilds = ['200000000000000999'];
  try {
    await Promise.all([ours, alone].map((child) => child.until((told) => told.kind === 'up')));
    await ours.ask({ kind: 'join', guildIds: guilds });
    await alone.ask({ kind: 'join', guildIds: aloneGuilds });
    await ours.ask({ kind: 'live', host });
    const during = async (work: () => Promise<unknown>) => {
      await Promise.all([
        ours.ask({ kind: 'play', guildIds: guilds }),
        alone.ask({ kind: 'play', guildIds: aloneGuilds }),
      ]);
      await sleep(WARM_UP_MS);
      const [shared, quiet] = [
        evennessDuring(ours, guilds, voice, work),
        evennessDuring(alone, aloneGuilds, voice, work),
      ];
      return { shared: await shared, quiet: await quiet };
    };
    const plain = await during(() => sleep(STEADY_MS));
    crowd.ask({ kind: 'burst', events: (LIVE_PER_SECOND * 3 * STEADY_MS) / 1000, perSecond: LIVE_PER_SECOND });
    const live = await during(() => sleep(STEADY_MS));
    let encoding: Promise<unknown> | null = null;
    const intake = await during(() => (encoding ??= ours.ask({ kind: 'encode' })));
    return [
      ...evenRows(`${MANY_STREAMS} streams`, plain),
      ...evenRows(`the same with ${LIVE_PER_SECOND.toLocaleString('en-US')} LIVE events/s`, live),
      ...evenRows('the same while a song is taken in', intake),
    ];
  } finally {
    await ours.end();
    await alone.end();
    await crowd.stop();
  }
}

function evenRows(
  how: string,
  { shared, quiet }: { readonly shared: Seen; readonly quiet: Seen },
): readonly BenchRow[] {
  const other = 'one stream alone';
  return [
    besides(`frame jitter p99 as sent, ${how}`, shared.sent.jitterP99, 'ms', other, quiet.sent.jitterP99),
    besides(`longest time between two frames as sent, ${how}`, shared.sent.longest, 'ms', other, quiet.sent.longest),
    besides(`frame jitter p99 on arrival, ${how}`, shared.arrived.jitterP99, 'ms', other, quiet.arrived.jitterP99),
    besides(
      `longest time between two frames on arrival, ${how}`,
      shared.arrived.longest,
      'ms',
      other,
      quiet.arrived.longest,
    ),
    besides(`event loop delay p99, ${how}`, shared.loopDelayP99, 'ms', other, quiet.loopDelayP99),
  ];
}

async function evennessDuring(
  child: AudioProcess,
  guilds: readonly string[],
  voice: VoiceSandbox,
  work: () => Promise<unknown>,
): Promise<Seen> {
  const marks = guilds.map((guildId) => voice.captureOf(guildId, BENCH_BOT).mark());
  await child.ask({ kind: 'measure', watch: true });
  await work();
  child.send({ kind: 'measured' });
  const { loopDelayP99, sent } = await child.usage();
  const arrived = guilds.map((guildId, index) =>
    voice
      .captureOf(guildId, BENCH_BOT)
      .since(marks[index] ?? 0)
      .map(({ arrivedAt }) => arrivedAt),
  );
  return { loopDelayP99, sent: evennessOf(sent), arrived: evennessOf(arrived) };
}

/** The worst stream's. */
function evennessOf(streams: readonly (readonly number[])[]): Evenness {
  const intervals = streams.map((times) => times.slice(1).map((at, index) => at - (times[index] ?? at)));
  const jitter = intervals.map((each) => percentiles(each.map((ms) => Math.abs(ms - FRAME_MS))).p99);
  return { jitterP99: Math.max(...jitter), longest: Math.max(...intervals.flat()) };
}
