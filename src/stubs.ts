// Stands in for playback until it is built.
const live = { status: () => ({ kind: 'disconnected', lastHost: null, lastRefusal: null }), start: async () => {}, stop: async () => {}, disconnect: async () => ({ ok: true, value: { ended: null } }), connect: async () => { throw new Error('no live yet'); } };
const playback = { status: (guildId: string) => ({ guildId, voice: { kind: 'away', why: null }, player: { kind: 'idle' }, volume: 100, filters: [] }), start: async () => {}, close: async () => {}, leave: async () => ({ ok: true, value: undefined }) };
export const STUBS = { live, playback, gifts: {}, reports: {} } as never as { live: never; playback: never; gifts: never; reports: never };
