import type { Client } from 'discord.js';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { SessionReports } from '../services/session-report.ts';
import type { SessionReport } from '../services/snapshots.ts';
import type { Card } from './cards/card.ts';
import { metricsCard, TABLE_ROWS } from './cards/metrics-card.ts';
import { drawShow } from './show-picture.ts';
import { showTable } from './show-table.ts';

export interface SessionCardPorts {
  readonly client: Client<true>;
  readonly reports: Pick<SessionReports, 'report'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The numbers of a show with picture and table. A picture that can't be drawn is left out, never the numbers. */
export function createSessionCard({ client, reports, clock, log }: SessionCardPorts) {
  async function picture(report: SessionReport): Promise<Uint8Array | null> {
    if (report.minutes.length === 0) return null;
    try {
      return await drawShow(report);
    } catch (error) {
      log.error({ err: error, show: report.sessionId }, 'the picture of a show could not be drawn');
      return null;
    }
  }

  /** Names of the members in the table; who left the server is called "member". */
  async function names(report: SessionReport): Promise<ReadonlyMap<string, string>> {
    const ids = report.handles
      .slice(0, TABLE_ROWS)
      .flatMap(({ linkedUserId }) => (linkedUserId === null ? [] : [linkedUserId]));
    const guild = client.guilds.cache.get(report.guildId);
    const found = await Promise.all(
      [...new Set(ids)].map(async (id) => {
        const member = await guild?.members.fetch(id).then(
          (known) => known,
          () => null,
        );
        return [id, member?.displayName ?? 'member'] as const;
      }),
    );
    return new Map(found);
  }

  return async (guildId: string, sessionId: number): Promise<Card | null> => {
    const report = await reports.report(guildId, sessionId);
    if (report === null) return null;
    const [png, members] = await Promise.all([picture(report), names(report)]);
    return metricsCard(report, members, { picture: png, table: await showTable(report, members) }, clock.now());
  };
}
