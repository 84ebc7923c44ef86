import { Client, Events } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { onDismissal } from '../../src/discord/dismissal.ts';

function watched() {
  const client = new Client({ intents: [] });
  const told: string[] = [];
  onDismissal(client, (words) => told.push(words));
  const close = (code: number) => client.emit(Events.ShardDisconnect, { code, reason: '', wasClean: true }, 0);
  const answer = (status: number, auth: boolean) =>
    client.rest.emit(
      'response',
      {
        data: { auth, body: null, files: [], signal: undefined },
        method: 'POST',
        options: {},
        path: '/x',
        retries: 0,
        route: '/x',
      },
      new Response(null, { status }),
    );
  return { told, close, answer };
}

describe('Discord lets the bot in no longer', () => {
  it.each([
    [4004, /refuses the token.*Reset Token/],
    [4010, /shard.*Update the bot/],
    [4011, /more servers than/],
    [4012, /gateway.*Update the bot/],
    [4013, /intents.*Update the bot/],
    [4014, /Message Content intent is not switched on.*MESSAGE_CONTENT=off/],
  ])('close code %i is told in words that say what to do', (code, words) => {
    const { told, close } = watched();
    close(code);
    expect(told).toEqual([expect.stringMatching(words)]);
  });

  it.each([1000, 1006, 4000, 4007, 4008, 4009])('close code %i is not: the client comes back by itself', (code) => {
    const { told, close } = watched();
    close(code);
    expect(told).toEqual([]);
  });

  it('a 401 to the token of the bot is told, to the token of an interaction it is not, and all of it once', () => {
    const { told, close, answer } = watched();
    answer(401, false);
    answer(403, true);
    expect(told).toEqual([]);
    answer(401, true);
    answer(401, true);
    close(4004);
    expect(told).toHaveLength(1);
  });
});
