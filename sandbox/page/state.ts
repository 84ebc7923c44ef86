import { computed, signal } from '@preact/signals';
import type { JsonObject } from '../discord/json.ts';
import type {
  BotView,
  ChannelView,
  FaultsView,
  FeedEntry,
  GiftView,
  LiveView,
  LogEntry,
  MessageView,
  OverlayView,
  PersonView,
  RoleView,
  SampleView,
  ShowView,
  UserView,
  VoiceView,
} from '../stage/protocol.ts';

/** All that the page knows. Changed by `facts.ts` (what the server tells) and by what the visitor does. */

export type Connection = 'connecting' | 'open' | 'lost';
export const connection = signal<Connection>('connecting');

// ---- who and where ----
export const persons = signal<readonly PersonView[]>([]);
export const samples = signal<readonly SampleView[]>([]);
export const gifts = signal<readonly GiftView[]>([]);
export const me = signal('');
export const guildName = signal('');
export const botId = signal('');
export const users = signal<ReadonlyMap<string, UserView>>(new Map());
export const roles = signal<ReadonlyMap<string, RoleView>>(new Map());
export const channels = signal<readonly ChannelView[]>([]);
export const channelId = signal('');
export const messages = signal<ReadonlyMap<string, readonly MessageView[]>>(new Map());
/** Counts up when the bot registers commands. */
export const commandsVersion = signal(0);

export const channel = computed(() => channels.value.find(({ id }) => id === channelId.value));
export const person = computed(() => persons.value.find(({ id }) => id === me.value));

// ---- reading ----
/** Last message read, by person and channel. */
export const lastRead = signal<ReadonlyMap<string, string>>(new Map());
/** Ephemeral answers the visitor has put away. */
export const dismissed = signal<ReadonlySet<string>>(new Set());
export const typing = signal<{ readonly channelId: string; readonly userId: string; readonly until: number } | null>(
  null,
);

export interface Unread {
  readonly count: number;
  readonly pings: number;
}

export const readKey = (personId: string, channel: string): string => `${personId}|${channel}`;

/** Ids are numbers of one length, so that text order is time order. */
export const unread = computed<ReadonlyMap<string, Unread>>(() => {
  const found = new Map<string, Unread>();
  for (const [id, list] of messages.value) {
    const read = lastRead.value.get(readKey(me.value, id)) ?? '';
    const fresh = list.filter((message) => message.id > read && message.authorId !== me.value);
    const isDm = channels.value.some((each) => each.id === id && each.kind === 'dm');
    found.set(id, { count: fresh.length, pings: isDm ? fresh.length : fresh.filter(({ pings }) => pings).length });
  }
  return found;
});

// ---- acting ----
export interface OpenModal {
  readonly from: string;
  readonly modal: JsonObject;
}
export const openModal = signal<OpenModal | null>(null);
/** Controls whose answer is still to come: `message|custom id`. */
export const pending = signal<ReadonlySet<string>>(new Set());
/** What went wrong with a control of a message. */
export const failures = signal<ReadonlyMap<string, string>>(new Map());
export const replyTo = signal<MessageView | null>(null);
export const picture = signal<{ readonly url: string; readonly about: string } | null>(null);

export interface Toast {
  readonly id: number;
  readonly tone: 'info' | 'bad';
  readonly text: string;
}
export const toasts = signal<readonly Toast[]>([]);

// ---- around the chat ----
export const bot = signal<BotView>({ kind: 'off' });
export const live = signal<LiveView | null>(null);
export const feed = signal<readonly FeedEntry[]>([]);
export const faults = signal<FaultsView>({ lateMs: 0, signLimited: false, gatewayUp: false });
export const log = signal<readonly LogEntry[]>([]);
export const show = signal<ShowView>({ chapters: [], running: null, broke: null });
export const overlay = signal<OverlayView>({ kind: 'hint', text: '', mayAsk: false });
export const voice = signal<VoiceView>({ heardAt: null, speaking: false });

export const PANELS = ['guide', 'live', 'faults'] as const;
export type Panel = (typeof PANELS)[number];
export const panel = signal<Panel>('guide');
/** What a narrow screen shows: the guide first, where everything is explained. */
export const place = signal<'channels' | 'chat' | 'stage'>('stage');
/** Ticks every second, for times that are told relative to now. Unix ms. */
export const now = signal(Date.now());

export const nameOf = (id: string): string => users.value.get(id)?.name ?? 'somebody';
