import { batch } from '@preact/signals';
import type { ChannelView, Focus, MessageView, SceneView, ShowView, StageFact } from '../stage/protocol.ts';
import * as state from './state.ts';

const FEED_KEPT = 60;
const LOG_KEPT = 200;
const TYPING_MS = 8_000;

/** Channel each person looked at last. */
const lastPlace = new Map<string, string>();
let becoming: ((personId: string) => void) | undefined;

/** How the page turns into somebody else; given by the page itself. */
export function onBecome(become: (personId: string) => void): void {
  becoming = become;
}

export function takeFact(fact: StageFact): void {
  batch(() => take(fact));
}

function take(fact: StageFact): void {
  switch (fact.type) {
    case 'hello':
      state.persons.value = fact.persons;
      state.gifts.value = fact.gifts;
      state.samples.value = fact.samples;
      // A new server counts from the start again.
      state.log.value = [];
      state.feed.value = [];
      break;
    case 'scene':
      takeScene(fact.scene);
      break;
    case 'places':
      takePlaces(fact.channels);
      break;
    case 'names':
      state.users.value = byId(fact.users);
      state.roles.value = byId(fact.roles);
      break;
    case 'message':
      takeMessage(fact.message, fact.fresh);
      break;
    case 'message-gone':
      change(fact.channelId, (list) => list.filter(({ id }) => id !== fact.messageId));
      break;
    case 'typing':
      state.typing.value = { channelId: fact.channelId, userId: fact.userId, until: Date.now() + TYPING_MS };
      break;
    case 'commands-changed':
      state.commandsVersion.value += 1;
      break;
    case 'bot':
      state.bot.value = fact.bot;
      break;
    case 'live':
      state.live.value = fact.live;
      break;
    case 'feed':
      state.feed.value = [...state.feed.value, ...fact.entries].slice(-FEED_KEPT);
      break;
    case 'faults':
      state.faults.value = fact.faults;
      break;
    case 'log': {
      const known = new Set(state.log.value.map(({ id }) => id));
      const fresh = fact.entries.filter(({ id }) => !known.has(id));
      state.log.value = [...state.log.value, ...fresh].slice(-LOG_KEPT);
      break;
    }
    case 'show':
      takeShow(fact.show);
      break;
    case 'overlay':
      state.overlay.value = fact.overlay;
      break;
    case 'voice':
      state.voice.value = fact.voice;
      break;
  }
}

function takeScene(scene: SceneView): void {
  if (state.channelId.value !== '') lastPlace.set(state.me.value, state.channelId.value);
  const grouped = new Map<string, readonly MessageView[]>();
  for (const message of scene.messages) {
    grouped.set(message.channelId, [...(grouped.get(message.channelId) ?? []), message]);
  }
  const isFirst = state.me.value === '';
  state.me.value = scene.me;
  state.guildName.value = scene.guild.name;
  state.botId.value = scene.botId;
  state.users.value = byId(scene.users);
  state.roles.value = byId(scene.roles);
  state.messages.value = grouped;
  state.openModal.value = null;
  state.replyTo.value = null;
  takePlaces(scene.channels);
  const back = lastPlace.get(scene.me);
  if (back !== undefined && scene.channels.some(({ id }) => id === back)) look(back);
  else if (isFirst) readEverything(scene);
}

/** What was there before the page opened is no news. */
function readEverything({ me, messages }: SceneView): void {
  const read = new Map(state.lastRead.value);
  for (const { channelId, id } of messages) read.set(state.readKey(me, channelId), id);
  state.lastRead.value = read;
}

function takePlaces(channels: readonly ChannelView[]): void {
  state.channels.value = channels;
  const here = channels.find(({ id }) => id === state.channelId.value);
  const fallback = channels.find(({ kind }) => kind === 'text');
  if (here === undefined && fallback !== undefined) look(fallback.id);
}

function takeMessage(message: MessageView, fresh: boolean): void {
  const { channelId, id } = message;
  if (state.typing.value?.userId === message.authorId && fresh) state.typing.value = null;
  change(channelId, (list) => {
    const index = list.findIndex((each) => each.id === id);
    if (index === -1) return fresh ? [...list, message].slice(-120) : list;
    return list.with(index, message);
  });
  if (channelId === state.channelId.value && !document.hidden) markRead(channelId);
}

function change(channelId: string, edit: (list: readonly MessageView[]) => readonly MessageView[]): void {
  const next = new Map(state.messages.value);
  next.set(channelId, edit(next.get(channelId) ?? []));
  state.messages.value = next;
}

/** The show leads the visitor along, unless they have gone elsewhere since its last word. */
function takeShow(show: ShowView): void {
  const before = state.show.value.running;
  state.show.value = show;
  const { running } = show;
  if (running === null || running.caption === before?.caption) return;
  follow(running.focus);
}

function follow(focus: Focus): void {
  if (focus.panel !== null) state.panel.value = focus.panel;
  // A narrow screen shows one thing: where something is written goes before where somebody does something.
  if (focus.channelId !== null) state.place.value = 'chat';
  else if (focus.panel !== null) state.place.value = 'stage';
  if (focus.personId !== null && focus.personId !== state.me.value) {
    if (focus.channelId !== null) lastPlace.set(focus.personId, focus.channelId);
    becoming?.(focus.personId);
  } else if (focus.channelId !== null && state.channels.value.some(({ id }) => id === focus.channelId)) {
    look(focus.channelId);
  }
}

export function look(channelId: string): void {
  state.channelId.value = channelId;
  state.replyTo.value = null;
  markRead(channelId);
}

function markRead(channelId: string): void {
  const newest = state.messages.value.get(channelId)?.at(-1)?.id;
  const key = state.readKey(state.me.value, channelId);
  if (newest === undefined || state.lastRead.value.get(key) === newest) return;
  state.lastRead.value = new Map(state.lastRead.value).set(key, newest);
}

const byId = <T extends { readonly id: string }>(list: readonly T[]): ReadonlyMap<string, T> =>
  new Map(list.map((entry) => [entry.id, entry]));
