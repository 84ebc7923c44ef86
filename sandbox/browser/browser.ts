import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

/**
 * A real Chromium without a window. Not with the arguments its package suggests: those switch off what is tested here
 * (the same-origin policy, processes of their own for frames).
 */
export async function openBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await unpacked(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    headless: true,
  });
}

/** Beside the package's own folder, which a process that was ended early may have left half full. */
const FOLDER = join(tmpdir(), 'skipline-chromium-153');

/**
 * The program, unpacked once per machine. The package unpacks in place, so a second process would start a half written
 * program; here whoever is first moves a whole folder into place.
 */
async function unpacked(): Promise<string> {
  const program = join(FOLDER, 'chromium');
  if (existsSync(program)) return program;
  const own = await mkdtemp(`${FOLDER}-`);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = own;
  try {
    await chromium.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  await rename(own, FOLDER).catch(async (error: unknown) => {
    // Somebody else was quicker.
    await rm(own, { recursive: true, force: true });
    if (!existsSync(program)) throw error;
  });
  return program;
}
