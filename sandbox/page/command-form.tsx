import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { OptionValue, UploadView } from '../stage/acts.ts';
import type { CommandView, OptionView } from '../stage/protocol.ts';
import { entityOptions, SELECT } from './entities.ts';
import { FileField } from './file-field.tsx';
import { takeOutcome } from './interact.ts';
import { PickList } from './pick-list.tsx';
import { act } from './server.ts';
import { Suggesting } from './suggesting.tsx';

/** Discord's option types. */
const OPTION = { integer: 4, boolean: 5, user: 6, channel: 7, role: 8, mentionable: 9, number: 10, file: 11 } as const;

const ENTITY: Readonly<Record<number, number>> = {
  [OPTION.user]: SELECT.user,
  [OPTION.channel]: SELECT.channel,
  [OPTION.role]: SELECT.role,
  [OPTION.mentionable]: SELECT.mentionable,
};

type Values = Readonly<Record<string, OptionValue>>;
type Uploads = Readonly<Record<string, UploadView>>;

interface CommandFormProps {
  readonly command: CommandView;
  readonly channelId: string;
  readonly onClose: () => void;
}

/** A chosen command with its options, to be filled in and run. */
export function CommandForm({ command, channelId, onClose }: CommandFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState<Values>({});
  const [uploads, setUploads] = useState<Uploads>({});
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const [uploading, setUploading] = useState(false);
  useLayoutEffect(() => {
    form.current?.querySelector<HTMLElement>('input:not([type=file]), .pick-button, button[type=submit]')?.focus();
  }, []);
  const put = (name: string, value: OptionValue | undefined): void => {
    const { [name]: _before, ...rest } = values;
    setValues(value === undefined ? rest : { ...rest, [name]: value });
  };
  const run = (event: Event): void => {
    event.preventDefault();
    const missing = command.options.find(({ required, name }) => required && values[name] === undefined);
    if (missing !== undefined) {
      setError(`"${missing.name}" has to be filled in`);
      return;
    }
    setBusy(true);
    act({ kind: 'slash', channelId, path: command.path, options: { ...values } })
      .then((outcome) => {
        onClose();
        takeOutcome(outcome);
      })
      .catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)))
      .finally(() => setBusy(false));
  };
  return (
    <form
      ref={form}
      class="command-form"
      aria-label={`Command /${command.path}`}
      onSubmit={run}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && !event.defaultPrevented) onClose();
      }}
    >
      <div class="top">
        <span class="path">/{command.path}</span>
        <span class="about">{command.about}</span>
        <button type="button" class="close" aria-label="Cancel the command" onClick={onClose}>
          ✕
        </button>
      </div>
      {error !== '' && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
      <div class="options">
        {command.options.map((option) => (
          <div key={option.name} class={`option ${option.type === OPTION.file ? 'wide' : ''}`}>
            <div class="form-label" title={option.about} aria-hidden="true">
              {option.name}
              {option.required && <span class="star"> *</span>}
            </div>
            <OptionField
              option={option}
              command={command}
              channelId={channelId}
              values={values}
              upload={uploads[option.name]}
              onBusy={setUploading}
              onPut={(value, upload) => {
                put(option.name, value);
                if (upload !== undefined) setUploads({ ...uploads, [option.name]: upload });
              }}
            />
          </div>
        ))}
        <button type="submit" class="button primary run" disabled={busy || uploading} aria-busy={busy || uploading}>
          Run
        </button>
      </div>
    </form>
  );
}

interface OptionFieldProps {
  readonly option: OptionView;
  readonly command: CommandView;
  readonly channelId: string;
  readonly values: Values;
  readonly upload: UploadView | undefined;
  readonly onPut: (value: OptionValue | undefined, upload?: UploadView) => void;
  readonly onBusy: (busy: boolean) => void;
}

function OptionField(props: OptionFieldProps) {
  const { option, values, upload, onPut, onBusy } = props;
  const label = `${option.name}: ${option.about}`;
  const value = values[option.name];
  const entity = ENTITY[option.type];
  if (option.type === OPTION.file) {
    return (
      <FileField
        label={label}
        files={value === undefined || upload === undefined ? [] : [upload]}
        max={1}
        onBusy={onBusy}
        onChange={([file]) => onPut(file === undefined ? undefined : { upload: file.upload }, file)}
      />
    );
  }
  if (entity !== undefined) {
    const options = entityOptions(entity, option.channelTypes);
    return <Menu label={label} options={options} value={value} onPut={onPut} />;
  }
  if (option.type === OPTION.boolean) {
    const options = ['True', 'False'].map((each) => ({ value: each, label: each }));
    const chosen = value === undefined ? undefined : value === true ? 'True' : 'False';
    return <Menu label={label} options={options} value={chosen} onPut={(each) => onPut(each === 'True')} />;
  }
  if (option.choices.length > 0) {
    const options = option.choices.map((choice) => ({ value: String(choice.value), label: choice.name }));
    const pick = (each: OptionValue | undefined): void =>
      onPut(option.choices.find((choice) => String(choice.value) === each)?.value);
    return (
      <Menu label={label} options={options} value={value === undefined ? undefined : String(value)} onPut={pick} />
    );
  }
  if (option.autocomplete) return <Suggesting {...props} label={label} />;
  const shown = typeof value === 'object' ? '' : String(value ?? '');
  const common = { 'aria-label': label, placeholder: option.about, required: option.required, value: shown };
  const put = (text: string, read: (text: string) => OptionValue): void => onPut(text === '' ? undefined : read(text));
  if (option.type === OPTION.integer || option.type === OPTION.number) {
    return (
      <input
        {...common}
        type="number"
        step={option.type === OPTION.integer ? 1 : 'any'}
        {...(option.min === null ? {} : { min: option.min })}
        {...(option.max === null ? {} : { max: option.max })}
        onInput={(event) => put(event.currentTarget.value, Number)}
      />
    );
  }
  return (
    <input
      {...common}
      type="text"
      {...(option.maxLength === null ? {} : { maxLength: option.maxLength })}
      onInput={(event) => put(event.currentTarget.value, String)}
    />
  );
}

interface MenuProps {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: OptionValue | undefined;
  readonly onPut: (value: string) => void;
}

function Menu({ label, options, value, onPut }: MenuProps) {
  return (
    <PickList
      label={label}
      placeholder="Choose"
      options={options}
      selected={typeof value === 'string' ? [value] : []}
      onPick={([picked]) => {
        if (picked !== undefined) onPut(picked);
      }}
    />
  );
}
