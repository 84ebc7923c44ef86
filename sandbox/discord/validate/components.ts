import { ComponentType, SELECT_TYPES } from './component-type.ts';
import { checkButton, checkId, checkSelect, noIds, type SeenIds, typeAmong } from './controls.ts';
import type { Spot } from './form.ts';
import { lengthOf } from './form.ts';
import { checkMedia } from './media.ts';

/** Components of one Components V2 message, nested ones and accessories included. */
export const MAX_COMPONENTS = 40;
/** Characters over all Text Displays of one message. */
export const MAX_TEXT = 4000;

const { actionRow, button, section, textDisplay, thumbnail, mediaGallery, file, separator, container } = ComponentType;
const INSIDE_CONTAINER = [actionRow, section, textDisplay, mediaGallery, file, separator] as const;
const TOP_LEVEL = [...INSIDE_CONTAINER, container] as const;

interface Walk {
  readonly filenames: readonly string[];
  readonly seen: SeenIds;
  components: number;
  characters: number;
}

const start = (filenames: readonly string[]): Walk => ({ filenames, seen: noIds(), components: 0, characters: 0 });

/** Components of an ordinary message: at most five action rows. */
export const checkLegacyComponents = (spot: Spot): void => {
  const walk = start([]);
  for (const row of spot.list({ max: 5 })) {
    if (typeAmong(row, [actionRow]) !== undefined) checkRow(row, walk);
  }
};

/** Components of a message with the Components V2 flag. */
export const checkComponentsV2 = (spot: Spot, filenames: readonly string[]): void => {
  const walk = start(filenames);
  for (const component of spot.list({ max: Infinity })) checkV2(component, TOP_LEVEL, walk);
  if (walk.components > MAX_COMPONENTS) {
    spot.refuse(
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      `The total number of components exceeds the maximum of ${MAX_COMPONENTS}`,
    );
  }
  if (walk.characters > MAX_TEXT) {
    spot.refuse(
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      `Components displayable text size exceeds maximum size of ${MAX_TEXT}`,
    );
  }
};

const checkV2 = (component: Spot, allowed: readonly number[], walk: Walk): void => {
  const type = typeAmong(component, allowed);
  if (type !== undefined) CHECKS[type as keyof typeof CHECKS](component, walk);
};

const enter = (component: Spot, walk: Walk): void => {
  walk.components += 1;
  checkId(component, walk.seen);
};

/** Up to five buttons, or one select, which is as wide as five. */
const checkRow = (row: Spot, walk: Walk): void => {
  enter(row, walk);
  let width = 0;
  for (const child of row.at('components').list({ min: 1, max: 5, required: true })) {
    const type = typeAmong(child, [button, ...SELECT_TYPES]);
    if (type === undefined) continue;
    enter(child, walk);
    width += type === button ? 1 : 5;
    if (width > 5) {
      child.refuse('COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'The specified component exceeds the maximum width');
    }
    if (type === button) checkButton(child, walk.seen);
    else checkSelect(child, type, walk.seen);
  }
};

const checkText = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  const content = component.at('content');
  content.text({ min: 1, max: MAX_TEXT, required: true });
  if (typeof content.value === 'string') walk.characters += lengthOf(content.value.trim());
};

const checkSection = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  for (const text of component.at('components').list({ min: 1, max: 3, required: true })) {
    if (typeAmong(text, [textDisplay]) !== undefined) checkText(text, walk);
  }
  const accessory = component.at('accessory');
  const type = typeAmong(accessory, [button, thumbnail]);
  if (type === undefined) return;
  enter(accessory, walk);
  if (type === button) checkButton(accessory, walk.seen);
  else checkPicture(accessory, walk);
};

const checkGallery = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  for (const item of component.at('items').list({ min: 1, max: 10, required: true })) {
    if (item.object({ required: true }) !== undefined) checkPicture(item, walk);
  }
};

const checkPicture = (picture: Spot, walk: Walk): void => {
  checkMedia(picture.at('media'), walk.filenames);
  picture.at('description').text({ max: 1024 });
  picture.at('spoiler').boolean();
};

const checkFile = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  component.at('spoiler').boolean();
  checkMedia(component.at('file'), walk.filenames, true);
};

const checkSeparator = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  component.at('divider').boolean();
  component.at('spacing').oneOf([1, 2]);
};

const checkContainer = (component: Spot, walk: Walk): void => {
  enter(component, walk);
  component.at('accent_color').integer({ min: 0, max: 0xffffff });
  component.at('spoiler').boolean();
  for (const child of component.at('components').list({ min: 1, max: Infinity, required: true })) {
    checkV2(child, INSIDE_CONTAINER, walk);
  }
};

const CHECKS = {
  [actionRow]: checkRow,
  [section]: checkSection,
  [textDisplay]: checkText,
  [mediaGallery]: checkGallery,
  [file]: checkFile,
  [separator]: checkSeparator,
  [container]: checkContainer,
} satisfies Record<(typeof TOP_LEVEL)[number], (component: Spot, walk: Walk) => void>;
