import { expect, test } from 'vitest';
import { type Block, type Inline, parseInline, parseMarkdown } from '../../sandbox/page/markdown.ts';

/** The tree in short: `bold(text)`. */
const inline = (nodes: readonly Inline[]): string =>
  nodes
    .map((node) => {
      switch (node.kind) {
        case 'text':
          return node.text;
        case 'break':
          return '⏎';
        case 'code':
          return `code(${node.text})`;
        case 'link':
          return `link(${node.url}|${inline(node.inside)})`;
        case 'user':
        case 'role':
        case 'channel':
          return `${node.kind}(${node.id})`;
        case 'command':
          return `command(${node.path})`;
        case 'emoji':
          return `emoji(${node.name})`;
        case 'everyone':
          return `everyone(${node.text})`;
        case 'time':
          return `time(${node.at},${node.style})`;
        default:
          return `${node.kind}(${inline(node.inside)})`;
      }
    })
    .join('');

const block = (node: Block): string => {
  switch (node.kind) {
    case 'heading':
      return `h${node.level}(${inline(node.inside)})`;
    case 'quote':
      return `quote(${node.blocks.map(block).join(' ')})`;
    case 'list':
      return `${node.ordered ? `ol${node.start}` : 'ul'}(${node.items.map((item) => `${'>'.repeat(item.depth)}${inline(item.inside)}`).join('|')})`;
    case 'code':
      return `pre(${node.language}|${node.text})`;
    default:
      return `${node.kind}(${inline(node.inside)})`;
  }
};

test.each([
  ['plain text', 'plain text'],
  [
    '**bold** and *it* and _it_ and __under__ and ~~gone~~',
    'bold(bold) and italic(it) and italic(it) and underline(under) and strike(gone)',
  ],
  ['***both***', 'bold(italic(both))'],
  ['a ||secret|| here', 'a spoiler(secret) here'],
  ['`**not bold**`', 'code(**not bold**)'],
  ['\\*\\*escaped\\*\\* \\_x\\_', '**escaped** _x_'],
  ['snake_case_name and 2*3*4', 'snake_case_name and 2italic(3)4'],
  ['one\ntwo', 'one⏎two'],
  ['<@12345678901234567> <@!12345678901234567>', 'user(12345678901234567) user(12345678901234567)'],
  ['<@&12345678901234567> <#12345678901234567>', 'role(12345678901234567) channel(12345678901234567)'],
  ['</tiktok connect:12345678901234567>', 'command(tiktok connect)'],
  ['<:party:12345678901234567>', 'emoji(party)'],
  ['<t:1700000000:R>', 'time(1700000000000,R)'],
  ['<t:1700000000>', 'time(1700000000000,f)'],
  ['@everyone, come', 'everyone(@everyone), come'],
  ['[a *song*](https://a.example/x)', 'link(https://a.example/x|a italic(song))'],
  ['see https://a.example/x?y=1. Now', 'see link(https://a.example/x?y=1|https://a.example/x?y=1). Now'],
  ['<https://a.example/>', 'link(https://a.example/|https://a.example/)'],
  ['[click](javascript:alert(1))', '[click](javascript:alert(1))'],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['**never closed', '**never closed'],
])('inside a line, %j is %s', (text, expected) => {
  expect(inline(parseInline(text))).toBe(expected);
});

test.each([
  ['# One\n## Two\n### Three\n#### four', 'h1(One) h2(Two) h3(Three) paragraph(#### four)'],
  ['-# small\nlarge', 'small(small) paragraph(large)'],
  ['> a\n> **b**\nc', 'quote(paragraph(a⏎bold(b))) paragraph(c)'],
  ['before\n>>> all\nof this', 'paragraph(before) quote(paragraph(all⏎of this))'],
  ['- a\n  - b\n* c', 'ul(a|>b|c)'],
  ['3. c\n4. d', 'ol3(c|d)'],
  ['text\n```ts\nconst a = "**";\n```\nmore', 'paragraph(text) pre(ts|const a = "**";) paragraph(more)'],
  ['```\n  two\n    spaces\n```', 'pre(|  two\n    spaces)'],
  ['-not a list\n#no heading', 'paragraph(-not a list⏎#no heading)'],
  ['', ''],
])('over lines, %j is %s', (text, expected) => {
  expect(parseMarkdown(text).map(block).join(' ')).toBe(expected);
});

test('text of any kind comes to an end soon, and nothing of it is lost', () => {
  const pieces = ['**', '_', '[', '](', '||', '`', '<@', '\\', 'h', 'https://', '\n', '> ', '- ', '```', 'word '];
  let seed = 7;
  const next = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed;
  };
  for (let round = 0; round < 200; round += 1) {
    const text = Array.from({ length: 60 }, () => pieces[next() % pieces.length]).join('');
    const words = (text.match(/word/g) ?? []).length;
    expect(JSON.stringify(parseMarkdown(text)).match(/word/g)?.length ?? 0).toBeGreaterThanOrEqual(words);
  }
});
