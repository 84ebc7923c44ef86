import { isWaiting } from '../../../domain/submission.ts';
import { type ComponentModule, card, refusal } from '../../answer.ts';
import { bookmarkedCard, historyCard, removedCard, removeModal } from '../../cards/staff-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { moved, OUTDATED, reasonOf, songAction } from './song-action.ts';
import { songModal } from './song-modal.ts';

/** What can be done with a song of the queue. */
export function songButtons(
  { queue, submissions }: Pick<Services, 'queue' | 'submissions'>,
  desk: PanelDesk,
  channels: Pick<ChannelDesk, 'overview'>,
): readonly ComponentModule[] {
  return [
    songAction('song.move', 'update', async (id, { guildId, userId }, [line = ''], press) =>
      isWaiting(line) ? moved(desk, press, await queue.move(guildId, userId, id, line)) : refusal(OUTDATED),
    ),
    songAction('song.play-next', 'update', async (id, { guildId, userId }, _args, press) =>
      moved(desk, press, await queue.playNext(guildId, userId, id)),
    ),
    songAction('song.bookmark', 'update', async (id, { guildId, userId }, _args, press) => {
      // A song is posted once: not before it can be.
      const place = (await channels.overview(guildId)).find(({ purpose }) => purpose === 'bookmarks');
      if (place !== undefined && place.trouble !== null) return refusal(place.trouble);
      const result = await queue.bookmark(guildId, userId, id);
      if (!result.ok) return refusal(result.error);
      return desk.isPanel(press) ? desk.redraw(press) : card(bookmarkedCard(result.value));
    }),
    songAction('song.history', 'private', async (id, { guildId }) => {
      const song = await submissions.get(guildId, id);
      return song === null ? refusal(OUTDATED) : card(historyCard(await queue.history(guildId, song.ownerId)));
    }),
    songAction('song.remove', 'modal', songModal({ submissions }, removeModal)),
    songAction('song.remove-now', 'update', async (id, { guildId, userId }, _args, press) => {
      const result = await queue.remove(guildId, userId, id, reasonOf(press));
      return result.ok ? desk.result(press, removedCard(result.value)) : refusal(result.error);
    }),
  ];
}
