import type { Logger } from '../src/ports/logger.ts';

/** Only what went wrong is told. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  child: () => SILENT,
};
