import { MessageFlags } from 'discord.js';
import type { Failure } from '../../../domain/failure.ts';
import { isFilterName, MAX_VOLUME, MIN_VOLUME } from '../../../domain/playback.ts';
import { err, type Result } from '../../../lib/result.ts';
import { justPlayed } from '../../../services/queue-reads.ts';
import type { PlaybackStatus } from '../../../services/snapshots.ts';
import { type Answer, type Caller, type ComponentModule, type ComponentPress, refusal, update } from '../../answer.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { nowPlayingAnswer } from './now-playing-answer.ts';

/** What one press jumps. ms */
const JUMP_MS = 15_000;
/** What one press changes. Percent */
const VOLUME_STEP = 10;

/**
 * What the commands do, on panels. What changes the song names the one it was drawn for: another song than that is left
 * alone.
 */
export function voiceButtons(
  services: Pick<Services, 'playback' | 'queue' | 'settings'>,
  desk: PanelDesk,
  now: () => number,
): readonly ComponentModule[] {
  const { playback, queue } = services;
  async function staleness(guildId: string, shownPlayId: number | null): Promise<Failure | null> {
    const onAir = await queue.onAir(guildId);
    return onAir === null || onAir.playId === shownPlayId ? null : justPlayed(onAir);
  }
  /** On a panel, or on the answer of `/nowplaying`, which one person alone sees. */
  async function redrawn(press: ComponentPress, { guildId }: Caller): Promise<Answer> {
    const isAnswer = press.message?.flags.has(MessageFlags.Ephemeral) === true;
    return isAnswer ? update(await nowPlayingAnswer(services, guildId, now())) : desk.redraw(press);
  }
  const voiceButton = (
    verb: 'play' | 'pause' | 'stop' | 'seek',
    act: (caller: Caller, way: string | undefined) => Promise<Result<PlaybackStatus, Failure>>,
  ): ComponentModule => ({
    action: `voice.${verb}`,
    access: 'reviewer',
    answer: 'update',
    run: async (press, caller, [playId, way]) => {
      const stale = await staleness(caller.guildId, idArgument(playId));
      if (stale !== null) return refusal(stale);
      const result = await act(caller, way);
      return result.ok ? redrawn(press, caller) : refusal(result.error);
    },
  });
  const jump = async (
    { guildId, userId }: Caller,
    way: string | undefined,
  ): Promise<Result<PlaybackStatus, Failure>> => {
    const { player } = playback.status(guildId);
    if (player.kind === 'idle' || player.kind === 'failed') return err({ code: 'nothing-playing' });
    const target = Math.max(0, player.positionMs + (way === 'back' ? -JUMP_MS : JUMP_MS));
    return playback.seek(guildId, userId, Math.min(target, player.durationMs ?? target));
  };
  const volume: ComponentModule = {
    action: 'voice.volume',
    access: 'reviewer',
    answer: 'update',
    run: async (press, caller, [way]) => {
      const { guildId, userId } = caller;
      const wanted = playback.status(guildId).volume + (way === 'down' ? -VOLUME_STEP : VOLUME_STEP);
      const percent = Math.min(MAX_VOLUME, Math.max(MIN_VOLUME, wanted));
      const result = await playback.setVolume(guildId, userId, percent);
      return result.ok ? redrawn(press, caller) : refusal(result.error);
    },
  };
  const filters: ComponentModule = {
    action: 'voice.filters',
    access: 'reviewer',
    answer: 'update',
    run: async (press, caller) => {
      const chosen = press.isStringSelectMenu() ? press.values.filter(isFilterName) : [];
      const result = await playback.setFilters(caller.guildId, caller.userId, chosen);
      return result.ok ? redrawn(press, caller) : refusal(result.error);
    },
  };
  return [
    voiceButton('play', ({ guildId, userId }) => playback.play(guildId, userId)),
    voiceButton('pause', ({ guildId, userId }) => playback.pause(guildId, userId)),
    voiceButton('stop', ({ guildId, userId }) => playback.stop(guildId, userId)),
    voiceButton('seek', jump),
    volume,
    filters,
  ];
}
