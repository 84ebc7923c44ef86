/** The whole bot as `src/main.ts` runs it, but for where the platforms of links are: `PLATFORM_ORIGIN`. */
import { createApp } from '../../src/app.ts';
import { configOf } from './show.ts';

const { PLATFORM_ORIGIN: origin = '', ...env } = process.env;
const redirect = (url: string): string => `${origin}/${encodeURIComponent(url)}`;
const app = createApp(configOf(Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']))), {
  linkOrigins: { trusted: new Set([origin]), redirect },
});
process.on('SIGTERM', () => void app.stop().then(() => process.exit(0)));
await app.start();
