import { useRef, useState } from 'preact/hooks';
import type { UploadView } from '../stage/acts.ts';
import type { ChannelView, CommandView } from '../stage/protocol.ts';
import { CommandForm } from './command-form.tsx';
import { CommandPicker, fitting, useCommands } from './command-picker.tsx';
import { Chips, SampleChips } from './file-field.tsx';
import { act, say, uploadFile } from './server.ts';
import { channel, nameOf, replyTo } from './state.ts';

/** Where one writes: a message, files, or a slash for a command. */
export function Composer() {
  const here = channel.value;
  const [command, setCommand] = useState<CommandView | null>(null);
  if (here === undefined) return null;
  if (command !== null) {
    const close = (): void => {
      setCommand(null);
      requestAnimationFrame(() => document.getElementById('composer')?.focus());
    };
    return <CommandForm command={command} channelId={here.id} onClose={close} />;
  }
  if (!here.mayWrite) return <p class="composer locked">You may not write here.</p>;
  return <Writer here={here} onCommand={setCommand} />;
}

interface WriterProps {
  readonly here: ChannelView;
  readonly onCommand: (command: CommandView) => void;
}

function Writer({ here, onCommand }: WriterProps) {
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly UploadView[]>([]);
  const [adding, setAdding] = useState(false);
  const [pointed, setPointed] = useState(0);
  const field = useRef<HTMLTextAreaElement>(null);
  const commands = useCommands(here.id);
  const typed = /^\/(\S.*)?$/.exec(text);
  const offered = typed === null ? [] : fitting(commands, typed[1] ?? '');
  const at = Math.max(0, Math.min(pointed, offered.length - 1));
  const isEmpty = text.trim() === '' && files.length === 0;

  const send = (): void => {
    if (isEmpty) return;
    const handed = files.map(({ upload }) => ({ upload }));
    act({ kind: 'say', channelId: here.id, text, files: handed, replyTo: replyTo.value?.id ?? null })
      .then(() => {
        setText('');
        setFiles([]);
        replyTo.value = null;
      })
      .catch(say);
  };
  const onKey = (event: KeyboardEvent): void => {
    const meaning = event.isComposing ? undefined : meaningOf(event, typed !== null, offered.length > 0);
    if (meaning === undefined) return;
    event.preventDefault();
    if (meaning === 'send') send();
    else if (meaning === 'clear') setText('');
    else if (meaning === 'choose' && offered[at] !== undefined) onCommand(offered[at]);
    else if (meaning === 'down') setPointed(Math.min(offered.length - 1, at + 1));
    else if (meaning === 'up') setPointed(Math.max(0, at - 1));
  };
  return (
    <div class="composer">
      {typed !== null && <CommandPicker commands={offered} at={at} onPoint={setPointed} onChoose={onCommand} />}
      <Replying />
      {files.length > 0 && (
        <div class="attached">
          <Chips files={files} onChange={setFiles} />
        </div>
      )}
      {adding && (
        <Attach
          onAttach={(added) => {
            setAdding(false);
            added.then((file) => setFiles((list) => [...list, file].slice(-10))).catch(say);
          }}
        />
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
          onKeyDown={onKey}
        />
        <button
          type="button"
          class="slash"
          aria-label="Commands"
          onClick={() => {
            setText('/');
            field.current?.focus();
          }}
        >
          /
        </button>
        <button type="button" class="send" aria-label="Send the message" disabled={isEmpty} onClick={send}>
          ➤
        </button>
      </div>
    </div>
  );
}

type Meaning = 'send' | 'choose' | 'clear' | 'down' | 'up';

/** What a key means in the field; undefined = what it always means. While a command is chosen, most mean something else. */
function meaningOf({ key, shiftKey }: KeyboardEvent, choosing: boolean, isOffered: boolean): Meaning | undefined {
  if (!choosing) return key === 'Enter' && !shiftKey ? 'send' : undefined;
  switch (key) {
    case 'Enter':
      return 'choose';
    case 'Tab':
      return isOffered && !shiftKey ? 'choose' : undefined;
    case 'Escape':
      return 'clear';
    case 'ArrowDown':
      return 'down';
    case 'ArrowUp':
      return 'up';
    default:
      return undefined;
  }
}

function Replying() {
  if (replyTo.value === null) return null;
  return (
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
  );
}

function Attach({ onAttach }: { readonly onAttach: (file: Promise<UploadView>) => void }) {
  return (
    <div class="attached">
      <label class="button secondary">
        Browse…
        <input
          type="file"
          class="unseen"
          aria-label="Choose a file"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) onAttach(uploadFile(file));
          }}
        />
      </label>
      <SampleChips onPick={(sample) => onAttach(act({ kind: 'sample', sample }))} />
    </div>
  );
}
