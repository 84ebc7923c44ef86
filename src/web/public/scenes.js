// Draws the picture. Strangers' text goes through textContent alone; nothing here ever builds markup.

import { positionNow } from './picture.js';

/**
 * @typedef {import('./options.js').Options} Options
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {import('../protocol.ts').OverlayAlert} Alert
 * @typedef {import('../protocol.ts').OverlaySong} Song
 */

const LINE_NAME = { 'back-to-back': 'Back-to-back', 'double-skip': 'Double skip', skip: 'Skip', free: 'Free line' };
/** Rows when the address does not say: all scenes share the safe area. */
const ROWS = { shared: 3, alone: 5 };
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
  return {
    draw: (picture, saidAt) => {
      tick(picture.nowPlaying, saidAt);
      if (wants('queue')) drawQueue(picture.queue, rows);
      if (wants('leaderboard')) drawLeaderboard(picture.leaderboard.slice(0, rows));
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
  const more = total - shown.length;
  write(part('queue-more'), more > 0 ? `+${more} more` : '');
  drawRows(
    part('queue-rows'),
    shown.map((song, index) => ({
      key: song.id,
      line: song.line,
      place: String(index + 1),
      first: song.title,
      second: song.artist,
      last: song.line === 'free' ? (song.points === 0 ? '' : count(song.points)) : LINE_NAME[song.line],
      isChip: song.line !== 'free',
    })),
  );
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
      second: nickname === '' ? '' : `@${handle}`,
      last: count(points),
      isChip: false,
    })),
  );
}

/**
 * Keeps the element of a row that stays, so that it can be seen moving.
 * @param {HTMLElement} list
 * @param {readonly { key: string, line: string, place: string, first: string, second: string, last: string, isChip: boolean }[]} rows
 */
function drawRows(list, rows) {
  const known = new Map([...list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.key, row]));
  const before = new Map([...known].map(([key, row]) => [key, row.getBoundingClientRect().top]));
  const wanted = rows.map((row) => {
    const element = /** @type {HTMLElement} */ (known.get(row.key) ?? newRow(row.key));
    element.dataset.line = row.line;
    const [place, text, last] = [...element.children];
    if (place === undefined || text === undefined || last === undefined) throw new Error('a row lacks its parts');
    write(place, row.place);
    if (text.children[0] !== undefined) write(text.children[0], row.first);
    if (text.children[1] !== undefined) write(text.children[1], row.second);
    write(last, row.last);
    last.className = row.isChip ? 'chip' : 'points';
    return element;
  });
  list.replaceChildren(...wanted);
  if (calm.matches) return;
  for (const row of wanted) {
    const from = before.get(row.dataset.key);
    const distance = from === undefined ? 0 : from - row.getBoundingClientRect().top;
    if (distance !== 0) {
      row.animate([{ transform: `translateY(${distance}px)` }, { transform: 'none' }], {
        duration: 240,
        easing: 'ease-out',
      });
    }
  }
}

/** @param {string} key */
function newRow(key) {
  const row = document.createElement('li');
  row.className = 'row';
  row.dataset.key = key;
  const place = document.createElement('span');
  place.className = 'place';
  const text = document.createElement('div');
  text.className = 'row-text';
  for (const name of ['first', 'second']) {
    const line = document.createElement('p');
    line.className = name;
    line.dir = 'auto';
    text.append(line);
  }
  row.append(place, text, document.createElement('span'));
  return row;
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
