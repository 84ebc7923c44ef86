import { isWaiting } from '../../../domain/submission.ts';
import { refusal } from '../../answer.ts';
import type { removeModal } from '../../cards/staff-card.ts';
import type { Services } from '../services.ts';
import { OUTDATED, type SongAction } from './song-action.ts';

/** Opens a modal about a song that still waits. Only a look at the song: a modal can't be deferred. */
export function songModal({ submissions }: Pick<Services, 'submissions'>, modal: typeof removeModal): SongAction {
  return async (submissionId, { guildId }) => {
    const song = await submissions.get(guildId, submissionId);
    if (song === null) return refusal(OUTDATED);
    const { publicId, line } = song;
    if (!isWaiting(line)) return refusal({ code: 'song-not-waiting', publicId, line, by: null });
    return { kind: 'modal', modal: modal(song) };
  };
}
