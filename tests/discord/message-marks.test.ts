import { beforeEach, expect, test } from 'vitest';
import { MessageMarks } from '../../src/discord/message-marks.ts';
import { KeptLog } from '../tiktok/ear.ts';

const CHANNEL = '10';
let kept: Map<string, string>;
let marks: MessageMarks;
const open = async () => {
  marks = new MessageMarks(
    { all: async () => new Map(kept), set: async (channelId, id) => void kept.set(channelId, id) },
    new KeptLog(),
  );
  await marks.load();
};
beforeEach(async () => {
  kept = new Map();
  await open();
});
const take = (id: number, isLate = false) => marks.take(CHANNEL, String(id), isLate);
const kepts = async () => {
  await marks.idle();
  return kept.get(CHANNEL);
};

test('move on over what is done with, and never over what is still worked on or left', async () => {
  const [first, second, third] = [take(1), take(2), take(3)];
  third?.(true);
  expect(await kepts()).toBeUndefined();
  first?.(true);
  expect(await kepts()).toBe('1');
  second?.(false);
  take(4)?.(true);
  expect(await kepts()).toBe('1');
  take(2)?.(true);
  expect(await kepts()).toBe('4');
});

test('give a message to one at a time, and again only when it was left', () => {
  const live = take(5);
  expect(take(5, true)).toBeNull();
  live?.(true);
  expect(take(5, true)).toBeNull();
  const other = take(6);
  other?.(false);
  expect(take(6, true)).not.toBeNull();
});

test('take a live message also when a newer one was faster', async () => {
  take(9)?.(true);
  expect(take(8)).not.toBeNull();
  expect(take(7, true)).toBeNull();
});

test('stand still from a start until what was missed was looked at, whatever comes in meanwhile', async () => {
  take(1)?.(true);
  await marks.idle();
  await open();
  const newer = take(9);
  newer?.(true);
  expect(await kepts()).toBe('1');
  expect(marks.of(CHANNEL)).toBe('1');
  take(5, true)?.(true);
  expect(take(9, true)).toBeNull();
  marks.goOn(CHANNEL);
  expect(await kepts()).toBe('9');
});

test('begin at what stands in the channel when nothing is known of it, and stop where they are told to', async () => {
  expect(marks.of(CHANNEL)).toBeNull();
  marks.begin(CHANNEL, '50');
  expect(await kepts()).toBe('50');
  marks.stop((id) => id === CHANNEL);
  take(60)?.(true);
  expect(await kepts()).toBe('50');
});

test('stop waiting for a message that is left when very many newer ones are done with', async () => {
  take(1)?.(false);
  for (let id = 2; id < 6_000; id += 1) take(id)?.(true);
  expect(Number(await kepts())).toBeGreaterThan(5_000);
});

test('begin before a message that is being worked on just then', async () => {
  const first = take(50);
  marks.begin(CHANNEL, '50');
  expect(await kepts()).toBeUndefined();
  first?.(true);
  expect(await kepts()).toBe('50');
});
