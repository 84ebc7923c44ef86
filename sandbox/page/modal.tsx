import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { JsonObject } from '../discord/json.ts';
import type { FieldValue, UploadView } from '../stage/acts.ts';
import { preselected, selectOptions } from './controls.tsx';
import { FileField } from './file-field.tsx';
import { takeOutcome } from './interact.ts';
import { asNumber, asObject, asString, objectsIn, stringsIn } from './json.ts';
import { PickList } from './pick-list.tsx';
import { act } from './server.ts';
import { botId, nameOf, type OpenModal, openModal } from './state.ts';
import { Markdown } from './text.tsx';

/** What a visitor has put into the fields, by custom id. Files are kept with their names. */
interface Filled {
  readonly values: Readonly<Record<string, FieldValue>>;
  readonly files: Readonly<Record<string, readonly UploadView[]>>;
}

export function Modal() {
  const open = openModal.value;
  return open === null ? null : <ModalForm key={open.from} open={open} />;
}

const EMPTY: Filled = { values: {}, files: {} };

function ModalForm({ open }: { readonly open: OpenModal }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [filled, setFilled] = useState<Filled>(EMPTY);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [uploading, setUploading] = useState(false);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    dialog.current?.querySelector<HTMLElement>('input:not([type=file]), textarea, .pick-button')?.focus();
  }, []);
  const close = (): void => {
    openModal.value = null;
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setError('');
    const files = Object.entries(filled.files).map(([name, list]) => [name, list.map(({ upload }) => ({ upload }))]);
    act({ kind: 'modal', from: open.from, fields: { ...filled.values, ...Object.fromEntries(files) } })
      .then((outcome) => {
        if (outcome.kind === 'failed') return setError(outcome.text);
        close();
        takeOutcome(outcome);
      })
      .catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)))
      .finally(() => setBusy(false));
  };
  const title = asString(open.modal.title) ?? '';
  return (
    <dialog ref={dialog} class="modal" aria-label={title} onClose={close}>
      <form onSubmit={submit}>
        <h2>{title}</h2>
        <p class="about">This form goes to {nameOf(botId.value)}. It is not kept when you cancel.</p>
        {error !== '' && (
          <p class="failure" role="alert">
            {error}
          </p>
        )}
        <div class="fields">
          {objectsIn(open.modal.components).map((component, index) => (
            <Part key={index} component={component} filled={filled} onFill={setFilled} onBusy={setUploading} />
          ))}
        </div>
        <footer>
          <button type="button" class="button quiet" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="button primary" disabled={busy || uploading} aria-busy={busy || uploading}>
            Submit
          </button>
        </footer>
      </form>
    </dialog>
  );
}

interface PartProps {
  readonly component: JsonObject;
  readonly filled: Filled;
  readonly onFill: (filled: Filled) => void;
  readonly onBusy: (busy: boolean) => void;
}

const isRequired = (field: JsonObject): boolean => field.required !== false && field.type !== 23;

/** One part of a form: plain text, or a field with its label. */
function Part({ component, filled, onFill, onBusy }: PartProps) {
  if (component.type === 10) return <Markdown text={asString(component.content) ?? ''} />;
  const field = asObject(component.component) ?? objectsIn(component.components)[0];
  if (field === undefined) return null;
  const label = asString(component.label) ?? asString(field.label) ?? '';
  const about = asString(component.description);
  return (
    <div class="form-field">
      <div class="form-label" aria-hidden="true">
        {label}
        {isRequired(field) && <span class="star"> *</span>}
      </div>
      {about !== undefined && <p class="about">{about}</p>}
      <Field field={field} label={label} filled={filled} onFill={onFill} onBusy={onBusy} />
    </div>
  );
}

interface FieldProps extends Omit<PartProps, 'component'> {
  readonly field: JsonObject;
  readonly label: string;
}

function Field({ field, label, filled, onFill, onBusy }: FieldProps) {
  const name = asString(field.custom_id) ?? '';
  const put = (value: FieldValue): void => onFill({ ...filled, values: { ...filled.values, [name]: value } });
  const given = filled.values[name];
  switch (field.type) {
    case 4:
      return (
        <TextField field={field} label={label} value={typeof given === 'string' ? given : undefined} onPut={put} />
      );
    case 19:
      return (
        <FileField
          label={label}
          files={filled.files[name] ?? []}
          max={asNumber(field.max_values) ?? 1}
          accept={stringsIn(field.file_types)}
          onBusy={onBusy}
          onChange={(files) => onFill({ ...filled, files: { ...filled.files, [name]: files } })}
        />
      );
    case 21:
    case 22:
      return <Boxes field={field} label={label} chosen={chosenOf(given, field)} onPut={put} />;
    case 23:
      return (
        <label class="check">
          <input
            type="checkbox"
            aria-label={label}
            checked={typeof given === 'boolean' ? given : field.default === true}
            onChange={(event) => put(event.currentTarget.checked)}
          />
          <span aria-hidden="true">{label}</span>
        </label>
      );
    default:
      return (
        <PickList
          label={label}
          placeholder={asString(field.placeholder) ?? 'Make a selection'}
          options={selectOptions(field)}
          selected={chosenOf(given, field)}
          min={asNumber(field.min_values) ?? 1}
          max={asNumber(field.max_values) ?? 1}
          onPick={(values) => put([...values])}
        />
      );
  }
}

const chosenOf = (given: FieldValue | undefined, field: JsonObject): readonly string[] =>
  Array.isArray(given) ? given.filter((each) => typeof each === 'string') : preselected(field);

interface TextFieldProps {
  readonly field: JsonObject;
  readonly label: string;
  readonly value: string | undefined;
  readonly onPut: (value: string) => void;
}

function TextField({ field, label, value, onPut }: TextFieldProps) {
  const most = asNumber(field.max_length) ?? 4_000;
  const text = value ?? asString(field.value) ?? '';
  const common = {
    'aria-label': label,
    'aria-required': isRequired(field),
    placeholder: asString(field.placeholder) ?? '',
    maxLength: most,
    value: text,
  };
  return (
    <div class="text-field">
      {field.style === 2 ? (
        <textarea {...common} rows={4} onInput={(event) => onPut(event.currentTarget.value)} />
      ) : (
        <input {...common} type="text" onInput={(event) => onPut(event.currentTarget.value)} />
      )}
      <span class="left" aria-hidden="true">
        {text.length > most * 0.8 ? most - text.length : ''}
      </span>
    </div>
  );
}

interface BoxesProps {
  readonly field: JsonObject;
  readonly label: string;
  readonly chosen: readonly string[];
  readonly onPut: (value: string[]) => void;
}

/** Radio buttons (type 21) or check boxes. */
function Boxes({ field, label, chosen, onPut }: BoxesProps) {
  const one = field.type === 21;
  const name = asString(field.custom_id) ?? '';
  return (
    <fieldset class="boxes">
      <legend class="unseen">{label}</legend>
      {selectOptions(field).map((option) => (
        <label key={option.value} class="check">
          <input
            type={one ? 'radio' : 'checkbox'}
            name={name}
            checked={chosen.includes(option.value)}
            onChange={(event) => {
              const rest = one ? [] : chosen.filter((each) => each !== option.value);
              onPut(event.currentTarget.checked ? [...rest, option.value] : [...rest]);
            }}
          />
          <span>
            {option.label}
            {option.about !== '' && <span class="about"> {option.about}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
