// Which alert is on screen: one at a time, each once, for its time; a crowd makes them shorter rather than endless.

/** With others waiting an alert shows at least this long. ms */
const CROWDED_MS = 2_500;
/** More than this many waiting: the smallest gifts give way. */
const WAITING_MAX = 8;
/** Ids of alerts that were shown or refused. */
const REMEMBERED = 200;

/**
 * @typedef {import('../protocol.ts').OverlayAlert} Alert
 * @typedef {{
 *   showMs: number,
 *   minCoins: number,
 *   show: (alert: Alert) => void,
 *   hide: () => void,
 *   after: (ms: number, task: () => void) => void,
 * }} Stage
 */

/**
 * @param {Stage} stage `after` runs a task later; `minCoins` leaves out gifts below it that moved nothing
 * @returns {(alert: Alert, ageMs: number) => void} `ageMs`: how long ago it happened
 */
export function alertQueue({ showMs, minCoins, show, hide, after }) {
  /** @type {Alert[]} */
  const waiting = [];
  /** @type {string[]} */
  const seen = [];
  let isShowing = false;

  const next = () => {
    const alert = waiting.shift();
    if (alert === undefined) {
      isShowing = false;
      hide();
      return;
    }
    isShowing = true;
    show(alert);
    // Looked at again after the shortest time: by then it is known whether others wait.
    const least = Math.min(CROWDED_MS, showMs);
    const look = (/** @type {number} */ passed) => {
      if (waiting.length > 0 || passed >= showMs) return next();
      const step = Math.min(500, showMs - passed);
      after(step, () => look(passed + step));
    };
    after(least, () => look(least));
  };

  return (alert, ageMs) => {
    if (seen.includes(alert.id)) return;
    seen.push(alert.id);
    if (seen.length > REMEMBERED) seen.shift();
    if (ageMs > showMs || (alert.kind === 'gift' && alert.coins < minCoins)) return;
    waiting.push(alert);
    if (waiting.length > WAITING_MAX) waiting.splice(least(waiting), 1);
    if (!isShowing) next();
  };
}

/**
 * The one to give up: the smallest gift, or the oldest when only moves wait.
 * @param {readonly Alert[]} waiting
 */
function least(waiting) {
  let found = 0;
  let coins = Number.POSITIVE_INFINITY;
  waiting.forEach((alert, index) => {
    if (alert.kind === 'gift' && alert.coins < coins) {
      found = index;
      coins = alert.coins;
    }
  });
  return found;
}
