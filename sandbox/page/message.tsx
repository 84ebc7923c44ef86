import { useState } from 'preact/hooks';
import type { CommandView, MessageView } from '../stage/protocol.ts';
import { Avatar } from './avatar.tsx';
import { Components, Embed, Files } from './cards.tsx';
import { takeOutcome } from './interact.ts';
import { act, attempt, say, toast } from './server.ts';
import { botId, channel, dismissed, failures, me, nameOf, replyTo } from './state.ts';
import { Line, Markdown } from './text.tsx';

const clock = (at: number): string => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });

/** A message as it stands in the channel. `follows` = the same author went on talking. */
export function Message({ message, follows }: { readonly message: MessageView; readonly follows: boolean }) {
  const { authorId, at } = message;
  const name = nameOf(authorId);
  const failure = failures.value.get(message.id);
  const looks = [
    'message',
    follows ? 'follows' : '',
    message.pings ? 'pings' : '',
    message.ephemeral ? 'ephemeral' : '',
  ];
  return (
    <article class={looks.join(' ')} data-message={message.id} aria-label={`${name}, ${clock(at)}`}>
      <Origin message={message} />
      {!follows && <Avatar id={authorId} />}
      {follows && <span class="at">{clock(at)}</span>}
      <div class="body">
        {!follows && (
          <div class="head">
            <span class="author">{name}</span>
            {authorId === botId.value && <span class="badge">APP</span>}
            <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
          </div>
        )}
        <Content message={message} />
        {failure !== undefined && (
          <p class="failure" role="alert">
            {failure}
          </p>
        )}
        {message.reactions.length > 0 && (
          <div class="reactions">
            {message.reactions.map(({ emoji, count, mine }) => (
              <span key={emoji} class={`reaction ${mine ? 'mine' : ''}`}>
                {emoji} {count}
              </span>
            ))}
          </div>
        )}
        {message.ephemeral && (
          <p class="only-you">
            <span aria-hidden="true">👁</span> Only you can see this ·{' '}
            <button type="button" class="text-button" onClick={() => dismiss(message.id)}>
              Dismiss message
            </button>
          </p>
        )}
      </div>
      <Tools message={message} />
    </article>
  );
}

function dismiss(id: string): void {
  dismissed.value = new Set([...dismissed.value, id]);
}

/** What it answers: another message, or a command. */
function Origin({ message }: { readonly message: MessageView }) {
  if (message.command !== null) {
    return (
      <div class="origin">
        <b>{nameOf(message.command.userId)}</b> used <span class="command">/{message.command.name}</span>
      </div>
    );
  }
  if (message.replyTo === null) return null;
  return (
    <div class="origin">
      <b>{nameOf(message.replyTo.authorId)}</b> <Line text={message.replyTo.text} />
    </div>
  );
}

function Content({ message }: { readonly message: MessageView }) {
  if (message.kind === 'thinking') {
    return (
      <p class="thinking">
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>{' '}
        {nameOf(message.authorId)} is thinking…
      </p>
    );
  }
  if (message.kind === 'pin-notice')
    return <p class="notice">{nameOf(message.authorId)} pinned a message to this channel.</p>;
  return (
    <>
      {message.content !== '' && (
        <div class="content">
          <Markdown text={message.content} />
          {message.edited && <span class="edited">(edited)</span>}
        </div>
      )}
      <Files files={message.files} />
      {message.embeds.map((embed, index) => (
        <Embed key={index} embed={embed} />
      ))}
      {message.components.length > 0 && (
        <div class="components">
          <Components message={message} list={message.components} />
        </div>
      )}
    </>
  );
}

/** Reply, the bot's entries for messages, delete: what a client offers when one points at a message. */
function Tools({ message }: { readonly message: MessageView }) {
  const [entries, setEntries] = useState<readonly CommandView[] | null>(null);
  const here = channel.value;
  if (message.ephemeral || message.kind !== 'message' || here === undefined) return null;
  const { channelId, id: messageId } = message;
  const mayDelete = message.authorId === me.value || here.mayManage;
  const openApps = (): void => {
    if (entries !== null) {
      setEntries(null);
      return;
    }
    act({ kind: 'commands', channelId })
      .then((commands) => setEntries(commands.filter(({ kind }) => kind === 'message')))
      .catch(say);
  };
  const run = (command: string): void => {
    setEntries(null);
    act({ kind: 'message-menu', channelId, messageId, command }).then(takeOutcome).catch(say);
  };
  return (
    <fieldset class={`tools ${entries === null ? '' : 'open'}`} aria-label="Message actions">
      {here.mayWrite && (
        <button
          type="button"
          title="Reply"
          aria-label="Reply"
          onClick={() => {
            replyTo.value = message;
            document.querySelector<HTMLTextAreaElement>('#composer')?.focus();
          }}
        >
          ↩
        </button>
      )}
      <button type="button" title="Apps" aria-label="Apps" aria-expanded={entries !== null} onClick={openApps}>
        ⋯
      </button>
      {mayDelete && (
        <button
          type="button"
          title="Delete message"
          aria-label="Delete message"
          onClick={() => attempt({ kind: 'delete', channelId, messageId })}
        >
          ✕
        </button>
      )}
      {entries !== null && (
        <div class="menu" role="menu" aria-label="Apps">
          {entries.map(({ path }) => (
            <button key={path} type="button" role="menuitem" onClick={() => run(path)}>
              {path}
            </button>
          ))}
          <button
            type="button"
            role="menuitem"
            onClick={() => {
              setEntries(null);
              navigator.clipboard
                .writeText(messageId)
                .then(() => toast('The message id is copied'))
                .catch(say);
            }}
          >
            Copy message id
          </button>
        </div>
      )}
    </fieldset>
  );
}
