import type { Method } from './rest/router.ts';

/** Which requests a fault hits: part of the path, a pattern over it, or a test of both. */
export type RequestMatch = string | RegExp | ((method: Method, path: string) => boolean);

interface Aim {
  readonly match?: RequestMatch;
  readonly method?: Method;
  /** Answer this status instead of doing anything. */
  readonly status?: number;
  /** Real ms before the request is looked at. */
  readonly delayMs?: number;
  /** How often; default until removed. */
  readonly times?: number;
}

export interface RestFault extends Aim {
  /** Of an injected status: JSON, or text as the edge in front of Discord sends it (HTML). */
  readonly body?: Readonly<Record<string, unknown>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Drop the connection: before anything happened, or after it happened but before the answer. */
  readonly abort?: 'before' | 'after';
}

export interface CdnFault extends Aim {
  /** Announce the whole file and drop the connection after this many bytes. */
  readonly cutAfterBytes?: number;
  /** Announce no length at all. */
  readonly unsized?: boolean;
  /** Send these bytes instead of the file's. */
  readonly bytes?: Uint8Array;
}

interface Active<F> {
  readonly fault: F;
  left: number;
}

const fits = (fault: Aim, method: Method, path: string): boolean => {
  if (fault.method !== undefined && fault.method !== method) return false;
  const { match } = fault;
  if (match === undefined) return true;
  if (typeof match === 'string') return path.includes(match);
  return match instanceof RegExp ? match.test(path) : match(method, path);
};

/** What goes wrong on purpose with one server. Faults are tried in the order they were added. */
class FaultList<F extends Aim> {
  #active = new Set<Active<F>>();

  add(fault: F): () => void {
    const active: Active<F> = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#active.add(active);
    return () => this.#active.delete(active);
  }

  /** The fault for this request, used up by one. */
  take(method: Method, path: string): F | undefined {
    for (const active of this.#active) {
      if (!fits(active.fault, method, path)) continue;
      active.left -= 1;
      if (active.left <= 0) this.#active.delete(active);
      return active.fault;
    }
    return undefined;
  }

  clear(): void {
    this.#active.clear();
  }
}

/** Faults of REST and CDN. Those of the gateway are methods of `GatewayServer`, those of the state methods of `World`. */
export class Faults {
  #rest = new FaultList<RestFault>();
  #cdn = new FaultList<CdnFault>();

  /** Switches a fault on. Returns how to switch it off. */
  rest(fault: RestFault): () => void {
    return this.#rest.add(fault);
  }

  cdn(fault: CdnFault): () => void {
    return this.#cdn.add(fault);
  }

  clear(): void {
    this.#rest.clear();
    this.#cdn.clear();
  }

  takeRest(method: Method, path: string): RestFault | undefined {
    return this.#rest.take(method, path);
  }

  takeCdn(method: Method, path: string): CdnFault | undefined {
    return this.#cdn.take(method, path);
  }
}
