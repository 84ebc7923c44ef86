import { type ComponentModule, card, refusal } from '../../answer.ts';
import { undoneCard } from '../../cards/staff-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { OUTDATED } from './song-action.ts';
import { takeNext } from './take-next.ts';

/** Next, its undo, and the end of a song. All carry what was on air when they were drawn: a double click does one thing. */
export function nextButtons(
  services: Pick<Services, 'queue' | 'playback'>,
  desk: PanelDesk,
): readonly ComponentModule[] {
  const { queue, playback } = services;
  return [
    {
      action: 'reviewer.next',
      access: 'reviewer',
      answer: 'update',
      run: async (press, caller, [playId]) => {
        const taken = await takeNext(services, caller, idArgument(playId) || null);
        return taken.kind === 'card' && desk.isPanel(press) ? desk.redraw(press) : taken;
      },
    },
    {
      action: 'reviewer.undo',
      access: 'reviewer',
      answer: 'update',
      run: async (press, caller, [playId]) => {
        const { guildId, userId } = caller;
        const shown = idArgument(playId);
        if (shown === null) return refusal(OUTDATED);
        const result = await queue.undo(guildId, userId, shown);
        if (!result.ok) return refusal(result.error);
        // The song that Next had ended is on air again: it is the one to be heard.
        const { onAir, restored } = result.value;
        if (playback.status(guildId).voice.kind !== 'away')
          void (onAir === null ? playback.stop(guildId, userId) : playback.playOnAir(guildId));
        return desk.isPanel(press) ? desk.redraw(press) : card(undoneCard(restored));
      },
    },
    {
      action: 'reviewer.finish',
      access: 'reviewer',
      answer: 'update',
      run: async (press, { guildId, userId }, [playId]) => {
        const shown = idArgument(playId);
        if (shown === null) return refusal(OUTDATED);
        const result = await queue.finishOnAir(guildId, userId, shown);
        if (!result.ok) return refusal(result.error);
        if (playback.status(guildId).voice.kind !== 'away') void playback.stop(guildId, userId);
        return desk.redraw(press);
      },
    },
  ];
}
