import type { Handle } from '../../../domain/handle.ts';
import type { Choice } from '../../answer.ts';

/** Handles as autocomplete shows them. Autocomplete text is not markdown: nothing to escape. */
export function handleChoices(handles: readonly Handle[]): readonly Choice[] {
  return handles.map((handle) => ({ name: `@${handle.name}`, value: handle.name }));
}
