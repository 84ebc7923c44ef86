import { z } from 'zod';
import type { ChoiceView, CommandView, Outcome } from './protocol.ts';

/** What the page may ask for. Shapes only: whether a person may do it is for the people of the sandbox to say. */

const id = z.string().max(100);
const upload = z.strictObject({ upload: id });
const optionValue = z.union([z.string().max(6_000), z.number(), z.boolean(), upload]);
const options = z.record(z.string().max(32), optionValue);
const field = z.union([z.string().max(4_000), z.boolean(), z.array(id).max(25), z.array(upload).max(10)]);
const command = { channelId: id, path: z.string().max(100) };
const onMessage = { channelId: id, messageId: id };
const viewer = z.string().regex(/^[\w.]{1,24}$/);

/** What somebody who watches does. */
const viewerDeed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('chat'), viewer, text: z.string().min(1).max(150) }),
  z.strictObject({ kind: z.literal('like'), viewer, count: z.int().min(1).max(100) }),
  z.strictObject({ kind: z.enum(['join', 'share', 'follow', 'subscribe']), viewer }),
  z.strictObject({ kind: z.literal('gift'), viewer, gift: z.string().max(40), repeat: z.int().min(1).max(999) }),
]);

const liveDeed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('start') }),
  z.strictObject({ kind: z.literal('end') }),
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({ kind: z.literal('crowd'), perSecond: z.int().min(0).max(500) }),
  z.strictObject({ kind: z.literal('add-viewer'), viewer }),
  viewerDeed,
]);

const faultDeed = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('kill-bot') }),
  z.strictObject({ kind: z.literal('restart-bot') }),
  z.strictObject({ kind: z.literal('drop-gateway') }),
  z.strictObject({ kind: z.literal('drop-voice') }),
  z.strictObject({ kind: z.literal('late-discord'), ms: z.int().min(0).max(2_500) }),
  z.strictObject({ kind: z.literal('limit-signing'), on: z.boolean() }),
]);

export const actSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('be'), personId: id }),
  z.strictObject({
    kind: z.literal('say'),
    channelId: id,
    text: z.string().max(8_000),
    files: z.array(upload).max(10),
    replyTo: id.nullable(),
  }),
  z.strictObject({ kind: z.literal('delete'), ...onMessage }),
  z.strictObject({ kind: z.literal('commands'), channelId: id }),
  z.strictObject({ kind: z.literal('slash'), ...command, options }),
  z.strictObject({
    kind: z.literal('complete'),
    ...command,
    option: z.string().max(32),
    text: z.string().max(1_000),
    options,
  }),
  z.strictObject({ kind: z.literal('click'), ...onMessage, customId: id }),
  z.strictObject({ kind: z.literal('select'), ...onMessage, customId: id, values: z.array(id).max(25) }),
  z.strictObject({ kind: z.literal('message-menu'), ...onMessage, command: z.string().max(32) }),
  z.strictObject({ kind: z.literal('modal'), from: id, fields: z.record(id, field) }),
  z.strictObject({ kind: z.literal('join-voice'), channelId: id }),
  z.strictObject({ kind: z.literal('leave-voice') }),
  z.strictObject({ kind: z.literal('live'), deed: liveDeed }),
  z.strictObject({ kind: z.literal('fault'), deed: faultDeed }),
  z.strictObject({ kind: z.literal('show'), run: z.union([z.literal('all'), z.literal('stop'), id]) }),
  z.strictObject({ kind: z.literal('ask-overlay') }),
  z.strictObject({ kind: z.literal('sample'), sample: id }),
]);

export const requestSchema = z.strictObject({ re: z.int(), act: actSchema });

export type Act = z.infer<typeof actSchema>;
export type StageRequest = z.infer<typeof requestSchema>;
export type ViewerDeed = z.infer<typeof viewerDeed>;
export type LiveDeed = z.infer<typeof liveDeed>;
export type FaultDeed = z.infer<typeof faultDeed>;
export type UploadRef = z.infer<typeof upload>;
export type OptionValue = z.infer<typeof optionValue>;
export type FieldValue = z.infer<typeof field>;
export type ActKind = Act['kind'];

/** A file that lies on the server, ready to be handed over. */
export interface UploadView {
  readonly upload: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** What each act is answered with. */
export interface Answers extends Record<ActKind, unknown> {
  readonly be: null;
  readonly say: null;
  readonly delete: null;
  readonly commands: readonly CommandView[];
  readonly slash: Outcome;
  readonly complete: readonly ChoiceView[];
  readonly click: Outcome;
  readonly select: Outcome;
  readonly 'message-menu': Outcome;
  readonly modal: Outcome;
  readonly 'join-voice': null;
  readonly 'leave-voice': null;
  readonly live: null;
  readonly fault: null;
  readonly show: null;
  readonly 'ask-overlay': null;
  readonly sample: UploadView;
}
