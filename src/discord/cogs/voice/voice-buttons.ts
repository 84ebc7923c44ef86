import type { Failure } from '../../../domain/failure.ts';
import type { Result } from '../../../lib/result.ts';
import type { PlaybackStatus } from '../../../services/snapshots.ts';
import { type Caller, type ComponentModule, refusal } from '../../answer.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';

/** Play, pause and stop on panels. Each names the song it was drawn for: another song than that is left alone. */
export function voiceButtons(
  { playback, queue }: Pick<Services, 'playback' | 'queue'>,
  desk: PanelDesk,
): readonly ComponentModule[] {
  async function staleness(guildId: string, shownPlayId: number | null): Promise<Failure | null> {
    const onAir = await queue.onAir(guildId);
    if (onAir === null || onAir.playId === shownPlayId) return null;
    const { submission, byUserId } = onAir;
    return { code: 'just-played', publicId: submission.publicId, title: submission.title, by: byUserId };
  }
  const voiceButton = (
    verb: 'play' | 'pause' | 'stop',
    act: (caller: Caller) => Promise<Result<PlaybackStatus, Failure>>,
  ): ComponentModule => ({
    action: `voice.${verb}`,
    access: 'reviewer',
    answer: 'update',
    run: async (press, caller, [playId]) => {
      const stale = await staleness(caller.guildId, idArgument(playId));
      if (stale !== null) return refusal(stale);
      const result = await act(caller);
      return result.ok ? desk.redraw(press) : refusal(result.error);
    },
  });
  return [
    voiceButton('play', ({ guildId, userId }) => playback.play(guildId, userId)),
    voiceButton('pause', ({ guildId, userId }) => playback.pause(guildId, userId)),
    voiceButton('stop', ({ guildId, userId }) => playback.stop(guildId, userId)),
  ];
}
