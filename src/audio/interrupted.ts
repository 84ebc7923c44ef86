import type { ChildEnd } from './children.ts';

/** Whoever ends a service ends all of its processes at once, ours before us. */
const ASKED_TO_END: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP']);
/** ffmpeg hears those and ends by itself. */
const FFMPEG_ASKED_TO_END = 255;

/** Ended by somebody, not by its own work or its limits: that says nothing about the song. */
export function wasInterrupted(end: ChildEnd): boolean {
  switch (end.kind) {
    case 'cancelled':
      return true;
    case 'killed':
      return ASKED_TO_END.has(end.signal);
    case 'exited':
      return end.code === FFMPEG_ASKED_TO_END;
    default:
      return false;
  }
}
