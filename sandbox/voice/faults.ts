/** What a test may break. Everything is off at the start; `clear()` turns it off again. */

export interface IdentifyRefusal {
  readonly code: number;
  /** How many identifies are refused; default 1, `Infinity` for always. */
  readonly times?: number;
  /** Only in this guild; default everywhere. */
  readonly guildId?: string;
}

export interface NetworkDelay {
  /** Added to everything the gateway sends, ms. */
  readonly gatewayMs?: number;
  /** Added to every datagram that arrives, ms. */
  readonly udpMs?: number;
}

interface Budget {
  code: number;
  left: number;
  guildId: string | undefined;
}

type Target = 'all' | string;

export class VoiceFaults {
  readonly #closers: ClosersPort;
  #identify: Budget | undefined;
  #resume: Budget | undefined;
  #upgradeStatus: { status: number; left: number } | undefined;
  #stalled = new Set<Target>();
  #blackHoles = new Set<Target>();
  #muted = new Set<Target>();
  #delay: Required<NetworkDelay> = { gatewayMs: 0, udpMs: 0 };

  constructor(closers: ClosersPort) {
    this.#closers = closers;
  }

  /** Closes the guild's connections with this code. Resumable codes keep the session for a resume. */
  close(guildId: string, code: number): void {
    this.#closers.close(guildId, code);
  }

  /** Cuts the TCP connection without a close frame: the client sees 1006. The session stays resumable. */
  dropSocket(guildId: string): void {
    this.#closers.cut(guildId);
  }

  refuseIdentify(refusal: IdentifyRefusal): void {
    this.#identify = budgetOf(refusal);
  }

  /** Answers every identify with 4017, as Discord does to clients without end-to-end encryption. */
  refuseDaveAlways(): void {
    this.refuseIdentify({ code: 4017, times: Number.POSITIVE_INFINITY });
  }

  refuseResume(refusal: IdentifyRefusal): void {
    this.#resume = budgetOf(refusal);
  }

  /** The next websocket upgrades are answered with this HTTP status, as an overloaded server does. */
  refuseConnections(status: number, times = 1): void {
    this.#upgradeStatus = { status, left: times };
  }

  /** No heartbeat is acknowledged any more: the client gives the connection up after its third. */
  stall(on = true, guildId: Target = 'all'): void {
    flip(this.#stalled, guildId, on);
  }

  /** Datagrams vanish: no IP discovery, no audio. */
  blackHole(on = true, guildId: Target = 'all'): void {
    flip(this.#blackHoles, guildId, on);
  }

  /** Identifies are accepted by nobody and answered by nobody: a join never becomes ready. */
  mute(on = true, guildId: Target = 'all'): void {
    flip(this.#muted, guildId, on);
  }

  delay(delay: NetworkDelay): void {
    this.#delay = { gatewayMs: delay.gatewayMs ?? 0, udpMs: delay.udpMs ?? 0 };
  }

  clear(): void {
    this.#identify = undefined;
    this.#resume = undefined;
    this.#upgradeStatus = undefined;
    this.#stalled.clear();
    this.#blackHoles.clear();
    this.#muted.clear();
    this.#delay = { gatewayMs: 0, udpMs: 0 };
  }

  /** The code to refuse this identify with, counted down; undefined lets it pass. */
  takeIdentifyRefusal(guildId: string): number | undefined {
    return spend(this.#identify, guildId);
  }

  takeResumeRefusal(guildId: string): number | undefined {
    return spend(this.#resume, guildId);
  }

  takeUpgradeRefusal(): number | undefined {
    if (this.#upgradeStatus === undefined || this.#upgradeStatus.left <= 0) return undefined;
    this.#upgradeStatus.left -= 1;
    return this.#upgradeStatus.status;
  }

  isStalled(guildId: string | undefined): boolean {
    return has(this.#stalled, guildId);
  }

  isBlackHole(guildId: string | undefined): boolean {
    return has(this.#blackHoles, guildId);
  }

  isMuted(guildId: string): boolean {
    return has(this.#muted, guildId);
  }

  get gatewayDelayMs(): number {
    return this.#delay.gatewayMs;
  }

  get udpDelayMs(): number {
    return this.#delay.udpMs;
  }
}

/** What the faults need from the gateway. */
export interface ClosersPort {
  close(guildId: string, code: number): void;
  cut(guildId: string): void;
}

const budgetOf = (refusal: IdentifyRefusal): Budget => ({
  code: refusal.code,
  left: refusal.times ?? 1,
  guildId: refusal.guildId,
});

function spend(budget: Budget | undefined, guildId: string): number | undefined {
  if (budget === undefined || budget.left <= 0) return undefined;
  if (budget.guildId !== undefined && budget.guildId !== guildId) return undefined;
  budget.left -= 1;
  return budget.code;
}

function flip(set: Set<Target>, target: Target, on: boolean): void {
  if (on) set.add(target);
  else set.delete(target);
}

const has = (set: ReadonlySet<Target>, guildId: string | undefined): boolean =>
  set.has('all') || (guildId !== undefined && set.has(guildId));
