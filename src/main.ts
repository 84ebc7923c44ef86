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

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  const timer = setTimeout(() => process.exit(1), STOP_WITHIN_MS);
  try {
    await app.stop();
    clearTimeout(timer);
    process.exit(0);
  } catch (error) {
    app.log.error({ err: error, signal }, 'could not stop cleanly');
    process.exit(1);
  }
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('unhandledRejection', (error) => app.log.error({ err: error }, 'unhandled rejection'));
process.on('uncaughtException', (error) => {
  app.log.error({ err: error }, 'uncaught exception');
  void stop('uncaughtException');
});

try {
  await app.start();
} catch (error) {
  if (isStartRefusal(error)) process.stderr.write(`${error.message}\n`);
  else app.log.error({ err: error }, 'could not start');
  await app.stop();
  process.exit(isStartRefusal(error) ? EXIT_CONFIG : 1);
}
