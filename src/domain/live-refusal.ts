/** Why a LIVE could not be entered. */
export type LiveRefusal =
  | { readonly kind: 'offline' }
  /** Not found, never live, or hidden by a captcha: TikTok does not tell these apart reliably. */
  | { readonly kind: 'unknown-user' }
  | { readonly kind: 'sign-refused'; readonly status: number }
  /** `retryAfterMs` is what the sign server asked for, 0 when it did not say. */
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  | { readonly kind: 'blocked'; readonly detail: string }
  | { readonly kind: 'age-restricted' }
  | { readonly kind: 'network'; readonly detail: string };
