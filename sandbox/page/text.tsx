import { useState } from 'preact/hooks';
import { look } from './facts.ts';
import { type Block, type Inline, parseInline, parseMarkdown } from './markdown.ts';
import { channels, nameOf, now, roles } from './state.ts';

/** Discord's markdown, drawn. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div class="md">
      {parseMarkdown(text).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
    </div>
  );
}

/** One line of it, without blocks. */
export function Line({ text }: { readonly text: string }) {
  return <Inlines nodes={parseInline(text)} />;
}

function BlockView({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Inlines nodes={block.inside} />
        </p>
      );
    case 'heading':
      // Headings of messages are not headings of the page: their level says how large they are.
      return (
        <div class={`h h${block.level}`}>
          <Inlines nodes={block.inside} />
        </div>
      );
    case 'small':
      return (
        <p class="small">
          <Inlines nodes={block.inside} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          {block.blocks.map((each, index) => (
            <BlockView key={index} block={each} />
          ))}
        </blockquote>
      );
    case 'list':
      return (
        <ul class={block.ordered ? 'ordered' : ''}>
          {block.items.map((item, index) => (
            <li key={index} style={{ marginLeft: `${item.depth * 1.2}em` }}>
              {block.ordered && <span class="mark">{block.start + index}.</span>}
              <Inlines nodes={item.inside} />
            </li>
          ))}
        </ul>
      );
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table has to be scrollable with the keyboard
        <pre tabIndex={0}>
          <code>{block.text}</code>
        </pre>
      );
  }
}

function Inlines({ nodes }: { readonly nodes: readonly Inline[] }) {
  return (
    <>
      {nodes.map((node, index) => (
        <InlineView key={index} node={node} />
      ))}
    </>
  );
}

function InlineView({ node }: { readonly node: Inline }) {
  switch (node.kind) {
    case 'text':
      return <>{node.text}</>;
    case 'break':
      return <br />;
    case 'code':
      return <code>{node.text}</code>;
    case 'bold':
      return (
        <strong>
          <Inlines nodes={node.inside} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Inlines nodes={node.inside} />
        </em>
      );
    case 'underline':
      return (
        <u>
          <Inlines nodes={node.inside} />
        </u>
      );
    case 'strike':
      return (
        <s>
          <Inlines nodes={node.inside} />
        </s>
      );
    case 'spoiler':
      return <Spoiler nodes={node.inside} />;
    case 'link':
      return (
        <a href={node.url} target="_blank" rel="noreferrer noopener">
          <Inlines nodes={node.inside} />
        </a>
      );
    case 'user':
      return <span class="mention">@{nameOf(node.id)}</span>;
    case 'role':
      return <span class="mention">@{roles.value.get(node.id)?.name ?? 'deleted-role'}</span>;
    case 'channel':
      return <ChannelMention id={node.id} />;
    case 'command':
      return <span class="mention">/{node.path}</span>;
    case 'emoji':
      return <>:{node.name}:</>;
    case 'everyone':
      return <span class="mention">{node.text}</span>;
    case 'time':
      return <Time at={node.at} style={node.style} />;
  }
}

function Spoiler({ nodes }: { readonly nodes: readonly Inline[] }) {
  const [shown, setShown] = useState(false);
  if (shown) {
    return (
      <span class="spoiler shown">
        <Inlines nodes={nodes} />
      </span>
    );
  }
  return (
    <button type="button" class="spoiler" aria-label="Spoiler, show it" onClick={() => setShown(true)}>
      <span aria-hidden="true">
        <Inlines nodes={nodes} />
      </span>
    </button>
  );
}

function ChannelMention({ id }: { readonly id: string }) {
  const channel = channels.value.find((each) => each.id === id);
  if (channel === undefined) return <span class="mention"># unknown</span>;
  if (channel.kind !== 'text') return <span class="mention">🔊 {channel.name}</span>;
  return (
    <button type="button" class="mention" onClick={() => look(id)}>
      #{channel.name}
    </button>
  );
}

const STYLES: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  t: { timeStyle: 'short' },
  T: { timeStyle: 'medium' },
  d: { dateStyle: 'short' },
  D: { dateStyle: 'long' },
  f: { dateStyle: 'long', timeStyle: 'short' },
  F: { dateStyle: 'full', timeStyle: 'short' },
  s: { dateStyle: 'short', timeStyle: 'short' },
  S: { dateStyle: 'short', timeStyle: 'medium' },
};

function Time({ at, style }: { readonly at: number; readonly style: string }) {
  const whole = new Date(at).toLocaleString('en-GB', STYLES.F);
  const text =
    style === 'R' ? relative(at, now.value) : new Date(at).toLocaleString('en-GB', STYLES[style] ?? STYLES.f);
  return (
    <time class="stamp" dateTime={new Date(at).toISOString()} title={whole}>
      {text}
    </time>
  );
}

const UNITS = [
  ['year', 31_536_000_000],
  ['month', 2_592_000_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** "5 minutes ago", "in 3 hours". Both Unix ms. */
export function relative(at: number, from: number): string {
  const distance = Math.abs(at - from);
  const [unit, size] = UNITS.find(([, ms]) => distance >= ms) ?? (['second', 1_000] as const);
  const count = Math.round(distance / size);
  const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return at > from ? `in ${words}` : `${words} ago`;
}
