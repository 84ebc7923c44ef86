/** Structured log lines: facts first, then a fixed sentence. Secrets are redacted by the implementation. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: { readonly name: string } & Readonly<Record<string, unknown>>): Logger;
}
