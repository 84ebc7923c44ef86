import { type FieldInput, Impossible } from './interaction-model.ts';
import { checkSelection, type Resolver, resolveSelect } from './interaction-resolve.ts';
import { asBoolean, asNumber, asObject, asString, type Json, type JsonObject, objectsIn, stringsIn } from './json.ts';
import type { FileInput } from './model.ts';

/** Component types as the API numbers them. */
export const Component = {
  actionRow: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  textDisplay: 10,
  label: 18,
  fileUpload: 19,
  radioGroup: 21,
  checkboxGroup: 22,
  checkbox: 23,
} as const;

const required = (field: JsonObject): boolean => asBoolean(field.required) ?? true;
const nameOf = (field: JsonObject): string => asString(field.custom_id) ?? '';

const isFiles = (value: readonly string[] | readonly FileInput[]): value is readonly FileInput[] =>
  typeof value[0] === 'object';

const idsOf = (field: JsonObject, value: FieldInput | undefined): readonly string[] => {
  if (value === undefined) return preselected(field);
  if (typeof value === 'string') return [value];
  if (typeof value === 'boolean' || isFiles(value)) throw new Impossible(`${nameOf(field)} takes choices`);
  return value;
};

/** What the modal itself has selected already. */
const preselected = (field: JsonObject): readonly string[] => [
  ...objectsIn(field.options).flatMap((option) => (option.default === true ? [asString(option.value) ?? ''] : [])),
  ...objectsIn(field.default_values).flatMap((entry) => [asString(entry.id) ?? '']),
];

const textValue = (field: JsonObject, value: FieldInput | undefined, force: boolean): string => {
  const text = value ?? asString(field.value) ?? '';
  if (typeof text !== 'string') throw new Impossible(`${nameOf(field)} takes text`);
  const [least, most] = [asNumber(field.min_length) ?? 0, asNumber(field.max_length) ?? 4000];
  const missing = required(field) && text.trim() === '';
  const outside = text.length > most || (text !== '' && text.length < least);
  if (!force && (missing || outside))
    throw new Impossible(
      `${nameOf(field)} needs ${least} to ${most} characters${missing ? ', and may not be empty' : ''}`,
    );
  return text;
};

const fileValues = (
  field: JsonObject,
  value: FieldInput | undefined,
  resolver: Resolver,
  force: boolean,
): readonly string[] => {
  if (typeof value === 'string' || typeof value === 'boolean') throw new Impossible(`${nameOf(field)} takes files`);
  const files = value === undefined || !isFiles(value) ? [] : value;
  if (value !== undefined && value.length > 0 && files.length === 0)
    throw new Impossible(`${nameOf(field)} takes files`);
  const optionalAndEmpty = !required(field) && files.length === 0;
  if (!(force || optionalAndEmpty))
    checkSelection(
      field,
      files.map((file) => file.name),
      1,
    );
  return files.map((file) => resolver.file(file, field));
};

const chosenValues = (
  field: JsonObject,
  value: FieldInput | undefined,
  resolver: Resolver,
  force: boolean,
): readonly string[] => {
  const ids = idsOf(field, value);
  const offered = objectsIn(field.options).map((option) => option.value);
  const stranger = offered.length === 0 ? undefined : ids.find((id) => !offered.includes(id));
  if (!force && stranger !== undefined) throw new Impossible(`${nameOf(field)} does not offer "${stranger}"`);
  if (!force && (required(field) || ids.length > 0)) checkSelection(field, ids, 1);
  return resolveSelect(resolver, field, ids);
};

/** One field of a modal as it is submitted. */
const submitted = (
  field: JsonObject,
  fields: Readonly<Record<string, FieldInput>>,
  resolver: Resolver,
  force: boolean,
): JsonObject => {
  const base = { type: field.type, id: field.id, custom_id: nameOf(field) };
  const value = fields[nameOf(field)];
  switch (field.type) {
    case Component.textInput:
      return { ...base, value: textValue(field, value, force) };
    case Component.fileUpload:
      return { ...base, values: fileValues(field, value, resolver, force) };
    case Component.radioGroup: {
      const [chosen] = chosenValues(field, value, resolver, force);
      return { ...base, value: chosen ?? null };
    }
    case Component.checkbox:
      return { ...base, value: typeof value === 'boolean' ? value : (asBoolean(field.default) ?? false) };
    default:
      return { ...base, values: chosenValues(field, value, resolver, force) };
  }
};

const inputs = (component: JsonObject): readonly JsonObject[] => {
  const inner = asObject(component.component);
  return inner === undefined ? objectsIn(component.components) : [inner];
};

/** Custom ids of the fields of a modal, in order. */
export const modalFields = (modal: JsonObject): readonly string[] =>
  objectsIn(modal.components).flatMap(inputs).map(nameOf);

/** `data` of a modal submit: the modal's own structure with what the person entered; prefilled values stay. */
export const modalData = (
  modal: JsonObject,
  fields: Readonly<Record<string, FieldInput>>,
  resolver: Resolver,
  force: boolean,
): JsonObject => {
  const known = modalFields(modal);
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Impossible(`the modal has no field "${stranger}" (it has ${known.join(', ')})`);
  const components = objectsIn(modal.components).map((component): JsonObject => {
    const head = { type: component.type, id: component.id };
    const inner = asObject(component.component);
    if (inner !== undefined) return { ...head, component: submitted(inner, fields, resolver, force) };
    const children = objectsIn(component.components).map((child) => submitted(child, fields, resolver, force));
    return component.type === Component.actionRow ? { ...head, components: children } : head;
  });
  return { custom_id: asString(modal.custom_id) ?? '', components, ...resolver.field };
};

/** A component of a message by its custom id, however deep. */
export const findComponent = (components: Json | undefined, customId: string): JsonObject | undefined => {
  for (const component of objectsIn(components)) {
    if (component.custom_id === customId) return component;
    const accessory = asObject(component.accessory);
    const inside = accessory?.custom_id === customId ? accessory : findComponent(component.components, customId);
    if (inside !== undefined) return inside;
  }
  return undefined;
};

/** `data` of a click on a button or of a choice in a menu. */
export const componentData = (
  component: JsonObject,
  values: readonly string[] | undefined,
  resolver: Resolver,
  force: boolean,
): JsonObject => {
  const head = { custom_id: nameOf(component), component_type: component.type, id: component.id };
  if (values === undefined) return head;
  const offered = objectsIn(component.options).map((option) => option.value);
  const stranger =
    component.type === Component.stringSelect ? values.find((value) => !offered.includes(value)) : undefined;
  if (!force && stranger !== undefined) throw new Impossible(`${nameOf(component)} does not offer "${stranger}"`);
  if (!force) checkSelection(component, values, 1);
  return { ...head, values: stringsIn(resolveSelect(resolver, component, values)), ...resolver.field };
};
