import type { Act } from '../stage/acts.ts';
import type { MessageView, Outcome } from '../stage/protocol.ts';
import { act, say } from './server.ts';
import { failures, openModal, pending } from './state.ts';

/** What is done with the outcome of any interaction: a form opens, or the client says what went wrong. */
export function takeOutcome(outcome: Outcome): void {
  if (outcome.kind === 'modal') openModal.value = { from: outcome.from, modal: outcome.modal };
  else if (outcome.kind === 'failed') say(new Error(outcome.text));
}

export const controlKey = (message: MessageView, customId: string): string => `${message.id}|${customId}`;

/** A click or a choice on a message. The control waits, and a failure is written under the message, as in a client. */
export function operate(
  message: MessageView,
  customId: string,
  wanted: Extract<Act, { readonly kind: 'click' | 'select' }>,
): void {
  const key = controlKey(message, customId);
  if (pending.value.has(key)) return;
  pending.value = new Set([...pending.value, key]);
  fail(message.id, undefined);
  act(wanted)
    .then((outcome) => {
      if (outcome.kind === 'failed') fail(message.id, outcome.text);
      else takeOutcome(outcome);
    })
    .catch((error: unknown) => {
      say(error);
    })
    .finally(() => {
      pending.value = new Set([...pending.value].filter((each) => each !== key));
    });
}

function fail(messageId: string, text: string | undefined): void {
  const next = new Map(failures.value);
  if (text === undefined) next.delete(messageId);
  else next.set(messageId, text);
  failures.value = next;
}
