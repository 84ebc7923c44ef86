import { idArgument } from '../custom-id.ts';

/** How long "Are you sure?" can be answered with yes, in ms. Later the question no longer tells what would happen. */
const CONFIRM_MS = 60_000;

/** @param askedAt unix ms from the button's custom id; one that was forged, or lies in the future, counts as long ago */
export function isConfirmExpired(askedAt: string | undefined, now: number): boolean {
  const askedMsAgo = now - (idArgument(askedAt) ?? 0);
  return askedMsAgo < 0 || askedMsAgo > CONFIRM_MS;
}
