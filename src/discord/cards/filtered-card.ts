import {
  type APIComponentInContainer,
  type APIComponentInMessageActionRow,
  type APIMessageTopLevelComponent,
  ButtonStyle,
  ComponentType,
} from 'discord.js';
import type { Card } from './card.ts';

const NOTICE =
  "⚠️ Discord's filter, or one of this server, does not let me show this: a song, a name or a link in it is blocked. The buttons work. Take the song out, and the rest is back.";

type Component = APIMessageTopLevelComponent | APIComponentInContainer;

/** Our own words of a menu's entry: place and id, not the title. */
const entryText = (label: string) => /^(?:[\d,]+\. )?#\w+/.exec(label)?.[0] ?? label;

/** What can be pressed, without where it leads outside of Discord. */
function pressable(component: APIComponentInMessageActionRow): readonly APIComponentInMessageActionRow[] {
  if (component.type === ComponentType.Button) return component.style === ButtonStyle.Link ? [] : [component];
  if (component.type !== ComponentType.StringSelect) return [component];
  const options = component.options.map(({ description: _, ...option }) => ({
    ...option,
    label: entryText(option.label),
  }));
  return [{ ...component, options }];
}

/**
 * The same card without a stranger's words and links, for when Discord's filters refuse it: its own heading, and all that
 * can be pressed. A blocked song must not take the show's buttons away.
 */
export function filteredCard(card: Card): Card {
  let isFirst = true;
  const filtered = <C extends Component>(component: C): readonly C[] => {
    switch (component.type) {
      case ComponentType.Container:
        return [{ ...component, components: component.components.flatMap((each) => filtered(each)) }];
      case ComponentType.TextDisplay: {
        if (!isFirst) return [];
        isFirst = false;
        const [heading = ''] = component.content.split('\n');
        return [{ ...component, content: heading.startsWith('## ') ? `${heading}\n${NOTICE}` : NOTICE }];
      }
      case ComponentType.ActionRow: {
        const components = component.components.flatMap(pressable);
        return components.length === 0 ? [] : [{ ...component, components }];
      }
      default:
        return [component];
    }
  };
  return { ...card, components: card.components.flatMap((each) => filtered(each)) };
}
