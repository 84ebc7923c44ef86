import { Impossible } from '../interaction-model.ts';
import type { JsonObject } from '../json.ts';
import { asNumber, asObject, asString, objectsIn } from '../json.ts';
import { ButtonStyle, ComponentType, isSelectType } from '../validate/component-type.ts';

/** Every button and menu of a message in reading order, in rows, sections and containers alike. */
export const controlsIn = (components: readonly JsonObject[]): readonly JsonObject[] =>
  components.flatMap((component) => {
    if (component.type === ComponentType.button || isSelectType(component.type)) return [component];
    const accessory = asObject(component.accessory);
    return [
      ...controlsIn(objectsIn(component.components)),
      ...(accessory?.type === ComponentType.button ? [accessory] : []),
    ];
  });

/** How a person finds a button. `nth` (from 0) tells equal ones apart. */
export type ButtonTarget = (
  | { readonly label: string | RegExp }
  | { readonly customId: string | RegExp }
  | { readonly emoji: string }
) & { readonly nth?: number };

/** How a person finds a menu. `index` counts the menus of the message from 0. */
export type SelectTarget =
  | { readonly placeholder: string | RegExp }
  | { readonly customId: string | RegExp }
  | { readonly index: number };

const says = (wanted: string | RegExp, text: string | undefined): boolean =>
  text !== undefined && (typeof wanted === 'string' ? wanted === text : wanted.test(text));

const isTarget = (button: JsonObject, target: ButtonTarget): boolean => {
  if ('label' in target) return says(target.label, asString(button.label));
  if ('customId' in target) return says(target.customId, asString(button.custom_id));
  return says(target.emoji, asString(asObject(button.emoji)?.name));
};

/** `looks` describes the message for the reader of a failed test. */
export const findButton = (
  components: readonly JsonObject[],
  target: ButtonTarget,
  looks: () => string,
): JsonObject => {
  const matches = controlsIn(components).filter(
    (control) => control.type === ComponentType.button && isTarget(control, target),
  );
  const wanted = describe(target);
  if (matches.length > 1 && target.nth === undefined) {
    throw new Impossible(`${matches.length} buttons fit ${wanted}; say which with nth:\n${looks()}`);
  }
  const button = matches[target.nth ?? 0];
  if (button === undefined) throw new Impossible(`there is no button ${wanted}:\n${looks()}`);
  if (asNumber(button.style) === ButtonStyle.link) {
    throw new Impossible(`${wanted} only opens ${asString(button.url) ?? 'a link'}; the bot never hears of it`);
  }
  if (button.disabled === true) throw new Impossible(`the button ${wanted} is disabled:\n${looks()}`);
  return button;
};

export const findSelect = (
  components: readonly JsonObject[],
  target: SelectTarget,
  looks: () => string,
): JsonObject => {
  const selects = controlsIn(components).filter((control) => isSelectType(control.type));
  const select =
    'index' in target
      ? selects[target.index]
      : selects.find((entry) =>
          'placeholder' in target
            ? says(target.placeholder, asString(entry.placeholder))
            : says(target.customId, asString(entry.custom_id)),
        );
  if (select === undefined) throw new Impossible(`there is no menu ${describe(target)}:\n${looks()}`);
  return select;
};

const describe = (target: object): string =>
  Object.entries(target)
    .map(([key, value]) => `${key} ${value instanceof RegExp ? String(value) : JSON.stringify(value)}`)
    .join(', ');
