import type { PaceRule } from './channel-pace.ts';
import { PANEL_KINDS } from './panel-kinds.ts';
import type { Panel } from './panel-shelf.ts';

/**
 * Which panel of a channel is edited next, and when. Edits are few, so three things are weighed:
 * - a panel that was quiet shows its change at once;
 * - one that was edited just now waits for what else comes, and the last edit of a window is kept until the window is
 *   nearly over: a change right after it would else wait for the whole window;
 * - nobody overtakes a panel that would come too late by it. So every change shows within a window (as long as there are
 *   not more panels than edits), however the changes come.
 */

/** A change in a storm should show within this, ms. */
const AIM_MS = 4_800;
/** A panel counts as one that changes for so long after its last edit, ms. */
const ACTIVE_MS = 30_000;

export interface PickedTurn {
  readonly panel: Panel;
  /** ms since the epoch */
  readonly at: number;
}

/**
 * @param slots when the next edits may start, as many as the rule has; see `ChannelPace.slots`
 * @returns null when nothing is stale
 */
export function pickTurn(
  panels: readonly Panel[],
  slots: readonly number[],
  rule: PaceRule,
  now: number,
): PickedTurn | null {
  const stale = panels.filter(({ dueAt }) => dueAt !== null).sort(byAge);
  const [oldest] = stale;
  const soonest = [...stale].sort((a, b) => dueOf(a, now) - dueOf(b, now) || byAge(a, b))[0];
  if (oldest === undefined || soonest === undefined) return null;
  const overtaken = stale.filter((panel) => panel !== soonest);
  const panel = comeInTime(overtaken, slots.slice(1), rule) ? soonest : oldest;
  const at = Math.max(dueOf(soonest, now), slots[0] ?? now);
  if (now - panel.editedAt >= rule.windowMs) return { panel, at };
  const active = panels.filter(({ dueAt, editedAt }) => dueAt !== null || now - editedAt < ACTIVE_MS).length;
  return { panel, at: Math.max(at, Math.min(keptUntil(active, slots, rule), panel.staleSince + AIM_MS)) };
}

/** After a start all are stale alike, and edits of old messages are few: the reviewer's desk comes first. */
const byAge = (a: Panel, b: Panel) =>
  a.staleSince - b.staleSince || PANEL_KINDS.indexOf(a.kind) - PANEL_KINDS.indexOf(b.kind);

const dueOf = ({ dueAt }: Panel, now: number) => Math.max(dueAt ?? now, now);

/** Whether each of these, oldest first, still gets an edit within the time that the channel's rule allows for. */
function comeInTime(panels: readonly Panel[], slots: readonly number[], { edits, windowMs }: PaceRule): boolean {
  const withinMs = windowMs * Math.ceil((panels.length + 1) / edits);
  return panels.every(({ staleSince }, rank) => (slots[rank] ?? Number.NEGATIVE_INFINITY) <= staleSince + withinMs);
}

/**
 * From when on one more edit leaves enough for a change of everything right after it. With as many panels as edits there
 * is no such time: then each edit is spent as it comes.
 */
function keptUntil(active: number, slots: readonly number[], { edits }: PaceRule): number {
  return active < edits ? (slots[active] ?? 0) - AIM_MS : 0;
}
