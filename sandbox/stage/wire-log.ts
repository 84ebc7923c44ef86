import type { World } from '../discord/world.ts';
import type { WorldEvent } from '../discord/world-events.ts';
import type { JournalEntry } from '../tiktok/journal.ts';
import type { TikTok } from '../tiktok/tiktok.ts';
import type { VoiceEvent } from '../voice/voice-events.ts';
import type { VoiceSandbox } from '../voice/voice-sandbox.ts';
import type { LogEntry, LogSource, Tone } from './protocol.ts';

const KEPT = 200;
const TICK_MS = 200;
/** An answer slower than this is worth a line. ms */
const SLOW_MS = 1_000;

type Line = Pick<LogEntry, 'source' | 'tone' | 'text'>;

/** What passes between the bot and the outside, in sentences a person follows. */
export class WireLog {
  readonly #world: World;
  readonly #voice: VoiceSandbox | undefined;
  readonly #tiktok: TikTok | undefined;
  readonly #onEntries: (entries: readonly LogEntry[]) => void;
  readonly #undo: (() => void)[] = [];
  #entries: LogEntry[] = [];
  #fresh: LogEntry[] = [];
  #count = 0;
  #requestsRead = 0;

  constructor(
    world: World,
    voice: VoiceSandbox | undefined,
    tiktok: TikTok | undefined,
    onEntries: (entries: readonly LogEntry[]) => void,
  ) {
    this.#world = world;
    this.#voice = voice;
    this.#tiktok = tiktok;
    this.#onEntries = onEntries;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  start(): void {
    const onVoice = (event: VoiceEvent): void => this.#note(voiceLine(event));
    this.#voice?.on('event', onVoice);
    const timer = setInterval(() => this.#tick(), TICK_MS);
    this.#undo.push(
      this.#world.events.subscribe((event) => this.#note(discordLine(event))),
      () => this.#voice?.off('event', onVoice),
      () => clearInterval(timer),
    );
  }

  stop(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }

  add(source: LogSource, tone: Tone, text: string): void {
    this.#note({ source, tone, text });
  }

  /** A line the bot printed: warnings and errors of its JSON log, and whatever is no JSON. */
  botLine(text: string): void {
    const line = readLog(text);
    if (line === undefined) this.#note({ source: 'bot', tone: 'info', text: text.slice(0, 300) });
    else if (line.level >= 40) this.#note({ source: 'bot', tone: line.level >= 50 ? 'bad' : 'warn', text: line.msg });
  }

  #note(line: Line | undefined): void {
    if (line === undefined) return;
    this.#count += 1;
    const entry: LogEntry = { id: this.#count, at: this.#world.now(), ...line };
    this.#entries = [...this.#entries.slice(1 - KEPT), entry];
    this.#fresh.push(entry);
  }

  #tick(): void {
    const requests = this.#tiktok?.requests ?? [];
    for (const request of requests.slice(this.#requestsRead)) this.#note(tiktokLine(request));
    this.#requestsRead = requests.length;
    if (this.#fresh.length > 0) this.#onEntries(this.#fresh.splice(0));
  }
}

function readLog(text: string): { readonly level: number; readonly msg: string } | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== 'object' || line === null || !('level' in line) || !('msg' in line)) return undefined;
    return { level: Number(line.level), msg: String(line.msg).slice(0, 300) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const line = (source: LogSource, tone: Tone, text: string): Line => ({ source, tone, text });

function discordLine(event: WorldEvent): Line | undefined {
  switch (event.type) {
    case 'gateway-identified':
      return line('discord', 'good', 'The bot logged in at the gateway');
    case 'gateway-resumed':
      return line(
        'discord',
        'good',
        `The bot took its session up again; ${event.replayed} missed events were replayed`,
      );
    case 'gateway-closed':
      return line('discord', 'warn', `The gateway connection ended (${event.code})`);
    case 'commands-registered':
      return line('discord', 'info', `The bot registered ${event.commands.length} commands`);
    case 'rate-limited':
      return line('discord', 'warn', `429 for ${event.method} ${event.path}: wait ${event.retryAfterMs} ms`);
    case 'request': {
      const { method, path, status, code } = event.request;
      if (status < 400 || status === 429) return undefined;
      return line(
        'discord',
        status >= 500 ? 'bad' : 'warn',
        `${status}${code === null ? '' : ` (${code})`} for ${method} ${path}`,
      );
    }
    case 'interaction-answered':
      if (event.answer.kind === 'none') return line('discord', 'bad', 'An interaction got no answer within 3 s');
      if (event.latencyMs < SLOW_MS) return undefined;
      return line('discord', 'warn', `An interaction was answered after ${Math.round(event.latencyMs)} ms`);
    default:
      return undefined;
  }
}

function voiceLine(event: VoiceEvent): Line | undefined {
  switch (event.kind) {
    case 'live':
      return line('voice', 'good', `The bot is in the voice channel (${event.mode})`);
    case 'resumed':
      return line('voice', 'good', 'The bot took its voice connection up again');
    case 'refused':
      return line('voice', 'warn', `The voice server refused the bot (${event.code}: ${event.reason})`);
    case 'closed':
      return line('voice', 'warn', `The voice connection ended (${event.code})`);
    default:
      return undefined;
  }
}

function tiktokLine({ route, handle }: JournalEntry): Line | undefined {
  const about = handle === undefined ? '' : ` of @${handle}`;
  switch (route) {
    case 'sign':
      return line('tiktok', 'info', `The bot asks the sign server for a way into the LIVE${about}`);
    case 'socket':
      return line('tiktok', 'info', `The bot connects to the LIVE${about}`);
    default:
      return undefined;
  }
}
