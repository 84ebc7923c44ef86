// What the address asks for. Anything odd falls back to the default: an overlay never complains on stream.

export const SCENES = /** @type {const} */ (['all', 'now-playing', 'queue', 'leaderboard', 'alert']);
export const THEMES = /** @type {const} */ (['glass', 'solid', 'light', 'neon', 'plain']);

/** Smallest, largest and default values. `rows`: 0 = as many as suit the scene. */
export const RANGES = {
  scale: { min: 0.5, max: 2, usual: 1 },
  rows: { min: 0, max: 20, usual: 0 },
  'show-time': { min: 2, max: 60, usual: 7 },
  'min-coins': { min: 1, max: 100_000, usual: 100 },
};

/**
 * @typedef {{
 *   scene: (typeof SCENES)[number],
 *   theme: (typeof THEMES)[number],
 *   scale: number,
 *   rows: number,
 *   'show-time': number,
 *   'min-coins': number,
 *   chroma: string | null,
 *   safe: boolean,
 *   sample: boolean,
 *   guides: boolean,
 * }} Options
 */

/** @type {Options} */
export const USUAL = {
  scene: 'all',
  theme: 'glass',
  scale: RANGES.scale.usual,
  rows: RANGES.rows.usual,
  'show-time': RANGES['show-time'].usual,
  'min-coins': RANGES['min-coins'].usual,
  chroma: null,
  safe: true,
  sample: false,
  guides: false,
};

/**
 * @param {string} query with or without the question mark
 * @returns {Options}
 */
export function readOptions(query) {
  const asked = new URLSearchParams(query);
  const range = (/** @type {keyof typeof RANGES} */ name) => number(asked.get(name), RANGES[name]);
  return {
    scene: SCENES.find((scene) => scene === asked.get('scene')) ?? USUAL.scene,
    theme: THEMES.find((theme) => theme === asked.get('theme')) ?? USUAL.theme,
    scale: range('scale'),
    rows: Math.round(range('rows')),
    'show-time': range('show-time'),
    'min-coins': Math.round(range('min-coins')),
    chroma: colour(asked.get('chroma')),
    safe: asked.get('safe') !== 'off',
    sample: asked.get('sample') === 'on',
    guides: asked.get('guides') === 'on',
  };
}

/**
 * The shortest query that asks for these; empty when everything is as usual.
 * @param {Options} options
 */
export function writeOptions(options) {
  const query = new URLSearchParams();
  if (options.scene !== USUAL.scene) query.set('scene', options.scene);
  if (options.theme !== USUAL.theme) query.set('theme', options.theme);
  for (const name of /** @type {(keyof typeof RANGES)[]} */ (Object.keys(RANGES))) {
    if (options[name] !== USUAL[name]) query.set(name, String(options[name]));
  }
  if (options.chroma !== null) query.set('chroma', options.chroma);
  if (!options.safe) query.set('safe', 'off');
  if (options.sample) query.set('sample', 'on');
  if (options.guides) query.set('guides', 'on');
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/**
 * @param {string | null} text
 * @param {{ min: number, max: number, usual: number }} range
 */
function number(text, { min, max, usual }) {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? Math.min(max, Math.max(min, value)) : usual;
}

const NAMED = new Map([
  ['green', '00ff00'],
  ['blue', '0000ff'],
  ['magenta', 'ff00ff'],
]);

/**
 * @param {string | null} text
 * @returns {string | null} six hex digits
 */
function colour(text) {
  const value = (text ?? '').toLowerCase().replace(/^#/, '');
  return NAMED.get(value) ?? (/^[0-9a-f]{6}$/.test(value) ? value : null);
}
