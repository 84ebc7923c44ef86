import type { Path, Verdict } from './form.ts';
import { judge } from './form.ts';

/** Command option types whose values may be suggested. */
export type ChoiceType = 'string' | 'integer' | 'number';

/** The `data` of an interaction callback of type 8. `type` is the focused option's, when it is known. */
export const validateChoices = (body: unknown, type?: ChoiceType, under: Path = ['data']): Verdict =>
  judge(
    body,
    (root) => {
      if (root.object({ required: true }) === undefined) return undefined;
      for (const choice of root.at('choices').list({ max: 25, required: true })) {
        if (choice.object({ required: true }) === undefined) continue;
        choice.at('name').text({ min: 1, max: 100, required: true });
        const value = choice.at('value');
        const kind = type ?? (typeof value.value === 'number' ? 'number' : 'string');
        if (kind === 'string') value.text({ min: 1, max: 100, required: true });
        else if (kind === 'integer') value.integer({ required: true });
        else value.number({ required: true });
      }
      return undefined;
    },
    under,
  );
