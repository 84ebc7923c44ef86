import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { CommandView } from '../stage/protocol.ts';
import { act, say } from './server.ts';
import { commandsVersion } from './state.ts';

/** What the person may run in this channel; asked for anew whenever the bot registers commands. */
export function useCommands(channelId: string): readonly CommandView[] {
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

/** Those whose names begin with what was typed, then those that hold it anywhere. */
export function fitting(commands: readonly CommandView[], typed: string): readonly CommandView[] {
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
export function CommandPicker({ commands, at, onPoint, onChoose }: PickerProps) {
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
