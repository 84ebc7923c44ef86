// The last good picture outlives the page: a scene switch during a restart of the bot shows it instead of nothing.

/** Older ones would show yesterday's song. ms */
const GOOD_FOR_MS = 15 * 60_000;
/** Written at most this often. ms */
const WRITE_MS = 1_000;

/** @typedef {import('./picture.js').Picture} Picture */

/** @param {string} name tells overlays of one browser apart */
export function lastFrame(name) {
  const key = `skipline ${name}`;
  /** @type {{ picture: Picture, saidAt: number } | null} */
  let pending = null;
  let isWaiting = false;

  const write = () => {
    isWaiting = false;
    if (pending !== null) attempt(() => localStorage.setItem(key, JSON.stringify({ ...pending, keptAt: Date.now() })));
  };
  return {
    /** @returns {{ picture: Picture, saidAt: number, ageMs: number } | null} */
    read: () => {
      const kept = attempt(() => JSON.parse(localStorage.getItem(key) ?? 'null'));
      const ageMs = kept === null || kept === undefined ? Number.NaN : Date.now() - kept.keptAt;
      return ageMs >= 0 && ageMs < GOOD_FOR_MS ? { picture: kept.picture, saidAt: kept.saidAt, ageMs } : null;
    },
    /**
     * @param {Picture} picture
     * @param {number} saidAt
     */
    keep: (picture, saidAt) => {
      pending = { picture, saidAt };
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(write, WRITE_MS);
    },
    forget: () => {
      pending = null;
      attempt(() => localStorage.removeItem(key));
    },
  };
}

/**
 * Storage may be switched off, full, or hold another release's picture: then there is just no last frame.
 * @template T
 * @param {() => T} work
 * @returns {T | null}
 */
function attempt(work) {
  try {
    return work();
  } catch (trouble) {
    console.debug('no storage', trouble);
    return null;
  }
}
