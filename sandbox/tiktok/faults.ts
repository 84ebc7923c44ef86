/** What can go wrong with any HTTP answer. */
export type HttpFault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly contentType?: string }
  /** 200 with a verification page instead of what was asked for. */
  | { readonly kind: 'captcha' }
  /** Never answers; the request stays open until the sandbox stops. */
  | { readonly kind: 'hang' }
  /** The connection is cut without an answer. */
  | { readonly kind: 'reset' }
  /** Answers properly, `ms` later. */
  | { readonly kind: 'slow'; readonly ms: number };

/** `19881007 user_not_found`: also reported, at times, for hosts who are live. */
export type PageFault = HttpFault | { readonly kind: 'user-not-found' };
export type RoomInfoFault = HttpFault | { readonly kind: 'age-restricted' };

export type SignFault =
  | HttpFault
  | {
      readonly kind: 'rate-limited';
      /** `Retry-After`, in seconds. */
      readonly retryAfterSeconds?: number;
      /** `X-RateLimit-Reset`, epoch seconds. */
      readonly resetAtSeconds?: number;
      readonly label?: string;
      /** 'html' is what a proxy in front of the sign server answers. */
      readonly body?: 'json' | 'html';
    }
  | { readonly kind: 'premium'; readonly body?: 'json' | 'html' }
  | { readonly kind: 'no-cookies' }
  | { readonly kind: 'no-cursor' }
  | { readonly kind: 'undecodable' };

export type SocketFault =
  /** The upgrade is refused the way TikTok does it: an HTTP answer with a `Handshake-Msg` header. */
  | { readonly kind: 'refuse'; readonly status?: number; readonly handshakeMessage?: string }
  | { readonly kind: 'hang' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slow'; readonly ms: number };

export interface FaultByRoute {
  readonly 'live-page': PageFault;
  readonly 'api-live': PageFault;
  readonly 'room-info': RoomInfoFault;
  readonly 'room-enter': HttpFault;
  readonly 'gift-list': HttpFault;
  readonly 'room-id': HttpFault;
  readonly sign: SignFault;
  readonly 'sign-url': HttpFault;
  readonly socket: SocketFault;
}
export type FaultRoute = keyof FaultByRoute;

export interface FaultScope {
  /** How many requests it hits; without it, all until cleared. */
  readonly times?: number;
  /** Only for this host. */
  readonly handle?: string;
}

interface Rule {
  readonly route: FaultRoute;
  readonly fault: FaultByRoute[FaultRoute];
  readonly handle: string | undefined;
  left: number;
}

/** The switchboard of things that go wrong. The youngest matching fault wins. */
export class Faults {
  #rules: Rule[] = [];

  /** With several routes, each gets its own count of `times`. */
  set<R extends FaultRoute>(route: R | readonly R[], fault: FaultByRoute[R], scope: FaultScope = {}): void {
    const routes: readonly FaultRoute[] = typeof route === 'string' ? [route] : route;
    for (const each of routes) {
      const left = scope.times ?? Number.POSITIVE_INFINITY;
      this.#rules.unshift({ route: each, fault, handle: scope.handle?.toLowerCase(), left });
    }
  }

  clear(...routes: readonly FaultRoute[]): void {
    this.#rules = routes.length === 0 ? [] : this.#rules.filter((rule) => !routes.includes(rule.route));
  }

  /** The fault that hits this request, counted off. */
  take<R extends FaultRoute>(route: R, handle: string | undefined): FaultByRoute[R] | undefined {
    const rule = this.#rules.find(
      (each) => each.route === route && each.left > 0 && (each.handle === undefined || each.handle === handle),
    );
    if (rule === undefined) return undefined;
    rule.left -= 1;
    // `set` ties the fault's type to the route, which the list of mixed rules cannot say.
    return rule.fault as FaultByRoute[R];
  }
}
