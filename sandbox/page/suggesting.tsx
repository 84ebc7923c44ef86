import { useEffect, useId, useState } from 'preact/hooks';
import type { OptionValue } from '../stage/acts.ts';
import type { ChoiceView, CommandView, OptionView } from '../stage/protocol.ts';
import { act } from './server.ts';

export interface SuggestingProps {
  readonly option: OptionView;
  readonly command: CommandView;
  readonly channelId: string;
  /** What the other options hold so far: the bot may look at them. */
  readonly values: Readonly<Record<string, OptionValue>>;
  readonly label: string;
  readonly onPut: (value: OptionValue | undefined) => void;
}

/** Typing is quiet for this long before the bot is asked. ms */
const ASK_AFTER_MS = 180;

/** A text option for which the bot suggests: what is shown and what is sent may differ. */
export function Suggesting({ option, command, channelId, values, onPut, label }: SuggestingProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [choices, setChoices] = useState<readonly ChoiceView[]>([]);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [note, setNote] = useState('');
  useEffect(() => {
    if (!open) return;
    let current = true;
    const others = Object.fromEntries(Object.entries(values).filter(([name]) => name !== option.name));
    const timer = setTimeout(() => {
      act({ kind: 'complete', channelId, path: command.path, option: option.name, text, options: others })
        .then((list) => {
          if (!current) return;
          setChoices(list);
          setActive(0);
          setNote(list.length === 0 ? 'No suggestions' : '');
        })
        .catch((error: unknown) => {
          if (current) setNote(error instanceof Error ? error.message : String(error));
        });
    }, ASK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // Other options do not change while this one is typed into.
  }, [text, open]);
  const choose = (choice: ChoiceView): void => {
    setText(choice.name);
    setOpen(false);
    onPut(choice.value);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!open || choices.length === 0) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setActive(Math.max(0, Math.min(choices.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter' || event.key === 'Tab') {
      const choice = choices[active];
      if (choice === undefined) return;
      if (event.key === 'Enter') event.preventDefault();
      choose(choice);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      setOpen(false);
    }
  };
  return (
    <div class="suggesting">
      <input
        type="text"
        role="combobox"
        aria-label={label}
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        {...(open && choices.length > 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        placeholder={option.about}
        autocomplete="off"
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
          onPut(event.currentTarget.value === '' ? undefined : event.currentTarget.value);
        }}
      />
      {open && (
        <div id={`${id}-list`} class="suggestions" role="listbox" aria-label={`Suggestions for ${option.name}`}>
          {choices.map((choice, index) => (
            <div
              key={`${choice.value}`}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              class={index === active ? 'active' : ''}
              // Before the field loses the focus.
              onPointerDown={(event) => {
                event.preventDefault();
                choose(choice);
              }}
            >
              {choice.name}
            </div>
          ))}
          {note !== '' && <p class="none">{note}</p>}
        </div>
      )}
    </div>
  );
}
