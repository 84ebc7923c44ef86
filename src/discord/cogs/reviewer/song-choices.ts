import type { Submission } from '../../../domain/submission.ts';
import type { Choice } from '../../answer.ts';
import { clip } from '../../cards/card.ts';
import { LINE_LABEL } from '../../cards/words.ts';

/** Songs as autocomplete shows them. Autocomplete text is not markdown: nothing to escape. */
export function songChoices(songs: readonly Submission[]): readonly Choice[] {
  return songs.map((song) => ({
    name: clip(`#${song.publicId} ${song.artist} – ${song.title} (${LINE_LABEL[song.line]})`, 100),
    value: song.publicId,
  }));
}
