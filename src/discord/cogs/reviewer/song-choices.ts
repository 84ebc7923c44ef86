import type { Submission } from '../../../domain/submission.ts';
import type { Choice, CommandModule } from '../../answer.ts';
import { clip } from '../../cards/card.ts';
import { LINE_LABEL } from '../../cards/words.ts';
import type { Services } from '../services.ts';

/** Suggests songs that wait, for the option `song`. */
export function completeWaitingSong({
  submissions,
}: Pick<Services, 'submissions'>): NonNullable<CommandModule['complete']> {
  return async (interaction, { guildId }) =>
    songChoices(await submissions.suggest(guildId, interaction.options.getFocused(), 'waiting'));
}

/** Songs as autocomplete shows them. Autocomplete text is not markdown: nothing to escape. */
function songChoices(songs: readonly Submission[]): readonly Choice[] {
  return songs.map((song) => ({
    name: clip(`#${song.publicId} ${song.artist} – ${song.title} (${LINE_LABEL[song.line]})`, 100),
    value: song.publicId,
  }));
}
