import type { Failure } from '../../../domain/failure.ts';
import { isPlayLine, isWaiting } from '../../../domain/submission.ts';
import type { Result } from '../../../lib/result.ts';
import type { PlaceExplained } from '../../../services/snapshots.ts';
import { type Answer, type Cog, type ComponentModule, card, refusal, update } from '../../answer.ts';
import { songActionsCard } from '../../cards/queue-card.ts';
import {
  bookmarkedCard,
  decideModal,
  historyCard,
  movedCard,
  rejectModal,
  removedCard,
  removeModal,
} from '../../cards/staff-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

type SongAction = (
  submissionId: number,
  context: Parameters<ComponentModule['run']>[1],
  args: readonly string[],
  press: Parameters<ComponentModule['run']>[0],
) => Promise<Answer>;

const OUTDATED: Failure = { code: 'panel-outdated' };

function moved(result: Result<PlaceExplained, Failure>): Answer {
  return result.ok ? update(movedCard(result.value)) : refusal(result.error);
}

/** What can be done with one song of a panel. Ids come from custom ids: the services check guild and state again. */
export function songCog({ queue, submissions }: Services): Cog {
  const action = (name: string, answer: ComponentModule['answer'], run: SongAction): ComponentModule => ({
    action: name,
    access: 'reviewer',
    answer,
    run: async (press, caller, [id, ...args]) => {
      const picked = press.isStringSelectMenu() ? press.values[0] : id;
      const submissionId = idArgument(picked);
      return submissionId === null ? refusal(OUTDATED) : run(submissionId, caller, args, press);
    },
  });

  const pick: SongAction = async (submissionId, { guildId }) => {
    const entry = await queue.entry(guildId, submissionId);
    return entry.ok ? card(songActionsCard(entry.value)) : refusal(entry.error);
  };

  const modalFor =
    (modal: typeof removeModal): SongAction =>
    async (submissionId, { guildId }) => {
      const song = await submissions.get(guildId, submissionId);
      if (song === null) return refusal(OUTDATED);
      if (!isWaiting(song.line))
        return refusal({ code: 'song-not-waiting', publicId: song.publicId, line: song.line, by: null });
      return { kind: 'modal', modal: modal(song) };
    };

  return {
    commands: [],
    components: [
      action('reviewer.pick', 'private', pick),
      action('pending.pick', 'private', pick),
      action('song.move', 'update', async (id, caller, [line = '']) =>
        isWaiting(line) ? moved(await queue.move(caller.guildId, caller.userId, id, line)) : refusal(OUTDATED),
      ),
      action('song.play-next', 'update', async (id, caller) =>
        moved(await queue.playNext(caller.guildId, caller.userId, id)),
      ),
      action('song.bookmark', 'private', async (id, caller) => {
        const result = await queue.bookmark(caller.guildId, caller.userId, id);
        return result.ok ? card(bookmarkedCard(result.value)) : refusal(result.error);
      }),
      action('song.history', 'private', async (id, { guildId }) => {
        const song = await submissions.get(guildId, id);
        return song === null ? refusal(OUTDATED) : card(historyCard(await queue.history(guildId, song.ownerId)));
      }),
      action('song.remove', 'modal', modalFor(removeModal)),
      action('song.remove-now', 'update', async (id, caller, _args, press) => {
        const result = await queue.remove(caller.guildId, caller.userId, id, reasonOf(press));
        return result.ok ? update(removedCard(result.value)) : refusal(result.error);
      }),
      action('pending.approve', 'update', async (id, caller, [line = '']) =>
        isPlayLine(line) ? moved(await queue.approve(caller.guildId, caller.userId, id, line)) : refusal(OUTDATED),
      ),
      action('pending.reject', 'modal', modalFor(rejectModal)),
      action('pending.reject-now', 'update', async (id, caller, _args, press) =>
        moved(await queue.reject(caller.guildId, caller.userId, id, reasonOf(press))),
      ),
      action('pending.reason', 'modal', modalFor(decideModal)),
      action('pending.decide', 'update', async (id, caller, _args, press) => {
        const decision = press.isModalSubmit() ? press.fields.getStringSelectValues('decision')[0] : undefined;
        if (decision === 'reject') return moved(await queue.reject(caller.guildId, caller.userId, id, reasonOf(press)));
        if (decision === undefined || !isPlayLine(decision)) return refusal(OUTDATED);
        return moved(await queue.approve(caller.guildId, caller.userId, id, decision, reasonOf(press)));
      }),
    ],
  };
}

function reasonOf(press: Parameters<ComponentModule['run']>[0]): string | undefined {
  if (!press.isModalSubmit() || !press.fields.fields.has('reason')) return undefined;
  const typed = press.fields.getTextInputValue('reason').trim();
  return typed === '' ? undefined : typed;
}
