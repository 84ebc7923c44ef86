import { type Cog, type ComponentModule, refusal } from '../../answer.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';

/** Pages of the panels, and the control room's own switches. */
export function panelCog({ queue }: Services, desk: PanelDesk): Cog {
  const pager = (action: string, access: ComponentModule['access']): ComponentModule => ({
    action,
    access,
    answer: 'update',
    run: (press, _caller, [page]) => desk.redraw(press, idArgument(page) ?? 0),
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
      pager('reviewer.page', 'reviewer'),
      pager('pending.page', 'reviewer'),
      pager('live-queue.page', 'everyone'),
      opener('room.open', true),
      opener('room.close', false),
    ],
  };
}
