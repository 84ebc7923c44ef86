import { describe, expect, it } from 'vitest';
import { DriftMeter } from '../../src/tiktok/drift.ts';

const see = (meter: DriftMeter, messages: number, lacking: (index: number) => string | null) =>
  Array.from({ length: messages }, (_, index) => meter.saw('chat', lacking(index))).filter(
    (each) => each !== undefined,
  );

describe('the drift meter', () => {
  it('says nothing about a few odd messages', () => {
    expect(see(new DriftMeter(), 1_000, (index) => (index % 10 === 0 ? 'chat text' : null))).toEqual([]);
  });

  it('speaks once when most messages lack a field, and once when that is over', () => {
    const meter = new DriftMeter();
    expect(see(meter, 600, (index) => (index % 3 === 0 ? null : 'chat text'))).toEqual([
      'chat messages lack the chat text',
    ]);
    expect(meter.verdict()).toBe('chat messages lack the chat text');
    expect(see(meter, 200, () => null)).toEqual([null]);
    expect(meter.verdict()).toBeNull();
  });
});
