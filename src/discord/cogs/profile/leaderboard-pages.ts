import { type ComponentModule, update } from '../../answer.ts';
import { leaderboardCard } from '../../cards/profile-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

export function leaderboardPages({ handles }: Pick<Services, 'handles'>): ComponentModule {
  return {
    action: 'leaderboard.page',
    access: 'everyone',
    answer: 'update',
    run: async (_press, { guildId }, [page]) =>
      update(leaderboardCard(await handles.leaderboard(guildId, idArgument(page) ?? 0))),
  };
}
