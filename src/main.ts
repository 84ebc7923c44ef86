import { flushCompileCache } from 'node:module';
import dotenv from 'dotenv';
import { createApp } from './app.ts';
import { describeProblems, EXIT_CONFIG, parseConfig } from './config.ts';
import { isStartRefusal } from './start-refusal.ts';

/** Time the process gives itself to end cleanly. ms */
const STOP_WITHIN_MS = 9_000;

dotenv.config({ quiet: true });
const parsed = parseConfig(process.env);
if (!parsed.ok) {
  process.stderr.write(`${describeProblems(parsed.error)}\n`);
  process.exit(EXIT_CONFIG);
}

const app = createApp(parsed.value);
let stopping = false;

/** @param exitCode of an end that went well */
async function end(why: string, exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const timer = setTimeout(() => process.exit(exitCode === 0 ? 1 : exitCode), STOP_WITHIN_MS);
  try {
    await app.stop();
    clearTimeout(timer);
    process.exit(exitCode);
  } catch (error) {
    app.log.error({ err: error, why }, 'could not stop cleanly');
    process.exit(exitCode === 0 ? 1 : exitCode);
  }
}

process.on('SIGTERM', () => void end('SIGTERM', 0));
process.on('SIGINT', () => void end('SIGINT', 0));
process.on('unhandledRejection', (error) => app.log.error({ err: error }, 'unhandled rejection'));
process.on('uncaughtException', (error) => {
  app.log.error({ err: error }, 'uncaught exception');
  // Not 0: whatever watches the process starts it again.
  void end('uncaughtException', 1);
});
void app.dismissed.then((words) => {
  process.stderr.write(`${words}\n`);
  return end('dismissed', EXIT_CONFIG);
});

try {
  await app.start();
  // Kept now: a process that is killed writes nothing at its end, and would compile everything again.
  flushCompileCache();
} catch (error) {
  if (isStartRefusal(error)) process.stderr.write(`${error.message}\n`);
  else app.log.error({ err: error }, 'could not start');
  await end('could not start', isStartRefusal(error) ? EXIT_CONFIG : 1);
}
