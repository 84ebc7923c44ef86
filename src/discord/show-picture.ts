import { Worker } from 'node:worker_threads';
import type { SessionReport } from '../services/snapshots.ts';
import { showChart } from './show-chart.ts';

const WITHIN_MS = 20_000;

/**
 * The picture of a show as PNG, drawn in a thread of its own.
 * @throws Error when it could not be drawn; the numbers are then posted without it
 */
export function drawShow(report: SessionReport): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./show-picture-worker.ts', import.meta.url), {
      workerData: showChart(report),
      resourceLimits: { maxOldGenerationSizeMb: 192 },
    });
    const timer = setTimeout(() => {
      reject(new Error('the picture of a show took too long'));
      void worker.terminate();
    }, WITHIN_MS);
    worker.once('message', (png: Uint8Array) => resolve(png));
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the picture's thread ended with ${code}`));
    });
  });
}
