import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

export interface PickOption {
  readonly value: string;
  readonly label: string;
  readonly about?: string;
  readonly emoji?: string;
}

export interface PickListProps {
  /** Accessible name. */
  readonly label: string;
  readonly placeholder: string;
  readonly options: readonly PickOption[];
  readonly selected: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly disabled?: boolean;
  readonly busy?: boolean;
  readonly class?: string;
  readonly onPick: (values: readonly string[]) => void;
}

/** Longer lists can be searched. */
const SEARCH_FROM = 9;

/** A menu as Discord's clients have it: a button that opens a list. One choice is taken at once, several when it closes. */
export function PickList(props: PickListProps) {
  const { label, placeholder, options, selected, disabled = false, busy = false, onPick } = props;
  const max = props.max ?? 1;
  const id = useId();
  const trigger = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>(selected);
  const shown = open && max > 1 ? chosen : selected;
  const names = options.filter(({ value }) => shown.includes(value));

  const face =
    names.length === 0 ? placeholder : names.map((each) => `${each.emoji ?? ''} ${each.label}`.trim()).join(', ');

  const close = (back: boolean): void => {
    setOpen(false);
    if (back) trigger.current?.focus();
    if (max > 1 && chosen.join('\n') !== selected.join('\n') && chosen.length >= (props.min ?? 1)) onPick(chosen);
  };
  const toggle = (value: string): void => {
    if (max === 1) {
      setOpen(false);
      trigger.current?.focus();
      onPick([value]);
      return;
    }
    const without = chosen.filter((each) => each !== value);
    if (without.length < chosen.length) setChosen(without);
    else if (chosen.length < max) setChosen([...chosen, value]);
  };

  return (
    <div class={`pick ${props.class ?? ''}`}>
      <button
        type="button"
        ref={trigger}
        class="pick-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-label={names.length === 0 && label === placeholder ? label : `${label}: ${face}`}
        disabled={disabled || busy}
        onClick={() => {
          setChosen(selected);
          setOpen(!open);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          setChosen(selected);
          setOpen(true);
        }}
      >
        <span class={names.length === 0 ? 'placeholder' : ''}>{face}</span>
        <span class="chevron" aria-hidden="true">
          {busy ? '…' : '⌄'}
        </span>
      </button>
      {open && (
        <Options
          id={id}
          label={label}
          options={options}
          selected={shown}
          several={max > 1}
          anchor={trigger.current}
          onToggle={toggle}
          onClose={close}
        />
      )}
    </div>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly label: string;
  readonly options: readonly PickOption[];
  readonly selected: readonly string[];
  readonly several: boolean;
  readonly anchor: HTMLElement | null;
  readonly onToggle: (value: string) => void;
  readonly onClose: (back: boolean) => void;
}

function Options({ id, label, options, selected, several, anchor, onToggle, onClose }: OptionsProps) {
  const box = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(
    Math.max(
      0,
      options.findIndex(({ value }) => selected.includes(value)),
    ),
  );
  const searchable = options.length >= SEARCH_FROM;
  const fitting = useMemo(
    () => options.filter((each) => `${each.label} ${each.about ?? ''}`.toLowerCase().includes(typed.toLowerCase())),
    [options, typed],
  );
  const optionId = (index: number): string => `${id}-${index}`;

  useLayoutEffect(() => {
    if (box.current === null || anchor === null) return;
    // In the top layer no scrolling parent cuts it off, and it stands above dialogs.
    box.current.showPopover();
    stand(box.current, anchor);
    (field.current ?? list.current)?.focus();
  }, [anchor]);
  useEffect(() => {
    const outside = (event: PointerEvent): void => {
      const target = event.target as Node;
      if (box.current?.contains(target) !== true && anchor?.contains(target) !== true) onClose(false);
    };
    document.addEventListener('pointerdown', outside, true);
    return () => document.removeEventListener('pointerdown', outside, true);
  });
  useEffect(() => {
    document.getElementById(optionId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -active,
      End: fitting.length - 1 - active,
    };
    const step = steps[event.key];
    const inText = event.target === field.current;
    if (step !== undefined && !(inText && (event.key === 'Home' || event.key === 'End'))) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(fitting.length - 1, active + step)));
    } else if (event.key === 'Enter' || (event.key === ' ' && !inText)) {
      event.preventDefault();
      const option = fitting[active];
      if (option !== undefined) onToggle(option.value);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      event.stopPropagation();
      onClose(true);
    }
  };

  return (
    <div ref={box} popover="manual" class="pick-box">
      {searchable && (
        <input
          ref={field}
          type="text"
          class="pick-search"
          role="combobox"
          aria-label={`Search: ${label}`}
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={optionId(active)}
          placeholder="Search"
          value={typed}
          onKeyDown={onKey}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            setActive(0);
          }}
        />
      )}
      <div
        id={`${id}-list`}
        ref={list}
        class="pick-options"
        role="listbox"
        aria-label={label}
        aria-multiselectable={several}
        // The list takes the keys when there is no search field.
        tabIndex={searchable ? -1 : 0}
        aria-activedescendant={optionId(active)}
        onKeyDown={onKey}
      >
        {fitting.map((option, index) => (
          <div
            key={option.value}
            id={optionId(index)}
            role="option"
            tabIndex={-1}
            aria-selected={selected.includes(option.value)}
            class={`pick-option ${index === active ? 'active' : ''}`}
            onPointerMove={() => setActive(index)}
            onClick={() => onToggle(option.value)}
            onKeyDown={onKey}
          >
            {option.emoji !== undefined && option.emoji !== '' && <span class="emoji">{option.emoji}</span>}
            <span class="words">
              <span class="label">{option.label}</span>
              {option.about !== undefined && option.about !== '' && <span class="about">{option.about}</span>}
            </span>
            {several && (
              <span class="tick" aria-hidden="true">
                {selected.includes(option.value) ? '☑' : '☐'}
              </span>
            )}
          </div>
        ))}
      </div>
      {fitting.length === 0 && <p class="none">Nothing found</p>}
      {several && (
        <button type="button" class="button primary" onClick={() => onClose(true)}>
          Done
        </button>
      )}
    </div>
  );
}

/** Below the button where there is room, else above it. */
function stand(box: HTMLElement, anchor: HTMLElement): void {
  const rect = anchor.getBoundingClientRect();
  const width = Math.max(rect.width, Math.min(280, innerWidth - 16));
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(8, Math.min(rect.left, innerWidth - width - 8))}px`;
  const below = innerHeight - rect.bottom - 12;
  const above = rect.top - 12;
  const useAbove = below < 260 && above > below;
  box.style.maxHeight = `${Math.max(120, Math.min(340, useAbove ? above : below))}px`;
  box.style.top = useAbove ? 'auto' : `${rect.bottom + 4}px`;
  box.style.bottom = useAbove ? `${innerHeight - rect.top + 4}px` : 'auto';
}
