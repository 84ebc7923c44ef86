import { isPlayLine } from '../../../domain/submission.ts';
import { type ComponentModule, refusal } from '../../answer.ts';
import { decideModal, rejectModal } from '../../cards/staff-card.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { moved, OUTDATED, reasonOf, songAction } from './song-action.ts';
import { songModal } from './song-modal.ts';

/** Deciding about a pending song: approve into a line, or reject, each with a reason if wanted. */
export function pendingButtons(
  { queue, submissions }: Pick<Services, 'queue' | 'submissions'>,
  desk: PanelDesk,
): readonly ComponentModule[] {
  return [
    songAction('pending.approve', 'update', async (id, { guildId, userId }, [line = ''], press) =>
      isPlayLine(line) ? moved(desk, press, await queue.approve(guildId, userId, id, line)) : refusal(OUTDATED),
    ),
    songAction('pending.reject', 'modal', songModal({ submissions }, rejectModal)),
    songAction('pending.reject-now', 'update', async (id, { guildId, userId }, _args, press) =>
      moved(desk, press, await queue.reject(guildId, userId, id, reasonOf(press))),
    ),
    songAction('pending.reason', 'modal', songModal({ submissions }, decideModal)),
    songAction('pending.decide', 'update', async (id, { guildId, userId }, _args, press) => {
      const decision = press.isModalSubmit() ? press.fields.getStringSelectValues('decision')[0] : undefined;
      if (decision === 'reject') return moved(desk, press, await queue.reject(guildId, userId, id, reasonOf(press)));
      if (decision === undefined || !isPlayLine(decision)) return refusal(OUTDATED);
      return moved(desk, press, await queue.approve(guildId, userId, id, decision, reasonOf(press)));
    }),
  ];
}
