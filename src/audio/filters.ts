import type { FilterName } from '../domain/setting.ts';

/** Echoes of a hall: delays in ms and how much of each is left. */
const HALL = 'aecho=0.8:0.75:41|67|103|149:0.42|0.33|0.25|0.18';

/** What each filter is to ffmpeg. Tempo changes must agree with `FILTERS` of the domain. Input: 48 kHz stereo. */
const CHAINS: Readonly<Record<FilterName, string>> = {
  'bass-boost': 'bass=gain=9:frequency=110:width_type=q:width=0.7',
  reverb: HALL,
  slow: 'atempo=0.85',
  speed: 'atempo=1.2',
  '8d': 'apulsator=mode=sine:hz=0.125:amount=0.9:offset_l=0:offset_r=0.5',
  nightcore: 'asetrate=60000,aresample=48000',
  vaporwave: 'asetrate=38400,aresample=48000',
};

/**
 * Filters and volume as one chain. A limiter stands at its end: a filter must not make a levelled song distort.
 * @param volume percent
 */
export function filterChain(filters: readonly FilterName[], volume: number): string {
  const gain = volume === 100 ? [] : [`volume=${(volume / 100).toFixed(3)}`];
  const limiter = 'alimiter=limit=0.85:level=disabled';
  return ['aresample=48000', ...filters.map((name) => CHAINS[name]), ...gain, limiter].join(',');
}
