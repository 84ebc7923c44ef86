import { z } from 'zod';
import { err, ok, type Result } from './lib/result.ts';

/**
 * Everything the process is told from outside. The names of the variables are a contract (README, "Environment"):
 * unset means the real service.
 */
export interface Config {
  readonly discord: {
    readonly token: string;
    /** Application id; the API tells it when unset. */
    readonly clientId?: string;
    /** Commands are registered in this guild only; globally when unset. */
    readonly guildId?: string;
    /** REST base without `/v10` and without a trailing slash, such as `http://127.0.0.1:4000/api`. */
    readonly apiUrl?: string;
    /** Base of CDN and media proxy, without a trailing slash. */
    readonly cdnUrl?: string;
    /** Whether to ask for the privileged intent that lets the bot read messages (passive intake). */
    readonly messageContent: boolean;
  };
  /** Origins: scheme, host and port, without a trailing slash. */
  readonly tiktok: {
    readonly signUrl: string;
    readonly webUrl: string;
    readonly webcastUrl: string;
    readonly signApiKey?: string;
  };
  /** Folder of everything the bot keeps; relative to the working directory unless absolute. */
  readonly dataDir: string;
  readonly http: {
    /** 0 lets the system choose. */
    readonly port: number;
    readonly host: string;
    /** How people reach the HTTP server, without a trailing slash; unset when it cannot be known. */
    readonly publicUrl?: string;
  };
  readonly programs: {
    /** Configured paths; unset means looked up. */
    readonly ffmpeg?: string;
    readonly ytdlp?: string;
    /** All that child processes see of the environment: where programs, libraries and certificates are. No secret. */
    readonly environment: Readonly<Record<string, string>>;
  };
  readonly logLevel: LogLevel;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One thing to correct. `problem` never holds the value: it may be a secret in the wrong place. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

/** Environment variables as `process.env` has them. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Exit code of a process that cannot start as configured (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

/** Older bots and hosting templates use these names; the first one that is set counts. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  DISCORD_TOKEN: ['BOT_TOKEN', 'DISCORD_BOT_TOKEN'],
  TIKTOK_SIGN_API_KEY: ['SIGN_API_KEY'],
};

/** What templates hold before somebody fills them in: `your_token_here`, `<token>`, `changeme`, `xxxx`. */
const PLACEHOLDER = /^your[_ -]|[_ -]here$|^<.*>$|^change[_ -]?me$|^x{3,}$/i;

const environment = z.object({
  DISCORD_TOKEN: z
    .string({ error: 'is missing. Copy the token from the Discord Developer Portal (your application, page "Bot")' })
    .refine((token) => !/\s/.test(token), 'contains spaces or line breaks: copy the token again, alone'),
  DISCORD_CLIENT_ID: snowflake('the application id').optional(),
  GUILD_ID: snowflake('the id of your server').optional(),
  DISCORD_API_URL: url().optional(),
  DISCORD_CDN_URL: url().optional(),
  MESSAGE_CONTENT: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['on', 'off'], { error: 'must be "on" or "off"' }))
    .default('on'),
  TIKTOK_SIGN_URL: origin().default('https://api.eulerstream.com'),
  TIKTOK_WEB_URL: origin().default('https://www.tiktok.com'),
  TIKTOK_WEBCAST_URL: origin().default('https://webcast.tiktok.com'),
  TIKTOK_SIGN_API_KEY: z.string().optional(),
  DATA_DIR: z.string().default('./data'),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port number from 0 to 65535')
    .default(3000),
  HOST: z.string().optional(),
  PUBLIC_URL: url().optional(),
  FFMPEG_PATH: z.string().optional(),
  YTDLP_PATH: z.string().optional(),
  LOG_LEVEL: z
    .string()
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }))
    .default('info'),
});

/** Reads the environment. Every problem is reported at once; the result is frozen through and through. */
export function parseConfig(env: Env): Result<Config, readonly ConfigProblem[]> {
  const parsed = environment.safeParse(filledIn(env));
  if (!parsed.success) {
    return err(parsed.error.issues.map((issue) => ({ variable: String(issue.path[0]), problem: issue.message })));
  }
  const found = parsed.data;
  const host = found.HOST ?? (isReplit(env) ? '0.0.0.0' : '127.0.0.1');
  const publicUrl = found.PUBLIC_URL ?? derivedPublicUrl(env, host, found.PORT);
  return ok(
    deepFreeze({
      discord: {
        token: found.DISCORD_TOKEN,
        messageContent: found.MESSAGE_CONTENT === 'on',
        ...present({
          clientId: found.DISCORD_CLIENT_ID,
          guildId: found.GUILD_ID,
          apiUrl: found.DISCORD_API_URL,
          cdnUrl: found.DISCORD_CDN_URL,
        }),
      },
      tiktok: {
        signUrl: found.TIKTOK_SIGN_URL,
        webUrl: found.TIKTOK_WEB_URL,
        webcastUrl: found.TIKTOK_WEBCAST_URL,
        ...present({ signApiKey: found.TIKTOK_SIGN_API_KEY }),
      },
      dataDir: found.DATA_DIR,
      http: { port: found.PORT, host, ...present({ publicUrl }) },
      programs: {
        ...present({ ffmpeg: found.FFMPEG_PATH, ytdlp: found.YTDLP_PATH }),
        environment: childEnvironment(env),
      },
      logLevel: found.LOG_LEVEL,
    }),
  );
}

/** For the terminal: one line per problem. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ variable, problem }) => `  ${variable} ${problem}.`);
  return [
    'Skipline cannot start with these settings:',
    ...lines,
    'They belong into .env (see .env.example) or the environment.',
  ].join('\n');
}

/** What must never reach a log line or a message. */
export function configSecrets(config: Config): readonly string[] {
  return [config.discord.token, config.tiktok.signApiKey].filter((secret) => secret !== undefined);
}

/** Trimmed values under their main names, without what is empty or a placeholder. */
function filledIn(env: Env): Record<string, string> {
  const values: Record<string, string> = {};
  for (const variable of Object.keys(environment.shape)) {
    const names = [variable, ...(ALIASES[variable] ?? [])];
    const value = names.map((name) => env[name]?.trim() ?? '').find((text) => text !== '' && !PLACEHOLDER.test(text));
    if (value !== undefined) values[variable] = value;
  }
  return values;
}

const CHILD_VARIABLES = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'SSL_CERT_FILE',
  'NIX_SSL_CERT_FILE',
];

function childEnvironment(env: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(CHILD_VARIABLES.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function isReplit(env: Env): boolean {
  return Boolean(env.REPL_ID) || Boolean(env.REPLIT_DEPLOYMENT);
}

function derivedPublicUrl(env: Env, host: string, port: number): string | undefined {
  const domain = env.REPLIT_DOMAINS?.split(',')[0]?.trim() || env.REPLIT_DEV_DOMAIN?.trim();
  if (domain) return `https://${domain}`;
  // Bound to every interface: by which name others come in cannot be told from here.
  if (port === 0 || host === '0.0.0.0' || host === '::') return undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function snowflake(what: string) {
  return z.string().regex(/^\d{17,20}$/, `must be ${what}: 17 to 20 digits`);
}

/** An http(s) address; a path is allowed, a query is not. */
function url() {
  return z.string().transform((text, context) => {
    const parsed = parseHttpUrl(text);
    if (parsed === undefined || parsed.search !== '' || parsed.hash !== '') {
      context.addIssue('must be an http:// or https:// address without "?" or "#"');
      return z.NEVER;
    }
    return `${parsed.origin}${parsed.pathname}`.replace(/\/+$/, '');
  });
}

function origin() {
  return z.string().transform((text, context) => {
    const parsed = parseHttpUrl(text);
    if (parsed === undefined || parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
      context.addIssue('must be an http:// or https:// address without a path, such as https://www.example.com');
      return z.NEVER;
    }
    return parsed.origin;
  });
}

function parseHttpUrl(text: string): URL | undefined {
  const parsed = URL.parse(text);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol)) return undefined;
  return parsed.username === '' && parsed.password === '' ? parsed : undefined;
}

/** Under exactOptionalPropertyTypes an absent key and an undefined value differ. */
function present<T extends object>(values: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}
