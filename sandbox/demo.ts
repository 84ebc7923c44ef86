import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from './start.ts';
import { BotProcess } from './story/bot-process.ts';
import { Narrator } from './story/narrator.ts';
import { playShortShow } from './story/short-show.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const FLAGS = {
  page: 'open the page, also without a terminal',
  auto: 'the page plays the show by itself',
  headless: 'no page: tell the show as text, and end',
  fresh: 'forget what earlier runs left',
  verbose: 'print every line of the bot',
} as const;

const asked = (flag: keyof typeof FLAGS): boolean => process.argv.includes(`--${flag}`);

/** A flag with a typo would be a wish that nobody hears. */
function unknownFlags(): readonly string[] {
  return process.argv.slice(2).filter((word) => !Object.keys(FLAGS).some((flag) => word === `--${flag}`));
}

function usage(): string {
  const lines = Object.entries(FLAGS).map(([flag, about]) => `  --${flag.padEnd(10)}${about}`);
  return `Usage: npm run demo -- [flags]\n${lines.join('\n')}\n`;
}

/**
 * `npm run demo`: a local Discord, a local TikTok LIVE and the unmodified bot. In a terminal it opens the page and stays;
 * otherwise, and with `--headless`, it tells a whole short show as text and ends.
 */
async function main(): Promise<void> {
  const unknown = unknownFlags();
  if (unknown.length > 0) {
    process.stdout.write(usage());
    if (unknown.join() !== '--help') process.exitCode = 1;
    return;
  }
  // Nobody reads any more, as behind `| head`: that is an end like any other.
  process.stdout.once('error', () => process.exit(0));
  const terminal = process.stdout.isTTY === true && /^(?:|0|false)$/i.test(process.env.CI ?? '');
  const page = !asked('headless') && (asked('page') || asked('auto') || terminal);
  if (page) await openPage(asked('auto') && !asked('page') && !terminal);
  else await tellStory();
}

/** `--page` opens it without a terminal too, `--auto` plays the show by itself, `--fresh` forgets earlier runs. */
async function openPage(leave: boolean): Promise<void> {
  // The page brings a bundler along, which the text story does without.
  const { runDemoPage } = await import('./stage/demo-page.ts');
  const write = (text: string): void => void process.stdout.write(text);
  process.exitCode = await runDemoPage({
    root: ROOT,
    fresh: asked('fresh'),
    auto: asked('auto'),
    leave,
    env: { ...programs(), ...(asked('verbose') ? { LOG_LEVEL: 'debug' } : {}) },
    tell: new Narrator(write, usesColors()),
    say: (line) => write(`${line}\n`),
    ...(asked('verbose') ? { onBotLine: (line: string) => write(`             ${line}\n`) } : {}),
    stopped: new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    }),
  });
}

const usesColors = (): boolean => process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

async function tellStory(): Promise<void> {
  const colors = usesColors();
  const tell = new Narrator((text) => process.stdout.write(text), colors);
  process.stdout.write(
    'Skipline demo: a whole show against a local Discord and a local TikTok LIVE. Nothing leaves this machine.\n',
  );
  const verbose = asked('verbose');
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-demo-'));
  const sandbox = await startSandbox();
  const lastLines: string[] = [];
  const bot = new BotProcess({
    root: ROOT,
    env: {
      ...sandbox.env,
      DATA_DIR: dataDir,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: verbose ? 'debug' : 'info',
      ...programs(),
    },
    onLine: (line) => {
      if (verbose) process.stdout.write(`             ${line}\n`);
      lastLines.push(line);
      if (lastLines.length > 40) lastLines.shift();
    },
  });
  try {
    await playShortShow(sandbox, bot, tell);
    process.stdout.write('\nThat was a whole show. Next: README.md, "Going live in 10 steps".\n');
  } catch (error) {
    process.stdout.write(
      `\nThe show broke: ${error instanceof Error ? error.message : String(error)}\n\nThe bot's last lines:\n${lastLines.join('\n')}\n`,
    );
    process.exitCode = 1;
  } finally {
    await bot.stop('SIGKILL');
    await sandbox.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Programs that the launcher found for us. */
function programs(): Record<string, string> {
  return Object.fromEntries(
    ['FFMPEG_PATH', 'YTDLP_PATH'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  );
}

await main();
