import type { Act, Answers, UploadView } from '../stage/acts.ts';
import type { StageAnswer, StageFact } from '../stage/protocol.ts';
import { takeFact } from './facts.ts';
import { connection, me, toasts } from './state.ts';

/** What the server said no to, in words for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Refusal) => void;
}

const RETRY_MS = [250, 500, 1_000, 2_000] as const;
const TOAST_MS = 6_000;

const waiting = new Map<number, Waiting>();
let socket: WebSocket | undefined;
let count = 0;
let attempts = 0;

export function connect(): void {
  socket = new WebSocket(`ws://${location.host}/socket`);
  socket.addEventListener('open', () => {
    attempts = 0;
    connection.value = 'open';
    // The server starts every visitor as somebody; after a reconnect they stay who they were.
    const was = me.value;
    if (was !== '') void act({ kind: 'be', personId: was }).catch(say);
  });
  socket.addEventListener('message', ({ data }) => hear(String(data)));
  socket.addEventListener('close', () => {
    connection.value = 'lost';
    for (const { reject } of waiting.values()) reject(new Refusal('the demo does not answer'));
    waiting.clear();
    const delay = RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)] ?? 1_000;
    attempts += 1;
    setTimeout(connect, delay);
  });
}

function hear(data: string): void {
  const message = JSON.parse(data) as StageFact | StageAnswer;
  if (message.type !== 'answer') {
    takeFact(message);
    return;
  }
  const request = waiting.get(message.re);
  waiting.delete(message.re);
  if (message.ok) request?.resolve(message.value);
  else request?.reject(new Refusal(message.why));
}

/** Asks the server for one thing. Rejects with a `Refusal` when a real client would not let it happen. */
export function act<A extends Act>(wanted: A): Promise<Answers[A['kind']]> {
  return new Promise((resolve, reject) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      reject(new Refusal('the demo does not answer'));
      return;
    }
    count += 1;
    waiting.set(count, { resolve: (value) => resolve(value as Answers[A['kind']]), reject });
    socket.send(JSON.stringify({ re: count, act: wanted }));
  });
}

/** As `act`, for whatever only needs to be told when it fails. */
export function attempt(wanted: Act): void {
  act(wanted).catch(say);
}

export async function uploadFile(file: File): Promise<UploadView> {
  const response = await fetch(`/upload?name=${encodeURIComponent(file.name)}`, { method: 'POST', body: file });
  if (!response.ok) throw new Refusal(`${file.name}: ${(await response.text()).trim()}`);
  return (await response.json()) as UploadView;
}

/** Shows a failure as a note that goes away. */
export function say(failure: unknown): void {
  toast(failure instanceof Error ? failure.message : String(failure), 'bad');
}

export function toast(text: string, tone: 'info' | 'bad' = 'info'): void {
  count += 1;
  const id = count;
  toasts.value = [...toasts.value.slice(-3), { id, tone, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((each) => each.id !== id);
  }, TOAST_MS);
}
