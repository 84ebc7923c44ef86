import type { JsonObject } from '../discord/json.ts';
import type { MessageView } from '../stage/protocol.ts';
import { entityOptions, SELECT } from './entities.ts';
import { controlKey, operate } from './interact.ts';
import { asNumber, asObject, asString, emojiOf, objectsIn } from './json.ts';
import { PickList, type PickOption } from './pick-list.tsx';
import { pending } from './state.ts';

const STYLES = ['', 'primary', 'secondary', 'success', 'danger', 'link', 'link'] as const;
const LINK_STYLE = 5;

interface ControlProps {
  readonly message: MessageView;
  readonly control: JsonObject;
}

/** A button of a message. One without a label is called by its emoji. */
export function Button({ message, control }: ControlProps) {
  const style = asNumber(control.style) ?? 2;
  const label = asString(control.label) ?? '';
  const emoji = emojiOf(control);
  const customId = asString(control.custom_id) ?? '';
  const busy = pending.value.has(controlKey(message, customId));
  const face = (
    <>
      {emoji !== '' && (
        <span class="emoji" aria-hidden={label !== ''}>
          {emoji}
        </span>
      )}
      {label !== '' && <span>{label}</span>}
    </>
  );
  if (style === LINK_STYLE) {
    return (
      <a class="button link" href={asString(control.url) ?? '#'} target="_blank" rel="noreferrer noopener">
        {face}
        <span class="out" aria-hidden="true">
          ↗
        </span>
      </a>
    );
  }
  const { channelId, id: messageId } = message;
  return (
    <button
      type="button"
      class={`button ${STYLES[style] ?? 'secondary'}${busy ? ' busy' : ''}`}
      disabled={control.disabled === true}
      aria-busy={busy}
      {...(label === '' ? { 'aria-label': emoji } : {})}
      onClick={() => operate(message, customId, { kind: 'click', channelId, messageId, customId })}
    >
      {face}
    </button>
  );
}

/** Any of the five menus of a message. */
export function Select({ message, control }: ControlProps) {
  const customId = asString(control.custom_id) ?? '';
  const { channelId, id: messageId } = message;
  const placeholder = asString(control.placeholder) ?? 'Make a selection';
  return (
    <PickList
      label={placeholder}
      placeholder={placeholder}
      options={selectOptions(control)}
      selected={preselected(control)}
      min={asNumber(control.min_values) ?? 1}
      max={asNumber(control.max_values) ?? 1}
      disabled={control.disabled === true}
      busy={pending.value.has(controlKey(message, customId))}
      onPick={(values) =>
        operate(message, customId, { kind: 'select', channelId, messageId, customId, values: [...values] })
      }
    />
  );
}

export function selectOptions(control: JsonObject): readonly PickOption[] {
  const type = asNumber(control.type) ?? SELECT.text;
  if (type !== SELECT.text) {
    const types = Array.isArray(control.channel_types)
      ? control.channel_types.filter((each) => typeof each === 'number')
      : [];
    return entityOptions(type, types);
  }
  return objectsIn(control.options).map((option) => ({
    value: asString(option.value) ?? '',
    label: asString(option.label) ?? '',
    about: asString(option.description) ?? '',
    emoji: emojiOf(option),
  }));
}

export const preselected = (control: JsonObject): readonly string[] => [
  ...objectsIn(control.options).flatMap((option) => (option.default === true ? [asString(option.value) ?? ''] : [])),
  ...objectsIn(control.default_values).flatMap((entry) => [asString(asObject(entry)?.id) ?? '']),
];
