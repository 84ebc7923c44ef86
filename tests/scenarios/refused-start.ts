import { createApp } from '../../src/app.ts';
import { isStartRefusal } from '../../src/start-refusal.ts';
import { configOf } from './show.ts';

const TOKEN = `${Buffer.from('123456789012345678').toString('base64')}.AAAAAA.${'x'.repeat(38)}`;

/** A bot that must not come as far as to Discord. @returns in which words it refuses to run on this folder */
export async function refusedStart(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const app = createApp(configOf({ DISCORD_TOKEN: TOKEN, DATA_DIR: dataDir, LOG_LEVEL: 'silent', PATH: '', ...env }));
  try {
    await app.start();
    return 'it runs';
  } catch (error) {
    if (isStartRefusal(error)) return error.message;
    throw error;
  } finally {
    await app.stop();
  }
}
