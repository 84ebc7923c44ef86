import type { ChannelView, PersonView } from '../stage/protocol.ts';
import { Avatar } from './avatar.tsx';
import { look } from './facts.ts';
import { act, attempt, say } from './server.ts';
import {
  botId,
  channelId,
  channels,
  guildName,
  me,
  nameOf,
  panel,
  person,
  persons,
  place,
  unread,
  voice,
} from './state.ts';

/** The left column: channels of the guild, private messages, and who the visitor is. */
export function Side() {
  const list = channels.value;
  const loose = list.filter(({ kind, parentId }) => kind === 'text' && parentId === null);
  return (
    <nav class="side" aria-label="Channels">
      <header class="guild">
        <span class="name">{guildName.value}</span>
      </header>
      <div class="channels">
        {loose.map((channel) => (
          <ChannelRow key={channel.id} channel={channel} />
        ))}
        {list
          .filter(({ kind }) => kind === 'category')
          .map((category) => (
            <Category
              key={category.id}
              category={category}
              inside={list.filter(({ parentId }) => parentId === category.id)}
            />
          ))}
        <section>
          <h2>Direct messages</h2>
          {list
            .filter(({ kind }) => kind === 'dm')
            .map((channel) => (
              <ChannelRow key={channel.id} channel={channel} />
            ))}
        </section>
      </div>
      <Persons />
    </nav>
  );
}

function Category({ category, inside }: { readonly category: ChannelView; readonly inside: readonly ChannelView[] }) {
  return (
    <section>
      <h2>{category.name}</h2>
      {inside.map((channel) =>
        channel.kind === 'voice' ? (
          <VoiceRow key={channel.id} channel={channel} />
        ) : (
          <ChannelRow key={channel.id} channel={channel} />
        ),
      )}
    </section>
  );
}

function ChannelRow({ channel }: { readonly channel: ChannelView }) {
  const { id, name, kind } = channel;
  const news = unread.value.get(id);
  const here = id === channelId.value;
  const fresh = !here && (news?.count ?? 0) > 0;
  const pings = here ? 0 : (news?.pings ?? 0);
  return (
    <button
      type="button"
      class={`channel ${here ? 'here' : ''} ${fresh ? 'fresh' : ''}`}
      aria-current={here ? 'page' : undefined}
      aria-label={`${kind === 'dm' ? 'Direct messages with' : 'Channel'} ${name}${fresh ? ', unread' : ''}`}
      onClick={() => {
        look(id);
        place.value = 'chat';
      }}
    >
      {kind === 'dm' ? (
        <Avatar id={botId.value} small />
      ) : (
        <span class="mark" aria-hidden="true">
          #
        </span>
      )}
      <span class="name">{name}</span>
      {pings > 0 && <span class="pings">{pings}</span>}
    </button>
  );
}

/** Pressing it joins, pressing again leaves; who is inside stands below. */
function VoiceRow({ channel }: { readonly channel: ChannelView }) {
  const { id, name, inVoice, status } = channel;
  const inside = inVoice.includes(me.value);
  return (
    <>
      <button
        type="button"
        class={`channel voice ${inside ? 'here' : ''}`}
        onClick={() => attempt(inside ? { kind: 'leave-voice' } : { kind: 'join-voice', channelId: id })}
      >
        <span class="mark" aria-hidden="true">
          🔊
        </span>
        <span class="name">{name}</span> <span class="verb">{inside ? 'Leave' : 'Join'}</span>
      </button>
      {status !== null && status !== '' && <p class="voice-status">{status}</p>}
      <ul class="in-voice" aria-label={`In ${name}`}>
        {inVoice.map((userId) => (
          <li key={userId} class={userId === botId.value && voice.value.speaking ? 'speaking' : ''}>
            <Avatar id={userId} small />
            <span>{nameOf(userId)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const PARTS = { admin: 'Admin', reviewer: 'Reviewer', listener: 'Listener' } as const satisfies Record<
  PersonView['part'],
  string
>;

/** One visitor, every part: pressing a name makes them that person. */
function Persons() {
  return (
    <div class="persons">
      <p class="who">
        You are <b>{person.value?.name}</b>, {person.value === undefined ? '' : PARTS[person.value.part].toLowerCase()}
        <span class="about">{person.value?.about}</span>
      </p>
      <fieldset class="faces" aria-label="Be somebody else">
        {persons.value.map(({ id, name, part }) => (
          <button
            key={id}
            type="button"
            class={id === me.value ? 'here' : ''}
            aria-pressed={id === me.value}
            onClick={() => become(id)}
          >
            <Avatar id={id} />
            <span class="name">{name}</span> <span class="part">{PARTS[part]}</span>
          </button>
        ))}
      </fieldset>
    </div>
  );
}

export function become(personId: string): void {
  if (personId === me.value) return;
  act({ kind: 'be', personId }).catch(say);
}

/** Bottom bar of narrow screens. */
export function Places() {
  const go = (next: typeof place.value, open?: typeof panel.value) => () => {
    place.value = next;
    if (open !== undefined) panel.value = open;
  };
  const entries = [
    ['Channels', '☰', place.value === 'channels', go('channels')],
    ['Chat', '💬', place.value === 'chat', go('chat')],
    ['Guide', '🧭', place.value === 'stage' && panel.value === 'guide', go('stage', 'guide')],
    ['LIVE', '🎬', place.value === 'stage' && panel.value === 'live', go('stage', 'live')],
    ['Faults', '⚡', place.value === 'stage' && panel.value === 'faults', go('stage', 'faults')],
  ] as const;
  return (
    <nav class="places" aria-label="Parts of the page">
      {entries.map(([name, sign, here, onClick]) => (
        <button
          key={name}
          type="button"
          class={here ? 'here' : ''}
          aria-current={here ? 'page' : undefined}
          onClick={onClick}
        >
          <span aria-hidden="true">{sign}</span>
          {name}
        </button>
      ))}
    </nav>
  );
}
