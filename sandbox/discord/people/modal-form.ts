import { type FieldInput, Impossible } from '../interaction-model.ts';
import type { JsonObject } from '../json.ts';
import { asObject, asString, objectsIn } from '../json.ts';
import type { FileInput } from '../model.ts';
import { ComponentType } from '../validate/component-type.ts';
import { idOf, isFile, optionValue, type Pick } from './entries.ts';

/** What a person enters in one field of a modal. */
export type FieldEntry = string | number | boolean | Pick | FileInput | readonly (Pick | FileInput)[];

/** By the label over the field, or by the field's custom id. */
export type FieldEntries = Readonly<Record<string, FieldEntry | undefined>>;

interface Field {
  readonly label: string;
  readonly customId: string;
  readonly component: JsonObject;
}

const fieldsOf = (modal: JsonObject): readonly Field[] =>
  objectsIn(modal.components).flatMap((top) => {
    const component = asObject(top.component) ?? objectsIn(top.components)[0];
    if (component === undefined) return [];
    const label = asString(top.label) ?? asString(component.label) ?? '';
    return [{ label, customId: asString(component.custom_id) ?? '', component }];
  });

/** The entries by custom id, in the shape each field takes. Fields left out keep what the modal has in them. */
export const fieldInputs = (modal: JsonObject, entries: FieldEntries): Readonly<Record<string, FieldInput>> => {
  const fields = fieldsOf(modal);
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, entry]) => {
      if (entry === undefined) return [];
      const field = findField(fields, key);
      return [[field.customId, fieldInput(field, entry)] as const];
    }),
  );
};

const findField = (fields: readonly Field[], key: string): Field => {
  const byLabel = fields.filter((field) => field.label === key);
  const field = byLabel[0] ?? fields.find((entry) => entry.customId === key);
  if (byLabel.length > 1) throw new Impossible(`several fields are labelled "${key}"; use the custom id`);
  if (field !== undefined) return field;
  const known = fields.map((entry) => `"${entry.label}" (${entry.customId})`).join(', ');
  throw new Impossible(`the modal has no field "${key}" (it has ${known})`);
};

const isMany = (entry: FieldEntry): entry is readonly (Pick | FileInput)[] => Array.isArray(entry);

const fieldInput = ({ component, label }: Field, entry: FieldEntry): FieldInput => {
  const all: readonly (Pick | FileInput | number | boolean)[] = isMany(entry) ? entry : [entry];
  const picks = (): readonly string[] =>
    all.map((one) => {
      if (isFile(one) || typeof one === 'boolean') throw new Impossible(`"${label}" takes a choice`);
      return typeof one === 'number' ? String(one) : idOf(one);
    });
  switch (component.type) {
    case ComponentType.textInput:
      if (isMany(entry) || typeof entry === 'object' || typeof entry === 'boolean') {
        throw new Impossible(`"${label}" takes text`);
      }
      return String(entry);
    case ComponentType.checkbox:
      if (typeof entry !== 'boolean') throw new Impossible(`"${label}" is a checkbox: true or false`);
      return entry;
    case ComponentType.fileUpload:
      return all.map((one) => {
        if (!isFile(one)) throw new Impossible(`"${label}" takes files`);
        return one;
      });
    case ComponentType.stringSelect:
    case ComponentType.radioGroup:
    case ComponentType.checkboxGroup:
      return picks().map((wanted) => optionValue(component, wanted));
    default:
      return picks();
  }
};
