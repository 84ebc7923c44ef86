import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { Resvg } from '@resvg/resvg-js';
import { init } from 'echarts';
import { CHART_SIZE } from './show-chart.ts';

/** Runs in its own thread: drawing takes hundreds of ms, and a blocked loop is heard in the voice channel. */
const chart = init(null, null, { renderer: 'svg', ssr: true, width: CHART_SIZE, height: CHART_SIZE });
chart.setOption(workerData);
const svg = chart.renderToSVGString();
chart.dispose();
const font = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const png = new Resvg(svg, { font: { fontFiles: [font], loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' } })
  .render()
  .asPng();
parentPort?.postMessage(png);
