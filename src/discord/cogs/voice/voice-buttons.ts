import { type ComponentModule, refusal } from '../../answer.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';

/** Play or pause, and stop, on the now-playing panel. */
export function voiceButtons({ playback }: Pick<Services, 'playback'>, desk: PanelDesk): readonly ComponentModule[] {
  return [
    {
      action: 'voice.toggle',
      access: 'reviewer',
      answer: 'update',
      run: async (press, caller) => {
        const playing = playback.status(caller.guildId).player.kind === 'playing';
        const result = playing
          ? await playback.pause(caller.guildId, caller.userId)
          : await playback.play(caller.guildId, caller.userId);
        return result.ok ? desk.redraw(press) : refusal(result.error);
      },
    },
    {
      action: 'voice.stop',
      access: 'reviewer',
      answer: 'update',
      run: async (press, caller) => {
        const result = await playback.stop(caller.guildId, caller.userId);
        return result.ok ? desk.redraw(press) : refusal(result.error);
      },
    },
  ];
}
