// Reading server-sent events from a fetch: EventSource would hide the status code, and its own reconnecting gives up
// for ever after some answers of a proxy.

/**
 * @typedef {{ number: number, json: string }} Frame
 */

/**
 * Cuts a stream of text into events. Chunks may end anywhere.
 * @returns {(chunk: string) => Frame[]} call with each chunk; gives the events that are complete
 */
export function frameReader() {
  let rest = '';
  return (chunk) => {
    rest += chunk;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => {
      const frame = frameOf(block);
      return frame === null ? [] : [frame];
    });
  };
}

/**
 * @param {string} block
 * @returns {Frame | null} null for what carries no data, such as a comment of a proxy
 */
function frameOf(block) {
  let number = Number.NaN;
  let json = null;
  for (const line of block.split('\n')) {
    if (line.startsWith('id: ')) number = Number(line.slice(4));
    if (line.startsWith('data: ')) json = line.slice(6);
  }
  return json === null ? null : { number, json };
}
