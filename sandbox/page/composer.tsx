import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { UploadView } from '../stage/acts.ts';
import type { CommandView } from '../stage/protocol.ts';
import { CommandForm } from './command-form.tsx';
import { Chips, SampleChips } from './file-field.tsx';
import { act, say, uploadFile } from './server.ts';
import { channel, commandsVersion, nameOf, replyTo } from './state.ts';

/** Keys that mean something else than text in the field, most of them only while a command is being chosen. */
const KEYS = new Set(['Enter', 'Tab', 'ArrowDown', 'ArrowUp', 'Escape']);

/** Where one writes: a message, files, or a slash for a command. */
export function Composer() {
  const here = channel.value;
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly UploadView[]>([]);
  const [command, setCommand] = useState<CommandView | null>(null);
  const [adding, setAdding] = useState(false);
  const [pointed, setPointed] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const commands = useCommands(here?.id ?? '');
  if (here === undefined) return null;

  const typed = /^\/(\S.*)?$/.exec(text);
  const offered = typed === null ? [] : fitting(commands, typed[1] ?? '');
  const at = Math.max(0, Math.min(pointed, offered.length - 1));

  if (command !== null) {
    const close = (): void => {
      setCommand(null);
      setText('');
      requestAnimationFrame(() => field.current?.focus());
    };
    return <CommandForm command={command} channelId={here.id} onClose={close} />;
  }
  if (!here.mayWrite) return <p class="composer locked">You may not write here.</p>;

  const send = (): void => {
    if (text.trim() === '' && files.length === 0) return;
    const replied = replyTo.value?.id ?? null;
    const handed = files.map(({ upload }) => ({ upload }));
    act({ kind: 'say', channelId: here.id, text, files: handed, replyTo: replied })
      .then(() => {
        setText('');
        setFiles([]);
        replyTo.value = null;
      })
      .catch(say);
  };
  const choose = (chosen: CommandView): void => {
    setText('');
    setCommand(chosen);
  };
  const attach = (added: Promise<UploadView>): void => {
    setAdding(false);
    added.then((file) => setFiles((list) => [...list, file].slice(-10))).catch(say);
  };
  return (
    <div class="composer">
      {typed !== null && <CommandPicker commands={offered} at={at} onPoint={setPointed} onChoose={choose} />}
      {replyTo.value !== null && (
        <p class="replying">
          Replying to <b>{nameOf(replyTo.value.authorId)}</b>
          <button
            type="button"
            class="put-away"
            aria-label="Cancel the reply"
            onClick={() => {
              replyTo.value = null;
            }}
          >
            ✕
          </button>
        </p>
      )}
      {files.length > 0 && (
        <div class="attached">
          <Chips files={files} onChange={setFiles} />
        </div>
      )}
      {adding && (
        <div class="attached">
          <label class="button secondary">
            Browse…
            <input
              type="file"
              class="unseen"
              aria-label="Choose a file"
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                if (file !== undefined) attach(uploadFile(file));
              }}
            />
          </label>
          <SampleChips onPick={(sample) => attach(act({ kind: 'sample', sample }))} />
        </div>
      )}
      <div class="line">
        {here.mayUpload && (
          <button
            type="button"
            class="plus"
            aria-label="Attach a file"
            aria-expanded={adding}
            onClick={() => setAdding(!adding)}
          >
            +
          </button>
        )}
        <textarea
          id="composer"
          ref={field}
          rows={1}
          value={text}
          aria-label={`Message ${here.kind === 'dm' ? '@' : '#'}${here.name}`}
          placeholder={`Message ${here.kind === 'dm' ? '@' : '#'}${here.name}, or / for commands`}
          {...(typed === null ? {} : { 'aria-controls': 'commands', 'aria-activedescendant': `command-${at}` })}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setPointed(0);
          }}
          onKeyDown={(event) => {
            if (event.isComposing || !KEYS.has(event.key) || (event.key === 'Enter' && event.shiftKey)) return;
            if (typed === null && event.key !== 'Enter') return;
            event.preventDefault();
            if (typed === null) send();
            else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
              setPointed(Math.max(0, Math.min(offered.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))));
            } else if (event.key === 'Escape') setText('');
            else if (offered[at] !== undefined) choose(offered[at]);
          }}
        />
        <button type="button" class="slash" aria-label="Commands" onClick={() => startCommand(setText, field.current)}>
          /
        </button>
        <button
          type="button"
          class="send"
          aria-label="Send the message"
          disabled={text.trim() === '' && files.length === 0}
          onClick={send}
        >
          ➤
        </button>
      </div>
    </div>
  );
}

function startCommand(setText: (text: string) => void, field: HTMLTextAreaElement | null): void {
  setText('/');
  field?.focus();
}

/** What the person may run in this channel; asked for anew whenever the bot registers commands. */
function useCommands(channelId: string): readonly CommandView[] {
  const [commands, setCommands] = useState<readonly CommandView[]>([]);
  const version = commandsVersion.value;
  useEffect(() => {
    let current = true;
    if (channelId === '') return;
    act({ kind: 'commands', channelId })
      .then((list) => {
        if (current) setCommands(list.filter(({ kind }) => kind === 'slash'));
      })
      .catch(say);
    return () => {
      current = false;
    };
  }, [channelId, version]);
  return commands;
}

function fitting(commands: readonly CommandView[], typed: string): readonly CommandView[] {
  const wanted = typed.trim().toLowerCase();
  const starts = commands.filter(({ path }) => path.startsWith(wanted));
  const holds = commands.filter(
    (each) => !starts.includes(each) && `${each.path} ${each.about}`.toLowerCase().includes(wanted),
  );
  return [...starts, ...holds];
}

interface PickerProps {
  readonly commands: readonly CommandView[];
  readonly at: number;
  readonly onPoint: (at: number) => void;
  readonly onChoose: (command: CommandView) => void;
}

/** The list over the field while a slash is being typed. Its keys are those of the field. */
function CommandPicker({ commands, at, onPoint, onChoose }: PickerProps) {
  useLayoutEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div id="commands" class="command-picker" role="listbox" aria-label="Commands">
      {commands.length === 0 && <p class="none">No command fits. The bot may still be starting.</p>}
      {commands.map((command, index) => (
        <div
          key={command.path}
          id={`command-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          class={index === at ? 'active' : ''}
          onPointerMove={() => onPoint(index)}
          onClick={() => onChoose(command)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') onChoose(command);
          }}
        >
          <span class="path">/{command.path}</span>
          {command.options.slice(0, 4).map(({ name, required }) => (
            <span key={name} class={`option ${required ? '' : 'optional'}`}>
              {name}
            </span>
          ))}
          <span class="about">{command.about}</span>
        </div>
      ))}
    </div>
  );
}
