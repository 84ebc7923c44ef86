import type { World } from '../discord/world.ts';
import type { Sandbox } from '../start.ts';
import type { BotProcess } from '../story/bot-process.ts';
import type { StageArchive } from './archive.ts';
import { BotDesk } from './bot-desk.ts';
import { type Cast, personViews } from './cast.ts';
import { FaultDesk } from './fault-desk.ts';
import { LiveStage } from './live-stage.ts';
import { OverlayFinder } from './overlay-finder.ts';
import type { OverlayView, StageFact, VoiceView } from './protocol.ts';
import { Radio } from './radio.ts';
import { type SampleSongs, sampleViews } from './sample-songs.ts';
import { CHAPTERS } from './show/chapters.ts';
import { ShowDirector, type Teller } from './show/director.ts';
import { Uploads } from './uploads.ts';
import { WireLog } from './wire-log.ts';

/** Sound this recent means that the bot speaks. ms */
const SPEAKING_MS = 300;
const VOICE_TICK_MS = 200;

export interface StageOptions {
  readonly sandbox: Sandbox;
  readonly cast: Cast;
  readonly bot: BotProcess;
  /** Where the bot's own web server listens. */
  readonly botPort: number;
  readonly samples: SampleSongs;
  readonly earlier?: StageArchive;
  /** Told what the show does, beside the page. */
  readonly teller?: Teller;
  /** 1 = for people to watch; 0 = no pauses. */
  readonly pace?: number;
}

/** Everything behind the demo page: the sandbox, the bot, the stage desks, and the facts they tell. */
export class Stage {
  readonly sandbox: Sandbox;
  readonly cast: Cast;
  readonly botPort: number;
  readonly samples: SampleSongs;
  readonly uploads = new Uploads();
  readonly log: WireLog;
  readonly live: LiveStage;
  readonly bot: BotDesk;
  readonly faults: FaultDesk;
  readonly overlay: OverlayFinder;
  readonly show: ShowDirector;
  readonly radio: Radio | undefined;
  readonly #listeners = new Set<(fact: StageFact) => void>();
  #heardAt: number | null = null;
  #toldSpeaking = false;
  #timer: NodeJS.Timeout | undefined;
  #unhear: (() => void) | undefined;

  constructor(options: StageOptions) {
    const { sandbox, cast, bot } = options;
    const { tiktok, voice } = sandbox;
    if (tiktok === undefined) throw new Error('the stage needs a sandbox with TikTok');
    const { world } = sandbox.discord;
    this.sandbox = sandbox;
    this.cast = cast;
    this.botPort = options.botPort;
    this.samples = options.samples;
    this.log = new WireLog(world, voice, tiktok, (entries) => this.#tell({ type: 'log', entries }));
    this.bot = new BotDesk(bot, (view) => this.#tell({ type: 'bot', bot: view }));
    this.live = new LiveStage({
      tiktok,
      earlier: options.earlier,
      onLive: (live) => this.#tell({ type: 'live', live }),
      onFeed: (entries) => this.#tell({ type: 'feed', entries }),
    });
    this.faults = new FaultDesk({
      sandbox,
      guildId: cast.guild.id,
      desk: this.bot,
      log: this.log,
      onChange: (faults) => this.#tell({ type: 'faults', faults }),
    });
    const onOverlay = (overlay: OverlayView): void => this.#tell({ type: 'overlay', overlay });
    this.overlay = new OverlayFinder(world, options.earlier?.overlayPath ?? null, onOverlay);
    this.radio = voice === undefined ? undefined : new Radio(voice, cast.guild.id);
    this.show = new ShowDirector({
      chapters: CHAPTERS,
      stage: this,
      pace: options.pace ?? 1,
      teller: options.teller,
      onChange: (show) => this.#tell({ type: 'show', show }),
    });
  }

  get world(): World {
    return this.sandbox.discord.world;
  }

  /** What the next run has to know. */
  get archive(): StageArchive {
    return { ...this.live.archive, overlayPath: this.overlay.path };
  }

  /** Unix ms of the last sound the bot made; null = none yet. */
  get heardAt(): number | null {
    return this.#heardAt;
  }

  /** Whether the bot made a sound after this moment, or makes one in time. @param since Unix ms */
  soundSince(since: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const { voice } = this.sandbox;
      const finish = (isHeard: boolean): void => {
        clearTimeout(timer);
        voice?.off('frame', listen);
        resolve(isHeard);
      };
      const listen = ({ silence }: { readonly silence: boolean }): void => {
        if (!silence) finish(true);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      voice?.on('frame', listen);
      if (this.#heardAt !== null && this.#heardAt >= since) finish(true);
    });
  }

  start(): void {
    this.log.start();
    this.live.start();
    this.faults.start();
    this.overlay.start();
    this.show.watch();
    this.radio?.start();
    const hear = ({ silence }: { readonly silence: boolean }): void => {
      if (!silence) this.#heardAt = Date.now();
    };
    this.sandbox.voice?.on('frame', hear);
    this.#unhear = () => this.sandbox.voice?.off('frame', hear);
    this.#timer = setInterval(() => {
      const voice = this.#voiceView();
      if (voice.speaking !== this.#toldSpeaking) this.#tell({ type: 'voice', voice });
      this.#toldSpeaking = voice.speaking;
    }, VOICE_TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#unhear?.();
    this.show.close();
    this.radio?.stop();
    this.overlay.stop();
    this.faults.stop();
    this.live.stop();
    this.log.stop();
    await this.bot.stop();
  }

  onFact(listener: (fact: StageFact) => void): void {
    this.#listeners.add(listener);
  }

  /** What a page that has just come needs to know, whoever its visitor is. */
  facts(): readonly StageFact[] {
    return [
      { type: 'hello', persons: personViews(this.cast), gifts: this.live.gifts, samples: sampleViews },
      { type: 'bot', bot: this.bot.view },
      { type: 'live', live: this.live.view },
      { type: 'faults', faults: this.faults.view },
      { type: 'log', entries: this.log.entries },
      { type: 'show', show: this.show.view },
      { type: 'overlay', overlay: this.overlay.view },
      { type: 'voice', voice: this.#voiceView() },
    ];
  }

  #voiceView(): VoiceView {
    const heardAt = this.#heardAt;
    return { heardAt, speaking: heardAt !== null && Date.now() - heardAt < SPEAKING_MS };
  }

  #tell(fact: StageFact): void {
    for (const listener of this.#listeners) listener(fact);
  }
}
