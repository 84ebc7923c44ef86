import type { LiveRecorder, LiveRecording } from '../ports/live-recorder.ts';

/** Raw messages of one guild's session, kept while the setting says so. */
export class SwitchedRecording {
  readonly #recorder: LiveRecorder;
  readonly #guildId: string;
  #recording: LiveRecording | null = null;

  constructor(recorder: LiveRecorder, guildId: string) {
    this.#recorder = recorder;
    this.#guildId = guildId;
  }

  write(name: string, message: unknown, at: number): void {
    this.#recording?.write(name, message, at);
  }

  async wish(wanted: boolean, sessionId: number): Promise<void> {
    if (!wanted) return this.close();
    this.#recording ??= this.#recorder.open(this.#guildId, sessionId);
  }

  async close(): Promise<void> {
    const recording = this.#recording;
    this.#recording = null;
    await recording?.close();
  }
}
