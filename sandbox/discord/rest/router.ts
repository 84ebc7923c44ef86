import type { Json, JsonObject } from '../json.ts';
import { asObject } from '../json.ts';
import type { FileInput } from '../model.ts';
import type { World } from '../world.ts';
import { refusal } from './api-error.ts';

export interface UploadedFile extends FileInput {
  /** `n` of the field `files[n]`. */
  readonly index: number;
}

/** One request on its way through a route. */
export interface Call {
  readonly world: World;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  readonly files: readonly UploadedFile[];
}

export interface Reply {
  readonly status: number;
  readonly body?: Json;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: Method;
  /** Below /api/v10; parameters as `:name`. */
  readonly path: string;
  /** `bot` needs the bot's token; `open` routes carry an interaction's token in the path instead. */
  readonly auth: 'bot' | 'open';
  readonly handle: (call: Call) => Reply;
}

export interface Matched {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

const split = (path: string): readonly string[] => path.split('/').filter((part) => part !== '');

const fitPath = (pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith(':')) params[expected.slice(1)] = decodeURIComponent(part);
    else if (expected !== part) return undefined;
  }
  return params;
};

/** The first route in the table that fits; literal segments therefore stand before parameters. */
export const matchRoute = (routes: readonly Route[], method: string, path: string): Matched | 'unknown' | 'method' => {
  const parts = split(path);
  let seen = false;
  for (const route of routes) {
    const params = fitPath(split(route.path), parts);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    seen = true;
  }
  return seen ? 'method' : 'unknown';
};

export const param = (call: Call, name: string): string => call.params[name] ?? '';

/** The body as an object; a route that needs one refuses anything else the way Discord does. */
export const bodyObject = (call: Call): JsonObject => {
  if (call.body === undefined) return {};
  const body = asObject(call.body);
  if (body === undefined) throw refusal('invalidJson');
  return body;
};

export const ok = (body: Json): Reply => ({ status: 200, body });
export const created = (body: Json): Reply => ({ status: 201, body });
export const noContent: Reply = { status: 204 };
