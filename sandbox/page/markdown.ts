/** Discord's markdown as a tree. Nothing is ever turned into HTML text: the page draws the tree with its own elements. */

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler'; readonly inside: readonly Inline[] }
  | { readonly kind: 'link'; readonly url: string; readonly inside: readonly Inline[] }
  | { readonly kind: 'user' | 'role' | 'channel'; readonly id: string }
  | { readonly kind: 'command'; readonly path: string }
  | { readonly kind: 'emoji'; readonly name: string }
  | { readonly kind: 'everyone'; readonly text: string }
  /** `at` in Unix ms. */
  | { readonly kind: 'time'; readonly at: number; readonly style: string }
  | { readonly kind: 'break' };

export type Block =
  | { readonly kind: 'paragraph'; readonly inside: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly inside: readonly Inline[] }
  | { readonly kind: 'small'; readonly inside: readonly Inline[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly start: number; readonly items: readonly ListItem[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string };

export interface ListItem {
  readonly depth: number;
  readonly inside: readonly Inline[];
}

type Rule = readonly [RegExp, (match: RegExpExecArray) => Inline];

const group = (match: RegExpExecArray, index: number): string => match[index] ?? '';
const wrap = (kind: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler') => (match: RegExpExecArray) => ({
  kind,
  inside: parseInline(group(match, 1)),
});

/** Tried in this order at every position. */
const RULES: readonly Rule[] = [
  [/^\\([^A-Za-z0-9\s])/, (match) => ({ kind: 'text', text: group(match, 1) })],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, (match) => ({ kind: 'code', text: group(match, 2).trim() })],
  [/^<@!?(\d{15,20})>/, (match) => ({ kind: 'user', id: group(match, 1) })],
  [/^<@&(\d{15,20})>/, (match) => ({ kind: 'role', id: group(match, 1) })],
  [/^<#(\d{15,20})>/, (match) => ({ kind: 'channel', id: group(match, 1) })],
  [/^<\/([^:>]{1,100}):\d{15,20}>/, (match) => ({ kind: 'command', path: group(match, 1) })],
  [/^<a?:(\w{2,32}):\d{15,20}>/, (match) => ({ kind: 'emoji', name: group(match, 1) })],
  [
    /^<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/,
    (match) => ({ kind: 'time', at: Number(group(match, 1)) * 1000, style: match[2] ?? 'f' }),
  ],
  [/^@(?:everyone|here)\b/, (match) => ({ kind: 'everyone', text: match[0] })],
  [
    /^\[((?:\\.|[^\]\\\n]|\][^(])+)\]\(<?(https?:\/\/[^\s)>]+)>?(?:\s+"[^"\n]*")?\)/,
    (match) => ({ kind: 'link', url: group(match, 2), inside: parseInline(group(match, 1)) }),
  ],
  [/^<(https?:\/\/[^\s>]+)>/, (match) => link(group(match, 1))],
  [/^https?:\/\/[^\s<]*[^\s<.,:;"'\])*_~|]/, (match) => link(match[0])],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, wrap('bold')],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, wrap('underline')],
  [/^~~((?:\\[\s\S]|[^\\])+?)~~/, wrap('strike')],
  [/^\|\|((?:\\[\s\S]|[^\\])+?)\|\|/, wrap('spoiler')],
  [/^\*(?=\S)((?:\\[\s\S]|\*\*|[^\\*])+?)(?<=\S)\*(?!\*)/, wrap('italic')],
  [/^\b_((?:__|\\[\s\S]|[^\\_])+?)_(?!\w)/, wrap('italic')],
  [/^\n/, () => ({ kind: 'break' })],
];

const link = (url: string): Inline => ({ kind: 'link', url, inside: [{ kind: 'text', text: url }] });

/** Everything up to the next character that may begin something. */
const PLAIN = /^[\s\S](?:[^\\`<@[h*_~|\n]*)/;

export function parseInline(text: string): readonly Inline[] {
  const found: Inline[] = [];
  let left = text;
  let before = '';
  while (left !== '') {
    const node = nextInline(left, before);
    left = left.slice(node.length);
    before = text.slice(0, text.length - left.length);
    const last = found.at(-1);
    if (node.inline.kind === 'text' && last?.kind === 'text') {
      found[found.length - 1] = { kind: 'text', text: last.text + node.inline.text };
    } else found.push(node.inline);
  }
  return found;
}

function nextInline(left: string, before: string): { readonly inline: Inline; readonly length: number } {
  for (const [pattern, make] of RULES) {
    // An underscore or a link inside a word is only text.
    if (/\w$/.test(before) && /^[_h]/.test(left)) break;
    const match = pattern.exec(left);
    if (match !== null) return { inline: make(match), length: match[0].length };
  }
  const [text = left[0] ?? ''] = PLAIN.exec(left) ?? [];
  return { inline: { kind: 'text', text }, length: text.length };
}

export function parseMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = [];
  // Code first: nothing inside it means anything.
  const fence = /```(?:([\w+-]{1,20})\n)?\n?([\s\S]*?)\n?```/g;
  let from = 0;
  for (const match of text.matchAll(fence)) {
    blocks.push(...parseLines(text.slice(from, match.index).replace(/\n$/, '')));
    blocks.push({ kind: 'code', language: match[1] ?? '', text: match[2] ?? '' });
    from = match.index + match[0].length;
  }
  blocks.push(...parseLines(text.slice(from).replace(from === 0 ? '' : /^\n/, '')));
  return blocks;
}

function parseLines(text: string): readonly Block[] {
  if (text.trim() === '') return [];
  const everything = /^>>> ?([\s\S]*)/m.exec(text);
  if (everything !== null) {
    const before = parseLines(text.slice(0, everything.index).replace(/\n$/, ''));
    return [...before, { kind: 'quote', blocks: parseMarkdown(everything[1] ?? '') }];
  }
  const blocks: Block[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; ) {
    const taken = takeBlock(lines, index);
    blocks.push(taken.block);
    index += taken.lines;
  }
  return blocks;
}

const LIST = /^( *)([-*]|\d{1,9}\.) +(?=\S)(.*)$/;

function takeBlock(lines: readonly string[], at: number): { readonly block: Block; readonly lines: number } {
  const line = lines[at] ?? '';
  const heading = /^(#{1,3}) +(?=\S)(.*)$/.exec(line);
  if (heading !== null) {
    const level = heading[1]?.length === 1 ? 1 : heading[1]?.length === 2 ? 2 : 3;
    return { block: { kind: 'heading', level, inside: parseInline(heading[2] ?? '') }, lines: 1 };
  }
  const small = /^-# +(?=\S)(.*)$/.exec(line);
  if (small !== null) return { block: { kind: 'small', inside: parseInline(small[1] ?? '') }, lines: 1 };
  const quoted = run(lines, at, (each) => /^> /.test(each));
  if (quoted.length > 0) {
    const inside = quoted.map((each) => each.slice(2)).join('\n');
    return { block: { kind: 'quote', blocks: parseLines(inside) }, lines: quoted.length };
  }
  const items = run(lines, at, (each) => LIST.test(each));
  if (items.length > 0) return { block: listOf(items), lines: items.length };
  const plain = run(
    lines,
    at,
    (each, index) => index === at || (!/^(#{1,3} +\S|-# +\S|> )/.test(each) && !LIST.test(each)),
  );
  return { block: { kind: 'paragraph', inside: parseInline(plain.join('\n')) }, lines: plain.length };
}

function run(lines: readonly string[], at: number, fits: (line: string, index: number) => boolean): readonly string[] {
  const end = lines.findIndex((line, index) => index >= at && !fits(line, index));
  return lines.slice(at, end === -1 ? lines.length : end);
}

function listOf(lines: readonly string[]): Block {
  const parts = lines.map((line) => LIST.exec(line));
  const mark = parts[0]?.[2] ?? '-';
  return {
    kind: 'list',
    ordered: /\d/.test(mark),
    start: Number.parseInt(mark, 10) || 1,
    items: parts.map((part) => ({
      depth: Math.floor((part?.[1]?.length ?? 0) / 2),
      inside: parseInline(part?.[3] ?? ''),
    })),
  };
}
