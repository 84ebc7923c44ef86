/**
 * Everything the demo page and its server say to each other, over one websocket. The server tells facts (`StageFact`);
 * the page asks for one act at a time (`acts.ts`) and gets exactly one `answer` per request.
 */
import type { JsonObject } from '../discord/json.ts';

/** What somebody is in the demo's guild. */
export type Part = 'admin' | 'reviewer' | 'listener';

/** Somebody the visitor can be. */
export interface PersonView {
  readonly id: string;
  readonly name: string;
  readonly part: Part;
  /** One line: who this is in the story. */
  readonly about: string;
}

export interface UserView {
  readonly id: string;
  readonly name: string;
  readonly bot: boolean;
}

export interface RoleView {
  readonly id: string;
  readonly name: string;
}

export type ChannelKind = 'text' | 'voice' | 'category' | 'dm';

export interface ChannelView {
  readonly id: string;
  readonly kind: ChannelKind;
  /** Discord's own number, for menus that offer only some types. */
  readonly type: number;
  readonly name: string;
  readonly topic: string;
  readonly parentId: string | null;
  readonly mayWrite: boolean;
  readonly mayUpload: boolean;
  /** May delete what others wrote. */
  readonly mayManage: boolean;
  /** Who sits in it; voice channels only. */
  readonly inVoice: readonly string[];
  /** The status line of a voice channel. */
  readonly status: string | null;
}

export interface FileView {
  readonly id: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string | null;
  readonly url: string;
  readonly spoiler: boolean;
}

export interface ReactionView {
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
}

/** A message on this person's screen. Embeds and components are Discord's JSON with real file addresses. */
export interface MessageView {
  readonly id: string;
  readonly channelId: string;
  readonly authorId: string;
  /** Unix ms. */
  readonly at: number;
  readonly edited: boolean;
  readonly content: string;
  readonly embeds: readonly JsonObject[];
  readonly components: readonly JsonObject[];
  readonly files: readonly FileView[];
  readonly reactions: readonly ReactionView[];
  readonly kind: 'message' | 'thinking' | 'pin-notice';
  /** Only this person sees it. */
  readonly ephemeral: boolean;
  /** Pings this person. */
  readonly pings: boolean;
  readonly replyTo: { readonly authorId: string; readonly text: string } | null;
  /** The slash command or menu entry it answers. */
  readonly command: { readonly userId: string; readonly name: string } | null;
}

export interface ChoiceView {
  readonly name: string;
  readonly value: string | number;
}

/** One option of a command, by Discord's option types. */
export interface OptionView {
  readonly name: string;
  readonly about: string;
  readonly type: number;
  readonly required: boolean;
  readonly autocomplete: boolean;
  readonly choices: readonly ChoiceView[];
  readonly channelTypes: readonly number[];
  readonly min: number | null;
  readonly max: number | null;
  readonly maxLength: number | null;
}

/** One thing a person may run here. Subcommands stand on their own: `tiktok connect`. */
export interface CommandView {
  readonly kind: 'slash' | 'message' | 'user';
  readonly path: string;
  readonly about: string;
  readonly options: readonly OptionView[];
}

/** What came of an interaction, seen from the person. The messages themselves travel as facts. */
export type Outcome =
  | { readonly kind: 'shown' }
  | { readonly kind: 'modal'; readonly from: string; readonly modal: JsonObject }
  /** The client's own words: "This interaction failed". */
  | { readonly kind: 'failed'; readonly text: string };

/** Everything one person sees, at once. */
export interface SceneView {
  readonly me: string;
  readonly guild: { readonly id: string; readonly name: string };
  readonly botId: string;
  readonly users: readonly UserView[];
  readonly roles: readonly RoleView[];
  readonly channels: readonly ChannelView[];
  /** Oldest first, the newest of each channel. */
  readonly messages: readonly MessageView[];
}

export type BotView =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting'; readonly since: number }
  | { readonly kind: 'ready'; readonly since: number; readonly tookMs: number; readonly pid: number }
  /** It ended by itself, or was killed. */
  | { readonly kind: 'ended'; readonly at: number; readonly why: string };

export interface ViewerView {
  readonly handle: string;
  /** Discord name of the person behind the handle, when the story knows one. */
  readonly is: string | null;
}

export interface GiftView {
  readonly name: string;
  readonly coins: number;
  readonly streakable: boolean;
}

export interface LiveTotals {
  readonly comments: number;
  readonly likes: number;
  readonly shares: number;
  readonly follows: number;
  readonly subscriptions: number;
  readonly gifts: number;
  readonly coins: number;
  readonly messages: number;
  /** Messages that no connected bot was there to hear. */
  readonly missed: number;
}

export interface LiveView {
  readonly host: string;
  readonly status: 'offline' | 'live' | 'ended';
  readonly startedAt: number | null;
  readonly watching: number;
  /** Bots connected to the room. */
  readonly connections: number;
  readonly totals: LiveTotals;
  /** Events per second that the slider asks for. */
  readonly crowd: number;
  readonly viewers: readonly ViewerView[];
}

export interface FeedEntry {
  readonly id: number;
  readonly kind: 'chat' | 'like' | 'share' | 'follow' | 'subscribe' | 'gift' | 'join';
  readonly who: string;
  readonly text: string;
}

export interface FaultsView {
  /** Added to every answer of Discord's API, ms. */
  readonly lateMs: number;
  readonly signLimited: boolean;
  readonly gatewayUp: boolean;
}

export type Tone = 'info' | 'good' | 'warn' | 'bad';
export type LogSource = 'bot' | 'discord' | 'tiktok' | 'voice' | 'you';

export interface LogEntry {
  readonly id: number;
  readonly at: number;
  readonly source: LogSource;
  readonly tone: Tone;
  readonly text: string;
}

export interface ChapterView {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly done: boolean;
}

/** Where the visitor should look while the show runs. */
export interface Focus {
  readonly personId: string | null;
  readonly channelId: string | null;
  readonly panel: 'live' | 'faults' | null;
  /** The message in that channel; null = the newest ones. */
  readonly messageId: string | null;
}

export interface ShowView {
  readonly chapters: readonly ChapterView[];
  readonly running: { readonly chapterId: string; readonly caption: string; readonly focus: Focus } | null;
  /** Why the last run stopped before its end. */
  readonly broke: string | null;
}

export type OverlayView =
  /** `path` is served by this server, which fetches it from the bot. */
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'hint'; readonly text: string; readonly mayAsk: boolean };

export interface VoiceView {
  /** Unix ms of the last sound; null = silence so far. */
  readonly heardAt: number | null;
  readonly speaking: boolean;
}

/** A song that the demo itself can hand over, so that nobody has to look for a file. */
export interface SampleView {
  readonly id: string;
  readonly name: string;
  readonly about: string;
}

/** What the server tells without being asked. */
export type StageFact =
  | {
      readonly type: 'hello';
      readonly persons: readonly PersonView[];
      readonly gifts: readonly GiftView[];
      readonly samples: readonly SampleView[];
    }
  | { readonly type: 'scene'; readonly scene: SceneView }
  | { readonly type: 'places'; readonly channels: readonly ChannelView[] }
  | { readonly type: 'names'; readonly users: readonly UserView[]; readonly roles: readonly RoleView[] }
  | { readonly type: 'message'; readonly message: MessageView; readonly fresh: boolean }
  | { readonly type: 'message-gone'; readonly channelId: string; readonly messageId: string }
  | { readonly type: 'typing'; readonly channelId: string; readonly userId: string }
  | { readonly type: 'commands-changed' }
  | { readonly type: 'bot'; readonly bot: BotView }
  | { readonly type: 'live'; readonly live: LiveView }
  | { readonly type: 'feed'; readonly entries: readonly FeedEntry[] }
  | { readonly type: 'faults'; readonly faults: FaultsView }
  | { readonly type: 'log'; readonly entries: readonly LogEntry[] }
  | { readonly type: 'show'; readonly show: ShowView }
  | { readonly type: 'overlay'; readonly overlay: OverlayView }
  | { readonly type: 'voice'; readonly voice: VoiceView };

/** The one answer to a request. `why` is for people: what a client would say. */
export type StageAnswer =
  | { readonly type: 'answer'; readonly re: number; readonly ok: true; readonly value: unknown }
  | { readonly type: 'answer'; readonly re: number; readonly ok: false; readonly why: string };
