import type { VoiceAdapterCreator, VoiceAdapterMethods } from '../src/ports/audio-out.ts';
import { type Admit, BENCH_BOT } from './audio-side.ts';

/** Discord's main connection for one guild: op 4 in, voice state and voice server out. */
export function adapterOf(guildId: string, admit: Admit): VoiceAdapterCreator {
  return (methods) => ({
    sendPayload: (payload) => {
      const { channel_id: channelId } = (payload as { d: { channel_id: string | null } }).d;
      if (channelId !== null) void letIn(methods, guildId, channelId, admit);
      return true;
    },
    destroy: () => undefined,
  });
}

async function letIn(methods: VoiceAdapterMethods, guildId: string, channelId: string, admit: Admit): Promise<void> {
  const { token, endpoint, sessionId } = await admit(guildId, channelId);
  const state = { guild_id: guildId, channel_id: channelId, user_id: BENCH_BOT, session_id: sessionId };
  methods.onVoiceStateUpdate(state);
  methods.onVoiceServerUpdate({ token, guild_id: guildId, endpoint });
}
