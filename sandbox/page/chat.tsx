import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MessageView } from '../stage/protocol.ts';
import { Composer } from './composer.tsx';
import { Message } from './message.tsx';
import { bot, channel, dismissed, me, messages, nameOf, now, place, show, typing } from './state.ts';

/** A pause after which the name is shown again. ms */
const SAME_BREATH_MS = 7 * 60_000;
/** This near the end a reader wants to see what comes next. px */
const NEAR_END_PX = 160;

/** The channel in the middle: its messages, and where to write. */
export function Chat() {
  const here = channel.value;
  if (here === undefined) return <main class="chat" aria-label="Chat" />;
  const list = (messages.value.get(here.id) ?? []).filter(({ id }) => !dismissed.value.has(id));
  const mark = here.kind === 'dm' ? '@' : here.kind === 'voice' ? '🔊' : '#';
  return (
    <main class="chat" aria-label={`Channel ${here.name}`}>
      <header class="chat-head">
        <button
          type="button"
          class="back"
          aria-label="Back to the channels"
          onClick={() => {
            place.value = 'channels';
          }}
        >
          ‹
        </button>
        <h1>
          <span class="mark" aria-hidden="true">
            {mark}
          </span>
          {here.name}
        </h1>
        <p class="topic">{here.topic}</p>
      </header>
      <Messages key={`${me.value}|${here.id}`} list={list} empty={emptyText(here.kind, here.name)} />
      <TypingLine channelId={here.id} />
      {bot.value.kind === 'ended' && <p class="bot-gone">The bot is down: {bot.value.why}</p>}
      <Composer key={`${me.value}|${here.id}`} />
    </main>
  );
}

const emptyText = (kind: string, name: string): string =>
  kind === 'dm'
    ? `Private messages between you and ${name} stand here.`
    : `Nothing has happened in #${name} yet. Type / to see what the bot can do, or let the guide show you.`;

function Messages({ list, empty }: { readonly list: readonly MessageView[]; readonly empty: string }) {
  const box = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  // After every change, also of heights: whoever reads the end goes on reading the end.
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null && stays.current) element.scrollTop = element.scrollHeight;
  });
  useLayoutEffect(() => {
    const element = box.current;
    const inside = element?.firstElementChild;
    if (element == null || inside == null) return;
    const observer = new ResizeObserver(() => {
      if (stays.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(inside);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const wanted = show.value.running?.focus.messageId ?? null;
  const isHere = wanted !== null && list.some(({ id }) => id === wanted);
  // The show points at a message; when it points elsewhere, the end is what counts again.
  useLayoutEffect(() => {
    if (!isHere) return;
    stays.current = false;
    box.current?.querySelector(`[data-message="${wanted}"]`)?.scrollIntoView({ block: 'start' });
    return () => {
      stays.current = true;
    };
  }, [wanted, isHere]);
  return (
    <div
      class="messages"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the history has to be scrollable with the keyboard
      tabIndex={0}
      role="log"
      aria-label="Messages"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        stays.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
      }}
    >
      <div class="inside">
        {list.length === 0 && <p class="empty">{empty}</p>}
        {list.map((message, index) => (
          <Message key={message.id} message={message} follows={follows(list[index - 1], message)} />
        ))}
      </div>
    </div>
  );
}

const follows = (before: MessageView | undefined, message: MessageView): boolean =>
  before !== undefined &&
  before.authorId === message.authorId &&
  before.ephemeral === message.ephemeral &&
  message.command === null &&
  message.replyTo === null &&
  before.kind === 'message' &&
  message.at - before.at < SAME_BREATH_MS;

function TypingLine({ channelId }: { readonly channelId: string }) {
  const who = typing.value;
  const isTyping = who !== null && who.channelId === channelId && who.until > now.value;
  return <p class="typing">{isTyping ? `${nameOf(who.userId)} is typing…` : ''}</p>;
}
