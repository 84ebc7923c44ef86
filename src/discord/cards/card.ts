import {
  type APIActionRowComponent,
  type APIButtonComponent,
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIContainerComponent,
  type APIMessageTopLevelComponent,
  type APISeparatorComponent,
  type APIStringSelectComponent,
  type APITextDisplayComponent,
  ButtonStyle,
  ComponentType,
  SeparatorSpacingSize,
} from 'discord.js';
import { encodeCustomId } from '../custom-id.ts';

/** A message as a pure value (Components V2). Nothing in it can ping: the sender never parses mentions. */
export interface Card {
  readonly components: readonly APIMessageTopLevelComponent[];
  readonly files?: readonly CardFile[];
}

export interface CardFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Colours of a card's edge. */
export const ACCENT = {
  brand: 0x7c5cff,
  good: 0x2ecc71,
  warn: 0xf39c12,
  bad: 0xe74c3c,
  quiet: 0x4f545c,
} as const;
export type Accent = keyof typeof ACCENT;

export function text(content: string): APITextDisplayComponent {
  return { type: ComponentType.TextDisplay, content };
}

export function container(accent: Accent, components: readonly APIComponentInContainer[]): APIContainerComponent {
  return { type: ComponentType.Container, accent_color: ACCENT[accent], components: [...components] };
}

export function separator(): APISeparatorComponent {
  return { type: ComponentType.Separator, divider: true, spacing: SeparatorSpacingSize.Small };
}

export function row<C extends APIComponentInMessageActionRow>(...components: readonly C[]): APIActionRowComponent<C> {
  return { type: ComponentType.ActionRow, components: [...components] };
}

export interface ButtonLook {
  readonly style?: 'primary' | 'secondary' | 'success' | 'danger';
  readonly emoji?: string;
  readonly disabled?: boolean;
}

const STYLES = {
  primary: ButtonStyle.Primary,
  secondary: ButtonStyle.Secondary,
  success: ButtonStyle.Success,
  danger: ButtonStyle.Danger,
} as const;

export function button(label: string, customId: string, look: ButtonLook = {}): APIButtonComponent {
  return {
    type: ComponentType.Button,
    style: STYLES[look.style ?? 'secondary'],
    label,
    custom_id: customId,
    ...(look.emoji === undefined ? {} : { emoji: { name: look.emoji } }),
    ...(look.disabled === true ? { disabled: true } : {}),
  };
}

/** Turns pages, when there are any to turn. @param page zero-based */
export function pageButtons(
  action: string,
  { page, pages }: { readonly page: number; readonly pages: number },
): readonly APIButtonComponent[] {
  if (pages <= 1) return [];
  return [
    button('◀', encodeCustomId(action, page - 1), { disabled: page === 0 }),
    button('▶', encodeCustomId(action, page + 1), { disabled: page + 1 >= pages }),
  ];
}

/** A row of these; none when there are none. */
export function rowOf<C extends APIComponentInMessageActionRow>(
  components: readonly C[],
): readonly APIActionRowComponent<C>[] {
  return components.length === 0 ? [] : [row(...components)];
}

export function linkButton(label: string, url: string): APIButtonComponent {
  return { type: ComponentType.Button, style: ButtonStyle.Link, label, url };
}

/** Addresses a button can hold; longer ones are left out. */
const LINK_MAX = 512;

/** The way to a song outside of Discord; none when its address is too long for a button, or was deleted. */
export function openButtons(url: string): readonly APIButtonComponent[] {
  return url !== '' && url.length <= LINK_MAX ? [linkButton('Open', url)] : [];
}

export interface MenuOption {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly emoji?: string;
  readonly selected?: boolean;
}

/** @param options 1 to 25 */
export function menu(customId: string, placeholder: string, options: readonly MenuOption[]): APIStringSelectComponent {
  return {
    type: ComponentType.StringSelect,
    custom_id: customId,
    placeholder,
    options: options.map((option) => ({
      label: clip(option.label, 100),
      value: option.value,
      ...(option.description === undefined ? {} : { description: clip(option.description, 100) }),
      ...(option.emoji === undefined ? {} : { emoji: { name: option.emoji } }),
      ...(option.selected === true ? { default: true } : {}),
    })),
  };
}

/** One framed text: most answers. */
export function textCard(accent: Accent, content: string, ...more: readonly APIComponentInContainer[]): Card {
  return { components: [container(accent, [text(content), ...more])] };
}

/** Shortens to `max` UTF-16 units without cutting a character in two. */
export function clip(content: string, max: number): string {
  if (content.length <= max) return content;
  const cut = content.slice(0, max - 1);
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
