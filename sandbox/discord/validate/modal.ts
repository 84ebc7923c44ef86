import { ComponentType, SELECT_TYPES } from './component-type.ts';
import {
  checkCounts,
  checkCustomId,
  checkId,
  checkOptions,
  checkSelect,
  noIds,
  type SeenIds,
  typeAmong,
} from './controls.ts';
import { checkFileTypes } from './file-types.ts';
import type { Path, Spot, Verdict } from './form.ts';
import { judge, lengthOf } from './form.ts';

const { actionRow, textInput, textDisplay, label, fileUpload, radioGroup, checkboxGroup, checkbox } = ComponentType;
const IN_LABEL = [...SELECT_TYPES, textInput, fileUpload, radioGroup, checkboxGroup, checkbox] as const;

/** The `data` of an interaction callback of type 9. */
export const validateModal = (modal: unknown, under: Path = ['data']): Verdict =>
  judge(
    modal,
    (root) => {
      if (root.object({ required: true }) === undefined) return undefined;
      root.at('custom_id').text({ min: 1, max: 100, required: true });
      root.at('title').text({ min: 1, max: 45, required: true });
      const seen = noIds();
      for (const component of root.at('components').list({ min: 1, max: 5, required: true })) {
        checkTopLevel(component, seen);
      }
      return undefined;
    },
    under,
  );

const checkTopLevel = (component: Spot, seen: SeenIds): void => {
  const type = typeAmong(component, [actionRow, textDisplay, label]);
  if (type === undefined) return;
  checkId(component, seen);
  if (type === textDisplay) {
    component.at('content').text({ min: 1, max: 4000, required: true });
  } else if (type === actionRow) {
    // The old form: one text input per row, which carries its own label.
    for (const child of component.at('components').list({ min: 1, max: 1, required: true })) {
      if (typeAmong(child, [textInput]) === undefined) continue;
      child.at('label').text({ min: 1, max: 45, required: true });
      checkTextInput(child, seen);
    }
  } else checkLabel(component, seen);
};

const checkLabel = (component: Spot, seen: SeenIds): void => {
  component.at('label').text({ min: 1, max: 45, required: true });
  component.at('description').text({ max: 100 });
  const child = component.at('component');
  const type = typeAmong(child, IN_LABEL);
  if (type === undefined) return;
  checkId(child, seen);
  if (child.at('disabled').value === true) {
    child.at('disabled').refuse('MODAL_COMPONENT_DISABLED', 'Modals do not support disabled components');
  }
  if (type === textInput) checkTextInput(child, seen);
  else if (type === fileUpload) checkFileUpload(child, seen);
  else if (type === radioGroup) checkRadioGroup(child, seen);
  else if (type === checkboxGroup) checkCheckboxGroup(child, seen);
  else if (type === checkbox) {
    checkCustomId(child, seen);
    child.at('default').boolean();
  } else checkMinimum(child, checkSelect(child, type, seen).min);
};

/** What must be filled in (which is the default) cannot be filled in with nothing. */
const checkMinimum = (component: Spot, min: number): void => {
  const required = component.at('required').boolean() ?? true;
  if (required && min < 1) {
    component.at('min_values').refuse('NUMBER_TYPE_MIN', 'int value should be greater than or equal to 1.');
  }
};

const checkTextInput = (input: Spot, seen: SeenIds): void => {
  checkCustomId(input, seen);
  input.at('style').oneOf([1, 2], { required: true });
  input.at('required').boolean();
  input.at('placeholder').text({ max: 100 });
  const min = input.at('min_length').integer({ min: 0, max: 4000 }) ?? 0;
  const maxSpot = input.at('max_length');
  const max = maxSpot.integer({ min: 1, max: 4000 }) ?? 4000;
  if (max < min) maxSpot.refuse('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
  const value = input.at('value');
  if (typeof value.value === 'string' && lengthOf(value.value) > max) {
    value.refuse('BASE_TYPE_MAX_LENGTH', `Must be ${max} or fewer in length.`);
  } else value.text({ max: 4000 });
};

const checkFileUpload = (upload: Spot, seen: SeenIds): void => {
  checkCustomId(upload, seen);
  checkMinimum(upload, checkCounts(upload, 10).min);
  checkFileTypes(upload.at('file_types'));
};

const checkRadioGroup = (group: Spot, seen: SeenIds): void => {
  checkCustomId(group, seen);
  group.at('required').boolean();
  const options = group.at('options');
  if (checkOptions(options, { min: 2, max: 10 }) > 1) {
    options.refuse(
      'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES',
      'The specified number of default values exceeds the specified maximum values',
    );
  }
};

const checkCheckboxGroup = (group: Spot, seen: SeenIds): void => {
  checkCustomId(group, seen);
  const options = group.at('options');
  const count = Array.isArray(options.value) ? options.value.length : 0;
  const min = group.at('min_values').integer({ min: 0, max: 10 }) ?? 1;
  const maxSpot = group.at('max_values');
  const max = maxSpot.integer({ min: 1, max: 10 }) ?? Math.max(1, count);
  if (max < min) maxSpot.refuse('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
  checkMinimum(group, min);
  const defaults = checkOptions(options, { min: Math.max(1, min, maxSpot.absent ? 1 : max), max: 10 });
  if (defaults > max) {
    options.refuse(
      'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES',
      'The specified number of default values exceeds the specified maximum values',
    );
  }
};
