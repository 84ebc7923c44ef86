import type { Store } from '../ports/store.ts';
import type { LiveService } from '../services/live-service.ts';
import type { PlaybackService } from '../services/playback-service.ts';

/** Counts by label value. Metrics with a single count have one entry. */
type Counts = Readonly<Record<string, number>>;

/** Sizes and states of one moment, summed over all guilds. */
export interface Observed {
  readonly guilds: Counts;
  readonly waiting_songs: Counts;
  readonly live_sessions: Counts;
  readonly live_events: Counts;
  readonly live_viewers: Counts;
  readonly live_unreadable: Counts;
  readonly voice_links: Counts;
  readonly voice_players: Counts;
}

export interface MeterSources {
  observe(): Promise<Observed>;
}

export interface MeterServices {
  readonly store: Pick<Store, 'read'>;
  readonly live: Pick<LiveService, 'status'>;
  readonly playback: Pick<PlaybackService, 'status'>;
}

export function meterSources({ store, live, playback }: MeterServices): MeterSources {
  return {
    observe: async () => {
      const tally = new Tally();
      const guildIds = await store.read(async (reads) => {
        const present = await reads.guilds.present();
        for (const guildId of present) tally.addAll('waiting_songs', await reads.submissions.counts(guildId));
        return present;
      });
      tally.add('guilds', 'all', guildIds.length);
      for (const guildId of guildIds) {
        const status = live.status(guildId);
        tally.add('live_sessions', status.kind, 1);
        if (status.kind === 'active') {
          tally.addAll('live_events', status.events);
          tally.add('live_viewers', 'all', status.viewers ?? 0);
          tally.add('live_unreadable', 'all', status.unreadable);
        }
        const { voice, player } = playback.status(guildId);
        tally.add('voice_links', voice.kind, 1);
        tally.add('voice_players', player.kind, 1);
      }
      return tally.observed;
    },
  };
}

class Tally {
  readonly observed: Record<keyof Observed, Record<string, number>> = {
    guilds: {},
    waiting_songs: {},
    live_sessions: {},
    live_events: {},
    live_viewers: { all: 0 },
    live_unreadable: { all: 0 },
    voice_links: {},
    voice_players: {},
  };

  add(metric: keyof Observed, value: string, count: number): void {
    const counts = this.observed[metric];
    counts[value] = (counts[value] ?? 0) + count;
  }

  addAll(metric: keyof Observed, more: Counts): void {
    for (const [value, count] of Object.entries(more)) this.add(metric, value, count);
  }
}
