import { botId, nameOf } from './state.ts';

const HUES = [258, 18, 168, 330, 205, 42, 95, 285] as const;

/** A picture for somebody who has none: the first letter on a colour of their own. */
export function Avatar({ id, small = false }: { readonly id: string; readonly small?: boolean }) {
  if (id === botId.value) {
    return (
      <span class={`avatar bot ${small ? 'small' : ''}`} aria-hidden="true">
        <svg viewBox="0 0 32 32" role="presentation">
          <path d="M7 9v14l9-7zM16 9v14l9-7z" fill="currentColor" />
        </svg>
      </span>
    );
  }
  const name = nameOf(id);
  const hue = HUES[[...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % HUES.length] ?? 258;
  return (
    <span
      class={`avatar ${small ? 'small' : ''}`}
      style={{ background: `linear-gradient(135deg, hsl(${hue} 62% 42%), hsl(${hue + 30} 66% 32%))` }}
      aria-hidden="true"
    >
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
