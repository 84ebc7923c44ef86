/** Discord's epoch: the first millisecond of 2015. */
const EPOCH_MS = 1_420_070_400_000;

/** Issues ids whose upper bits are the creation time, unique within one sandbox and always 17 to 19 digits. */
export class SnowflakeSource {
  #now: () => number;
  #increment = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  next(): string {
    this.#increment = (this.#increment + 1) & 0x3fffff;
    return ((BigInt(Math.floor(this.#now()) - EPOCH_MS) << 22n) | BigInt(this.#increment)).toString();
  }
}

/** Unix time in ms that an id was made at. */
export const snowflakeTime = (id: string): number => Number(BigInt(id) >> 22n) + EPOCH_MS;

export const isSnowflake = (value: unknown): value is string => typeof value === 'string' && /^\d{17,19}$/.test(value);

/** Orders ids by time, oldest first. */
export const compareSnowflakes = (left: string, right: string): number =>
  left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
