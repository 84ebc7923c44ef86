import { memoryHere, memoryOptions } from '../scripts/setup/node.mjs';

/** Environment of the bot as `npm start` runs it here; what is measured beside it runs as anybody runs it. */
export const AS_STARTED: Readonly<Record<string, string>> = {
  NODE_OPTIONS: memoryOptions(memoryHere()).join(' '),
  MALLOC_ARENA_MAX: '2',
};
