import { beforeEach, expect, test } from 'vitest';
import { FrameClock, type FrameSink } from '../../src/audio/frame-clock.ts';
import { StepClock } from './step-clock.ts';

let clock: StepClock;
let frames: FrameClock;

beforeEach(() => {
  clock = new StepClock();
  frames = new FrameClock(clock);
});

class Sink implements FrameSink {
  readonly sentAt: number[] = [];
  readonly faults: unknown[] = [];
  onPrepare: () => void = () => undefined;
  #prepared = false;

  send(): void {
    if (this.#prepared) this.sentAt.push(clock.monotonic());
    this.#prepared = false;
  }

  prepare(): void {
    this.onPrepare();
    this.#prepared = true;
  }

  broke(error: unknown): void {
    this.faults.push(error);
  }
}

const gaps = ({ sentAt }: Sink) => sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));

test('the first packet leaves at once, and then one every 20 ms', () => {
  const [sink, began] = [new Sink(), clock.monotonic()];
  frames.add(sink);
  clock.advance(1_000);
  expect(sink.sentAt[0]).toBe(began);
  expect(new Set(gaps(sink))).toEqual(new Set([20]));
  expect(sink.sentAt).toHaveLength(51);
});

test('everybody keeps one beat, whenever they joined it', () => {
  const [first, second] = [new Sink(), new Sink()];
  frames.add(first);
  clock.advance(207);
  frames.add(second);
  clock.advance(200);
  expect(second.sentAt).toEqual(first.sentAt.slice(-second.sentAt.length));
});

test('a late beat is made up for, a lost second is not', () => {
  const sink = new Sink();
  frames.add(sink);
  clock.advance(100);
  const before = sink.sentAt.length;
  clock.stall(65);
  expect(sink.sentAt.length - before).toBe(3);
  clock.advance(1_000);
  const late = sink.sentAt.length;
  clock.stall(1_000);
  expect(sink.sentAt.length - late).toBe(1);
});

test('a sink that breaks is told so, and disturbs nobody', () => {
  const [bad, good] = [new Sink(), new Sink()];
  bad.onPrepare = () => {
    throw new Error('no');
  };
  frames.add(bad);
  frames.add(good);
  clock.advance(100);
  expect(bad.faults.length).toBeGreaterThan(4);
  expect(good.sentAt.length).toBeGreaterThan(4);
});

test('when nobody plays, no timer runs', () => {
  const sink = new Sink();
  frames.add(sink);
  frames.add(sink);
  clock.advance(100);
  frames.remove(sink);
  frames.remove(sink);
  expect(clock.pending).toEqual([]);
  sink.onPrepare = () => frames.remove(sink);
  frames.add(sink);
  expect(clock.pending).toEqual([]);
});
