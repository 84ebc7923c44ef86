import type { Environment } from './spawner.ts';

/** A process to be started. */
export interface Wanted {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Environment;
}

/** What the bot asks its fork server. */
export type ForkServerAsk =
  | { readonly kind: 'door'; readonly path: string; readonly secret: string }
  | ({ readonly kind: 'spawn'; readonly id: number } & Wanted)
  | { readonly kind: 'kill'; readonly id: number };

export type ForkServerTold =
  | { readonly kind: 'up' }
  | { readonly kind: 'ended'; readonly id: number; readonly code: number | null; readonly signal: string | null }
  /** The program could not be run. */
  | { readonly kind: 'failed'; readonly id: number };

export type OutputName = 'out' | 'err';

/** The first bytes on a connection: whose output it is. */
export function header(secret: string, id: number, output: OutputName): string {
  return `${secret}${output}${id.toString().padStart(ID_DIGITS, '0')}`;
}

/** Hexadecimal digits. */
export const SECRET_LENGTH = 32;
const ID_DIGITS = 12;
export const HEADER_BYTES = SECRET_LENGTH + 3 + ID_DIGITS;
