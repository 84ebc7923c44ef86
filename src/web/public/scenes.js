// Draws the picture. Strangers' text goes through textContent alone; nothing here ever builds markup.

import { positionNow } from './picture.js';

/**
 * @typedef {{ key: string, line: string } & Record<(typeof ROW_FIELDS)[number], string>} Row
 * @typedef {import('./options.js').Options} Options
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {import('../protocol.ts').OverlayAlert} Alert
 * @typedef {import('../protocol.ts').OverlaySong} Song
 */

const LINE_NAME = { 'back-to-back': 'Back-to-back', 'double-skip': 'Double skip', skip: 'Skip', free: 'Free line' };
/** Rows when the address does not say: all scenes share the safe area. */
const ROWS = { shared: 3, alone: 5 };
/** Parts of a row in a list, by the name of their class. */
const ROW_FIELDS = /** @type {const} */ (['place', 'first', 'tag', 'second', 'last']);
const WAVE_WIDTH = 640;
const WAVE_HEIGHT = 100;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** @param {string} id */
function part(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/**
 * @param {Element} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @param {HTMLElement} element
 * @param {boolean} isShown
 */
function reveal(element, isShown) {
  if (element.hidden === !isShown) return;
  element.hidden = !isShown;
  if (!isShown || calm.matches) return;
  element.animate(
    [
      { opacity: 0, transform: 'translateY(1.6rem)' },
      { opacity: 1, transform: 'none' },
    ],
    {
      duration: 220,
      easing: 'ease-out',
    },
  );
}

/** @param {Options} options */
export function dress(options) {
  const root = document.documentElement;
  root.dataset.theme = options.theme;
  root.dataset.scene = options.scene;
  root.dataset.safe = options.safe ? 'on' : 'off';
  root.style.setProperty('--scale', String(options.scale));
  part('guides').hidden = !options.guides;
  if (options.chroma !== null) {
    root.dataset.chroma = options.chroma;
    root.style.backgroundColor = `#${options.chroma}`;
  }
}

/**
 * @param {Options} options
 * @returns {{ draw: (picture: Picture, saidAt: number) => void, alert: (alert: Alert) => void, hideAlert: () => void }}
 */
export function scenes(options) {
  const wants = (/** @type {Options['scene']} */ scene) => options.scene === 'all' || options.scene === scene;
  const usual = options.scene === 'all' ? ROWS.shared : ROWS.alone;
  const rows = options.rows === 0 ? usual : options.rows;
  const tick = nowPlaying(wants('now-playing'));
  const drawLists = (/** @type {Picture} */ picture) => {
    if (wants('queue')) drawQueue(picture.queue, rows);
    if (wants('leaderboard')) drawLeaderboard(picture.leaderboard.slice(0, rows));
  };
  /** @type {Picture | null} */
  let drawn = null;
  addEventListener('resize', () => {
    if (drawn !== null) drawLists(drawn);
  });
  return {
    draw: (picture, saidAt) => {
      drawn = picture;
      tick(picture.nowPlaying, saidAt);
      drawLists(picture);
    },
    alert: (alert) => {
      if (wants('alert')) drawAlert(alert);
    },
    hideAlert: () => reveal(part('alert'), false),
  };
}

/** @param {boolean} isWanted */
function nowPlaying(isWanted) {
  const done = part('now-done');
  /** @type {Picture['nowPlaying']} */
  let current = null;
  let drawnWave = '';
  let said = { at: 0, heard: 0 };

  const advance = () => {
    if (current === null) return;
    const { progress } = current;
    const position = positionNow(progress, said.at, performance.now() - said.heard);
    write(part('now-position'), clock(position));
    const share = progress.durationMs === null ? 0 : position / progress.durationMs;
    done.setAttribute('width', (share * WAVE_WIDTH).toFixed(1));
  };
  if (isWanted) setInterval(advance, 200);

  return (/** @type {Picture['nowPlaying']} */ playing, /** @type {number} */ saidAt) => {
    if (!isWanted) return;
    const isSame = playing === current;
    current = playing;
    reveal(part('now-playing'), playing !== null);
    if (playing === null) return;
    // What is measured on the bot's clock goes on from the message that brought it.
    if (!isSame) said = { at: saidAt, heard: performance.now() };
    const { song, wave, progress } = playing;
    drawSong('now', song);
    drawLine(part('now-line'), song);
    write(part('now-owner'), song.owner);
    const shape = wave.join(' ');
    if (shape !== drawnWave || drawnWave === '') drawWave(wave);
    drawnWave = shape;
    part('now-progress').hidden = progress.state === 'silent' || (wave.length === 0 && progress.durationMs === null);
    write(part('now-duration'), progress.durationMs === null ? '' : clock(progress.durationMs));
    advance();
  };
}

/** @param {readonly number[]} wave */
function drawWave(wave) {
  const bars = wave.length === 0 ? [100] : wave;
  const step = WAVE_WIDTH / bars.length;
  const width = bars.length === 1 ? step : step * 0.66;
  const path = bars.map((value, index) => {
    const height = Math.max(4, (value / 100) * WAVE_HEIGHT);
    const x = (index * step).toFixed(1);
    return `M${x} ${((WAVE_HEIGHT - height) / 2).toFixed(1)}h${width.toFixed(1)}v${height.toFixed(1)}h-${width.toFixed(1)}z`;
  });
  part('now-wave').classList.toggle('flat', wave.length === 0);
  for (const id of ['now-wave-rest', 'now-wave-done']) part(id).setAttribute('d', path.join(''));
}

/**
 * @param {string} prefix
 * @param {Song} song
 */
function drawSong(prefix, song) {
  write(part(`${prefix}-title`), song.title);
  write(part(`${prefix}-artist`), song.artist);
}

/**
 * @param {HTMLElement} chip
 * @param {Song} song
 */
function drawLine(chip, song) {
  chip.hidden = song.line === 'free';
  chip.dataset.line = song.line;
  write(chip, LINE_NAME[song.line]);
}

/**
 * @param {Picture['queue']} queue
 * @param {number} rows
 */
function drawQueue({ songs, total }, rows) {
  const shown = songs.slice(0, rows);
  reveal(part('queue'), shown.length > 0);
  const fitting = drawRows(
    part('queue-rows'),
    shown.map((song, index) => ({
      key: song.id,
      line: song.line,
      place: String(index + 1),
      first: song.title,
      tag: song.line === 'free' ? '' : LINE_NAME[song.line],
      second: song.artist,
      last: song.line === 'free' && song.points !== 0 ? count(song.points) : '',
    })),
  );
  const more = total - fitting;
  write(part('queue-more'), more > 0 ? `+${more} more` : '');
}

/** @param {Picture['leaderboard']} ranks */
function drawLeaderboard(ranks) {
  reveal(part('leaderboard'), ranks.length > 0);
  drawRows(
    part('leaderboard-rows'),
    ranks.map(({ rank, handle, nickname, points }) => ({
      key: handle,
      line: '',
      place: String(rank),
      first: nickname === '' ? `@${handle}` : nickname,
      tag: '',
      second: nickname === '' ? '' : `@${handle}`,
      last: count(points),
    })),
  );
}

/**
 * Keeps the element of a row that stays, so that it can be seen moving.
 * @param {HTMLElement} list
 * @param {readonly Row[]} rows
 * @returns {number} how many there was room for
 */
function drawRows(list, rows) {
  const known = new Map([...list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.key, row]));
  const before = new Map([...known].map(([key, row]) => [key, row.getBoundingClientRect().top]));
  const wanted = rows.map((row) => {
    const element = /** @type {HTMLElement} */ (known.get(row.key) ?? newRow(row.key));
    element.dataset.line = row.line;
    for (const field of ROW_FIELDS) {
      const part = element.querySelector(`.${field}`);
      if (part !== null) write(part, row[field]);
    }
    return element;
  });
  list.replaceChildren(...wanted);
  // What has no room is left out whole, rather than cut in two.
  while (wanted.length > 1 && overflows(list)) wanted.pop()?.remove();
  if (calm.matches) return wanted.length;
  for (const row of wanted) {
    const from = before.get(row.dataset.key);
    const distance = from === undefined ? 0 : from - row.getBoundingClientRect().top;
    if (distance === 0) continue;
    row.animate([{ transform: `translateY(${distance}px)` }, { transform: 'none' }], {
      duration: 240,
      easing: 'ease-out',
    });
  }
  return wanted.length;
}

/** @param {HTMLElement} list */
function overflows(list) {
  const card = list.parentElement;
  return card !== null && card.scrollHeight > card.clientHeight + 1;
}

/** @param {string} key */
function newRow(key) {
  const row = made('li', 'row');
  row.dataset.key = key;
  const text = made('div', 'row-text');
  const under = made('p', 'under');
  const [first, second] = [made('span', 'first'), made('span', 'second')];
  first.dir = 'auto';
  second.dir = 'auto';
  under.append(made('span', 'tag'), second);
  text.append(first, under);
  row.append(made('span', 'place'), text, made('span', 'last'));
  return row;
}

/**
 * @param {'li' | 'div' | 'p' | 'span'} tag
 * @param {string} name of its class
 */
function made(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** @param {Alert} alert */
function drawAlert(alert) {
  const card = part('alert');
  const chip = part('alert-line');
  const { song, gift } = alert;
  const given = gift === null ? '' : gift.count > 1 ? `${gift.name} ×${gift.count}` : gift.name;
  if (alert.kind === 'move') {
    card.dataset.line = alert.song.line;
    write(part('alert-label'), 'Moved up');
    drawLine(chip, alert.song);
    const coins = alert.coins === null ? '' : `${count(alert.coins)} coins`;
    const how = [given, coins].filter((text) => text !== '').join(' · ');
    write(part('alert-what'), alert.by === null ? how : how === '' ? `@${alert.by}` : `@${alert.by} · ${how}`);
  } else {
    card.dataset.line = '';
    write(part('alert-label'), 'Gift');
    chip.hidden = true;
    write(part('alert-what'), `@${alert.by} · ${given} · ${count(alert.coins)} coins`);
  }
  part('alert-what').hidden = part('alert-what').textContent === '';
  part('alert-title').hidden = song === null;
  part('alert-artist').hidden = song === null;
  if (song !== null) drawSong('alert', song);
  reveal(card, false);
  reveal(card, true);
}

/** @param {number} value */
function count(value) {
  if (Math.abs(value) < 10_000) return value.toLocaleString('en-US');
  return Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

/** @param {number} ms */
function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
