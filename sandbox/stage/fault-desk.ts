import { Impossible } from '../discord/interaction-model.ts';
import type { Sandbox } from '../start.ts';
import type { FaultDeed } from './acts.ts';
import type { BotDesk } from './bot-desk.ts';
import type { FaultsView } from './protocol.ts';
import type { WireLog } from './wire-log.ts';

/** What a rate-limited sign server asks for. s */
const SIGN_RETRY_SECONDS = 5;

export interface FaultDeskPorts {
  readonly sandbox: Sandbox;
  readonly guildId: string;
  readonly desk: BotDesk;
  readonly log: WireLog;
  readonly onChange: (view: FaultsView) => void;
}

/** Breaks things on purpose, so that a person can watch the bot get over it. */
export class FaultDesk {
  readonly #ports: FaultDeskPorts;
  #lateMs = 0;
  #unlate: (() => void) | undefined;
  #signLimited = false;
  #gatewayUp = false;
  #unsubscribe: (() => void) | undefined;

  constructor(ports: FaultDeskPorts) {
    this.#ports = ports;
  }

  get view(): FaultsView {
    return { lateMs: this.#lateMs, signLimited: this.#signLimited, gatewayUp: this.#gatewayUp };
  }

  start(): void {
    const { discord } = this.#ports.sandbox;
    this.#unsubscribe = discord.world.events.subscribe(({ type }) => {
      if (type.startsWith('gateway-')) this.#look();
    });
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unlate?.();
  }

  do(deed: FaultDeed): void {
    const { sandbox, desk, log, guildId } = this.#ports;
    switch (deed.kind) {
      case 'kill-bot':
        log.add('you', 'bad', 'kill -9: the bot is gone in the middle of everything');
        this.#told(desk.killAndRestart());
        break;
      case 'restart-bot':
        log.add('you', 'info', 'The bot is restarted cleanly');
        this.#told(desk.restart());
        break;
      case 'drop-gateway':
        log.add('you', 'bad', 'The gateway connection is cut');
        sandbox.discord.gateway.drop();
        break;
      case 'drop-voice':
        if (sandbox.voice === undefined || !sandbox.voice.sessions().some(({ closeCode }) => closeCode === undefined))
          throw new Impossible('the bot is in no voice channel');
        log.add('you', 'bad', 'The voice connection is cut');
        sandbox.voice.faults.dropSocket(guildId);
        break;
      case 'late-discord':
        this.#delay(deed.ms);
        break;
      case 'limit-signing':
        this.#limitSigning(deed.on);
        break;
    }
    this.#look();
  }

  #delay(ms: number): void {
    const { sandbox, log } = this.#ports;
    this.#unlate?.();
    this.#unlate = ms === 0 ? undefined : sandbox.discord.faults.rest({ delayMs: ms });
    this.#lateMs = ms;
    log.add(
      'you',
      ms === 0 ? 'good' : 'bad',
      ms === 0 ? 'Discord is in time again' : `Every answer of Discord comes ${ms} ms late`,
    );
  }

  #limitSigning(on: boolean): void {
    const { sandbox, log } = this.#ports;
    const { tiktok } = sandbox;
    if (tiktok === undefined) throw new Impossible('this sandbox has no TikTok');
    tiktok.faults.clear('sign');
    if (on) tiktok.faults.set('sign', { kind: 'rate-limited', retryAfterSeconds: SIGN_RETRY_SECONDS });
    this.#signLimited = on;
    log.add(
      'you',
      on ? 'bad' : 'good',
      on ? `The sign server answers 429, wait ${SIGN_RETRY_SECONDS} s` : 'The sign server answers again',
    );
  }

  /** A bot that does not come back is for the log to tell. */
  #told(work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#ports.log.add('bot', 'bad', error instanceof Error ? error.message.slice(0, 500) : String(error));
    });
  }

  #look(): void {
    this.#gatewayUp = this.#ports.sandbox.discord.gateway.connectedSessions().length > 0;
    this.#ports.onChange(this.view);
  }
}
