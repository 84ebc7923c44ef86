import type { Method } from './rest/router.ts';

/** Which requests a fault hits: part of the path, a pattern over it, or a test of both. */
export type RequestMatch = string | RegExp | ((method: Method, path: string) => boolean);

export interface RestFault {
  readonly match?: RequestMatch;
  readonly method?: Method;
  /** Answer this instead of doing anything. */
  readonly status?: number;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Real ms before the request is looked at. */
  readonly delayMs?: number;
  /** Drop the connection: before anything happened, or after it happened but before the answer. */
  readonly abort?: 'before' | 'after';
  /** How often; default until removed. */
  readonly times?: number;
}

interface Active {
  readonly fault: RestFault;
  left: number;
}

const fits = (fault: RestFault, method: Method, path: string): boolean => {
  if (fault.method !== undefined && fault.method !== method) return false;
  const { match } = fault;
  if (match === undefined) return true;
  if (typeof match === 'string') return path.includes(match);
  return match instanceof RegExp ? match.test(path) : match(method, path);
};

/** What goes wrong on purpose. */
export class Faults {
  #active = new Set<Active>();

  /** Switches a REST fault on. Returns how to switch it off. Faults are tried in the order they were added. */
  rest(fault: RestFault): () => void {
    const active: Active = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.add(active);
    return () => this.#active.delete(active);
  }

  clear(): void {
    this.#active.clear();
  }

  /** The fault for this request, used up by one. */
  take(method: Method, path: string): RestFault | undefined {
    for (const active of this.#active) {
      if (!fits(active.fault, method, path)) continue;
      active.left -= 1;
      if (active.left <= 0) this.#active.delete(active);
      return active.fault;
    }
    return undefined;
  }
}
