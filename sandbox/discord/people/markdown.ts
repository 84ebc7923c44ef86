import type { Names } from './names.ts';

const HOLD = '\uE000';
const RELEASE = '\uE001';

/** Markdown as the reader sees it: marks gone, mentions and times in words, escaped characters as themselves. */
export const readable = (markdown: string, names: Names): string => {
  const held: string[] = [];
  const hold = (text: string): string => `${HOLD}${held.push(text) - 1}${RELEASE}`;
  const protectedText = markdown
    .replace(/```(?:\w+\n)?\n?([\s\S]*?)\n?```/g, (_, code: string) => hold(code))
    .replace(/`([^`\n]+)`/g, (_, code: string) => hold(code))
    .replace(/\\([\\`*_~|>#()[\]<.:@-])/g, (_, character: string) => hold(character))
    .replace(
      /\[([^\]\n]+)\]\(<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"\n]*")?\)/g,
      (_, label: string, url: string) => `${label} (${hold(url)})`,
    )
    .replace(
      /<(https?:\/\/[^\s>]+)>|(https?:\/\/[^\s<]+)/g,
      (_, quiet: string | undefined, plain: string | undefined) => hold(quiet ?? plain ?? ''),
    );
  const text = protectedText.split('\n').map(line).join('\n');
  let shown = marksGone(mentions(text, names, hold));
  // Held pieces may hold others (an escape inside a link's label): the latest one is the outermost.
  for (let index = held.length - 1; index >= 0; index -= 1) {
    shown = shown.replaceAll(`${HOLD}${index}${RELEASE}`, () => held[index] ?? '');
  }
  return shown;
};

/** Headings, small print, quotes and list marks at the start of a line. */
const line = (text: string): string =>
  text
    .replace(/^(?:>>> |> )/, '▎')
    .replace(/^(?:#{1,3}|-#)\s+(?=\S)/, '')
    .replace(/^(\s*)[-*]\s+(?=\S)/, '$1• ');

const PAIRS: readonly RegExp[] = [
  /\*\*(?=\S)([\s\S]*?\S)\*\*/g,
  /__(?=\S)([\s\S]*?\S)__/g,
  /~~(?=\S)([\s\S]*?\S)~~/g,
  /\|\|(?=\S)([\s\S]*?\S)\|\|/g,
  /\*(?=[^\s*])([^*]*?[^\s*])\*/g,
  /(?<!\w)_(?=\S)([^_]*?\S)_(?!\w)/g,
];

const marksGone = (text: string): string => {
  let shown = text;
  // Marks nest (bold italics): a second round takes the inner ones.
  for (let round = 0; round < 2; round += 1) for (const pair of PAIRS) shown = shown.replace(pair, '$1');
  return shown;
};

const mentions = (text: string, names: Names, hold: (text: string) => string): string =>
  text
    .replace(/<@!?(\d{17,20})>/g, (_, id: string) => hold(`@${names.user(id)}`))
    .replace(/<@&(\d{17,20})>/g, (_, id: string) => hold(`@${names.role(id)}`))
    .replace(/<#(\d{17,20})>/g, (_, id: string) => hold(`#${names.channel(id)}`))
    .replace(/<\/([^:>]+):\d{17,20}>/g, (_, name: string) => hold(`/${name}`))
    .replace(/<a?:(\w+):\d{17,20}>/g, (_, name: string) => hold(`:${name}:`))
    .replace(/<t:(-?\d+)(?::([tTdDfFsSR]))?>/g, (_, seconds: string, style?: string) =>
      hold(time(Number(seconds) * 1000, style, names.now())),
    );

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const time = (at: number, style: string | undefined, now: number): string => {
  if (style !== 'R') return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  const distance = Math.abs(at - now);
  const [unit, size] = UNITS.find(([, ms]) => distance >= ms) ?? (['second', 1000] as const);
  const count = Math.round(distance / size);
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return at >= now ? `in ${words}` : `${words} ago`;
};
