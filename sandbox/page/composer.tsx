import { useEffect, useRef, useState } from 'preact/hooks';
import type { UploadView } from '../stage/acts.ts';
import type { CommandView } from '../stage/protocol.ts';
import { CommandForm } from './command-form.tsx';
import { Chips, SampleChips } from './file-field.tsx';
import { act, say, uploadFile } from './server.ts';
import { channel, commandsVersion, nameOf, replyTo } from './state.ts';

/** Where one writes: a message, files, or a slash for a command. */
export function Composer() {
  const here = channel.value;
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly UploadView[]>([]);
  const [command, setCommand] = useState<CommandView | null>(null);
  const [adding, setAdding] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const commands = useCommands(here?.id ?? '');
  if (here === undefined) return null;

  const typed = /^\/(\S.*)?$/.exec(text);
  const offered = typed === null ? [] : fitting(commands, typed[1] ?? '');

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
      {typed !== null && <CommandPicker commands={offered} onChoose={choose} field={field} />}
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
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing || typed !== null) return;
            event.preventDefault();
            send();
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
  readonly onChoose: (command: CommandView) => void;
  readonly field: { readonly current: HTMLTextAreaElement | null };
}

/** The list over the field while a slash is being typed; arrows and Enter work from within the field. */
function CommandPicker({ commands, onChoose, field }: PickerProps) {
  const [active, setActive] = useState(0);
  const at = Math.min(active, commands.length - 1);
  useEffect(() => {
    document.getElementById(`command-${at}`)?.scrollIntoView({ block: 'nearest' });
    field.current?.setAttribute('aria-activedescendant', `command-${at}`);
    return () => field.current?.removeAttribute('aria-activedescendant');
  }, [at, field]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.target !== field.current) return;
      const chosen = commands[at];
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        setActive(Math.max(0, Math.min(commands.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1))));
      } else if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) {
        event.preventDefault();
        onChoose(chosen);
      }
    };
    document.addEventListener('keydown', onKey, true);
    return () => document.removeEventListener('keydown', onKey, true);
  });
  return (
    <div class="command-picker" role="listbox" aria-label="Commands">
      {commands.length === 0 && <p class="none">No command fits. The bot may still be starting.</p>}
      {commands.map((command, index) => (
        <div
          key={command.path}
          id={`command-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          class={index === at ? 'active' : ''}
          onPointerMove={() => setActive(index)}
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
