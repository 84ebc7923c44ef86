import type { Failure } from '../../../domain/failure.ts';
import type { Result } from '../../../lib/result.ts';
import type { PlaceExplained } from '../../../services/snapshots.ts';
import {
  type Answer,
  type AnswerMode,
  type Caller,
  type ComponentModule,
  type ComponentPress,
  refusal,
} from '../../answer.ts';
import { movedCard } from '../../cards/staff-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';

export type SongAction = (
  submissionId: number,
  caller: Caller,
  args: readonly string[],
  press: ComponentPress,
) => Promise<Answer>;

export const OUTDATED: Failure = { code: 'panel-outdated' };

/** A reviewer's button or menu about one song: its id is the first argument, or what was picked in the menu. */
export function songAction(action: string, answer: AnswerMode, run: SongAction): ComponentModule {
  return {
    action,
    access: 'reviewer',
    answer,
    run: async (press, caller, [id, ...args]) => {
      const submissionId = idArgument(press.isStringSelectMenu() ? press.values[0] : id);
      return submissionId === null ? refusal(OUTDATED) : run(submissionId, caller, args, press);
    },
  };
}

export async function moved(
  desk: PanelDesk,
  press: ComponentPress,
  result: Result<PlaceExplained, Failure>,
): Promise<Answer> {
  return result.ok ? desk.result(press, movedCard(result.value)) : refusal(result.error);
}

/** What was typed into the modal's field `reason`, if anything. */
export function reasonOf(press: ComponentPress): string | undefined {
  if (!press.isModalSubmit() || !press.fields.fields.has('reason')) return undefined;
  const typed = press.fields.getTextInputValue('reason').trim();
  return typed === '' ? undefined : typed;
}
