// Stays connected for ever. Whatever happens, the caller keeps what it shows and hears of it again later.

import { frameReader } from './sse.js';

/** Without any message for this long the connection is dead, whatever the network says; the bot speaks every 10 s. ms */
const SILENCE_MS = 25_000;
/** First and longest wait before connecting again, doubled from one to the other. ms */
const WAIT_MS = { first: 500, most: 10_000 };
/** A connection that lived this long was a good one: the next wait is the first again. ms */
const GOOD_MS = 5_000;
/** While the address is unknown: it was reset, or the bot is not what answers. ms */
const UNKNOWN_WAIT_MS = 30_000;
/** The bot said so this often in a row: then it is true. */
const UNKNOWN_BELIEVED = 3;

/**
 * @typedef {import('../protocol.ts').OverlayMessage} Message
 * @typedef {{
 *   url: string,
 *   onMessage: (message: Message) => void,
 *   onGone: () => void,
 *   random?: () => number,
 *   silenceMs?: number,
 * }} Listener
 *   `onMessage` may throw: then the picture is taken anew. `onGone`: the address is no longer valid.
 */

/**
 * @param {Listener} listener
 * @returns {{ now: () => void, stop: () => void }} `now` cuts a wait short
 */
export function stayConnected(listener) {
  let stopped = false;
  let abort = new AbortController();
  let cutWait = () => {};
  /** @param {number} ms */
  const wait = (ms) =>
    new Promise((done) => {
      const timer = setTimeout(done, ms);
      cutWait = () => {
        clearTimeout(timer);
        done(undefined);
      };
    });

  const run = async () => {
    let tries = 0;
    let unknown = 0;
    while (!stopped) {
      abort = new AbortController();
      const since = performance.now();
      // A refused or broken connection, or a message that could not be shown: all the same, begin again.
      const end = await listen(listener, abort).catch(() => /** @type {End} */ ('ended'));
      if (stopped) return;
      unknown = end === 'unknown' ? unknown + 1 : 0;
      tries = performance.now() - since > GOOD_MS ? 0 : tries + 1;
      if (end === 'revoked' || unknown === UNKNOWN_BELIEVED) listener.onGone();
      const isUnknown = end === 'revoked' || unknown >= UNKNOWN_BELIEVED;
      const ms = isUnknown ? UNKNOWN_WAIT_MS : Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** Math.max(0, tries - 1));
      await wait(ms * (0.7 + 0.6 * (listener.random ?? Math.random)()));
    }
  };
  void run();
  return {
    now: () => cutWait(),
    stop: () => {
      stopped = true;
      abort.abort();
      cutWait();
    },
  };
}

/** @typedef {'ended' | 'unknown' | 'revoked'} End */

/**
 * One connection, until it ends.
 * @param {Listener} listener
 * @param {AbortController} abort
 * @returns {Promise<End>}
 */
async function listen({ url, onMessage, silenceMs = SILENCE_MS }, abort) {
  let silence = setTimeout(() => abort.abort(), silenceMs);
  try {
    const response = await fetch(url, { signal: abort.signal, cache: 'no-store' });
    if (response.status === 404) return (await saysUnknown(response)) ? 'unknown' : 'ended';
    if (!response.ok || response.body === null) return 'ended';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const frames = frameReader();
    let last = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return 'ended';
      clearTimeout(silence);
      silence = setTimeout(() => abort.abort(), silenceMs);
      for (const { number, json } of frames(value)) {
        // A gap: begin again with the whole picture.
        if (number !== last + 1) return 'ended';
        last = number;
        /** @type {Message} */
        const message = JSON.parse(json);
        if (message.kind === 'bye' && message.reason === 'revoked') return 'revoked';
        onMessage(message);
      }
    }
  } finally {
    clearTimeout(silence);
    abort.abort();
  }
}

/**
 * Only the bot itself can say that an address is unknown: a proxy in front of a sleeping bot has error pages of its own.
 * @param {Response} response
 */
async function saysUnknown(response) {
  /** @type {any} */
  const body = await response.json().catch(() => null);
  return body?.error === 'unknown overlay';
}
