import { type ComponentModule, card, refusal } from '../../answer.ts';
import { songActionsCard } from '../../cards/queue-card.ts';
import type { Services } from '../services.ts';
import { type SongAction, songAction } from './song-action.ts';

/** The menus of the panels: a song is picked, its buttons come. */
export function songMenus({ queue }: Pick<Services, 'queue'>): readonly ComponentModule[] {
  const pick: SongAction = async (submissionId, { guildId }) => {
    const entry = await queue.entry(guildId, submissionId);
    return entry.ok ? card(songActionsCard(entry.value)) : refusal(entry.error);
  };
  return [songAction('reviewer.pick', 'private', pick), songAction('pending.pick', 'private', pick)];
}
