import { type Cog, type ComponentModule, card, refusal } from '../../answer.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import { queueView } from '../queue/queue-view.ts';
import type { Services } from '../services.ts';
import { OUTDATED } from './song-action.ts';

/** Pages of the panels, and the control room's own switches. */
export function panelCog(services: Pick<Services, 'queue' | 'submissions'>, desk: PanelDesk): Cog {
  const { queue } = services;
  const pager = (action: string): ComponentModule => ({
    action,
    access: 'reviewer',
    answer: 'update',
    run: async (press, _caller, [page]) =>
      desk.isLeftOver(press) ? refusal(OUTDATED) : desk.redraw(press, idArgument(page) ?? 0),
  });
  const opener = (action: string, open: boolean): ComponentModule => ({
    action,
    access: 'reviewer',
    answer: 'update',
    run: async (press, caller) => {
      const result = await queue.setOpen(caller.guildId, caller.userId, 'all', open);
      return result.ok ? desk.redraw(press) : refusal(result.error);
    },
  });
  return {
    commands: [],
    components: [
      pager('reviewer.page'),
      pager('pending.page'),
      {
        // The public panel is everybody's: whoever turns its page gets a page of their own.
        action: 'live-queue.page',
        access: 'everyone',
        answer: 'private',
        run: async (_press, { guildId, userId }, [page]) =>
          card(await queueView(services, guildId, userId, idArgument(page) ?? 0)),
      },
      opener('room.open', true),
      opener('room.close', false),
    ],
  };
}
