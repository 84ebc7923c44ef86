import { beforeEach, expect, test } from 'vitest';
import { SETTINGS, type Settings } from '../../src/domain/setting.ts';
import type { VoiceChannelFacts, VoiceGateway } from '../../src/ports/audio-out.ts';
import { VoicePresence } from '../../src/services/voice-presence.ts';
import { quietLog } from './core-stage.ts';
import { ManualClock } from './manual-clock.ts';

const GUILD = '1';
const CHANNEL = '2';
const MINUTE = 60_000;

const DEFAULTS = Object.fromEntries(Object.entries(SETTINGS).map(([key, spec]) => [key, spec.default])) as Settings;

let humans: number;
let listeners: ((guildId: string) => void)[];
let left: string[];
let clock: ManualClock;
let presence: VoicePresence;

const gateway: VoiceGateway = {
  adapterFor: () => null,
  channel: (_guildId, channelId): VoiceChannelFacts => ({
    channelId,
    isStage: false,
    bitrate: 64_000,
    humans,
    canConnect: true,
    canSpeak: true,
    isFull: false,
  }),
  speakOnStage: async () => true,
  setStatus: async () => true,
  onPeopleChanged: (listener) => void listeners.push(listener),
};

beforeEach(() => {
  humans = 1;
  listeners = [];
  left = [];
  clock = new ManualClock();
  presence = new VoicePresence({ gateway, settings: { all: async () => DEFAULTS }, clock, log: quietLog });
  presence.start((guildId) => left.push(guildId));
  presence.linkChanged(GUILD, { kind: 'ready', channelId: CHANNEL, attempt: 0 });
});

async function people(count: number): Promise<void> {
  humans = count;
  for (const listener of listeners) listener(GUILD);
  await clock.advance(0);
}

test('alone for five minutes, it leaves', async () => {
  await people(0);
  await clock.advance(5 * MINUTE - 1);
  expect(left).toEqual([]);
  await clock.advance(1);
  expect(left).toEqual([GUILD]);
});

test('somebody who comes back in time keeps it', async () => {
  await people(0);
  await clock.advance(4 * MINUTE);
  await people(1);
  await clock.advance(10 * MINUTE);
  expect(left).toEqual([]);
  await people(0);
  await clock.advance(5 * MINUTE);
  expect(left).toEqual([GUILD]);
});

test('away from voice it waits for nobody', async () => {
  await people(0);
  presence.linkChanged(GUILD, { kind: 'away', why: null });
  await clock.advance(10 * MINUTE);
  expect(left).toEqual([]);
  expect(clock.waiting).toBe(0);
});
