/** The sandbox's time: real time plus whatever a test has added with `advance`. */
interface Alarm {
  readonly at: number;
  readonly ring: () => void;
  timer: NodeJS.Timeout | undefined;
}

export class WorldClock {
  #offsetMs = 0;
  #alarms = new Set<Alarm>();

  /** Unix time in ms. */
  now(): number {
    return Date.now() + this.#offsetMs;
  }

  /** Moves time forward; everything that falls due rings before this returns, earliest first. */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError('time only moves forward');
    this.#offsetMs += ms;
    const due = [...this.#alarms].filter((alarm) => alarm.at <= this.now()).sort((a, b) => a.at - b.at);
    for (const alarm of this.#alarms) if (!due.includes(alarm)) this.#arm(alarm);
    for (const alarm of due) this.#ring(alarm);
  }

  /** Rings once after `delayMs` of sandbox time. The timer never keeps the process alive. */
  after(delayMs: number, ring: () => void): { cancel(): void } {
    const alarm: Alarm = { at: this.now() + delayMs, ring, timer: undefined };
    this.#alarms.add(alarm);
    this.#arm(alarm);
    return { cancel: () => this.#drop(alarm) };
  }

  stop(): void {
    for (const alarm of [...this.#alarms]) this.#drop(alarm);
  }

  #arm(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    alarm.timer = setTimeout(() => this.#ring(alarm), Math.min(Math.max(0, alarm.at - this.now()), 0x7fffffff));
    alarm.timer.unref();
  }

  #ring(alarm: Alarm): void {
    if (!this.#alarms.has(alarm)) return;
    if (alarm.at > this.now()) {
      this.#arm(alarm);
      return;
    }
    this.#drop(alarm);
    alarm.ring();
  }

  #drop(alarm: Alarm): void {
    clearTimeout(alarm.timer);
    this.#alarms.delete(alarm);
  }
}
