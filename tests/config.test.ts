import { describe, expect, test } from 'vitest';
import { type Config, configSecrets, describeProblems, type Env, parseConfig } from '../src/config.ts';

const TOKEN = 'MTIz.fake.token-for-tests';

function parsed(env: Env): Config {
  const result = parseConfig({ DISCORD_TOKEN: TOKEN, ...env });
  if (!result.ok) throw new Error(describeProblems(result.error));
  return result.value;
}

function problems(env: Env): Readonly<Record<string, string>> {
  const result = parseConfig(env);
  return result.ok ? {} : Object.fromEntries(result.error.map(({ variable, problem }) => [variable, problem]));
}

describe('the environment', () => {
  test('with a token alone means the real services and the documented defaults', () => {
    expect(parsed({})).toEqual({
      discord: { token: TOKEN, messageContent: true },
      tiktok: {
        signUrl: 'https://api.eulerstream.com',
        webUrl: 'https://www.tiktok.com',
        webcastUrl: 'https://webcast.tiktok.com',
      },
      dataDir: './data',
      http: { port: 3000, host: '127.0.0.1', publicUrl: 'http://127.0.0.1:3000' },
      programs: { environment: {} },
      logLevel: 'info',
    });
  });

  test('can point everything elsewhere', () => {
    expect(
      parsed({
        DISCORD_CLIENT_ID: '123456789012345678',
        GUILD_ID: '223456789012345678',
        DISCORD_API_URL: 'http://127.0.0.1:4000/api/',
        DISCORD_CDN_URL: 'http://127.0.0.1:4001/',
        MESSAGE_CONTENT: 'OFF',
        TIKTOK_SIGN_URL: 'http://127.0.0.1:5000/',
        TIKTOK_WEB_URL: 'http://127.0.0.1:5001',
        TIKTOK_WEBCAST_URL: 'https://localhost:5002',
        TIKTOK_SIGN_API_KEY: 'key-1234',
        DATA_DIR: '/srv/skipline',
        PORT: '0',
        HOST: '0.0.0.0',
        PUBLIC_URL: 'https://show.example.com/bot/',
        FFMPEG_PATH: '/opt/ffmpeg',
        YTDLP_PATH: '/opt/yt-dlp',
        LOG_LEVEL: 'Debug',
      }),
    ).toEqual({
      discord: {
        token: TOKEN,
        clientId: '123456789012345678',
        guildId: '223456789012345678',
        apiUrl: 'http://127.0.0.1:4000/api',
        cdnUrl: 'http://127.0.0.1:4001',
        messageContent: false,
      },
      tiktok: {
        signUrl: 'http://127.0.0.1:5000',
        webUrl: 'http://127.0.0.1:5001',
        webcastUrl: 'https://localhost:5002',
        signApiKey: 'key-1234',
      },
      dataDir: '/srv/skipline',
      http: { port: 0, host: '0.0.0.0', publicUrl: 'https://show.example.com/bot' },
      programs: { ffmpeg: '/opt/ffmpeg', ytdlp: '/opt/yt-dlp', environment: {} },
      logLevel: 'debug',
    });
  });

  test.each([['BOT_TOKEN'], ['DISCORD_BOT_TOKEN']])('accepts %s for the token', (alias) => {
    const result = parseConfig({ DISCORD_TOKEN: 'your_token_here', [alias]: TOKEN });
    expect(result.ok && result.value.discord.token).toBe(TOKEN);
  });

  test('prefers DISCORD_TOKEN to its aliases', () => {
    expect(parsed({ BOT_TOKEN: 'another' }).discord.token).toBe(TOKEN);
  });

  test('accepts SIGN_API_KEY for the sign server key', () => {
    expect(parsed({ SIGN_API_KEY: 'key-5678' }).tiktok.signApiKey).toBe('key-5678');
  });

  test.each([
    ['your_token_here'],
    ['YOUR-BOT-TOKEN'],
    ['put_your_token_here'],
    ['<token>'],
    ['changeme'],
    ['xxxx'],
    ['   '],
    [''],
  ])('takes the placeholder "%s" for unset', (placeholder) => {
    expect(problems({ DISCORD_TOKEN: placeholder })).toHaveProperty('DISCORD_TOKEN');
    expect(parsed({ GUILD_ID: placeholder }).discord).not.toHaveProperty('guildId');
  });

  test('trims what people paste', () => {
    expect(parsed({ DISCORD_TOKEN: ` ${TOKEN}\n` }).discord.token).toBe(TOKEN);
  });

  test.each<[string, Env, Partial<Config['http']>]>([
    ['a workspace', { REPL_ID: 'abc', REPLIT_DEV_DOMAIN: 'abc.replit.dev' }, { publicUrl: 'https://abc.replit.dev' }],
    [
      'a deployment',
      { REPLIT_DEPLOYMENT: '1', REPLIT_DOMAINS: 'a.replit.app,b.example' },
      { publicUrl: 'https://a.replit.app' },
    ],
    [
      'an own address',
      { REPL_ID: 'abc', REPLIT_DOMAINS: 'a.replit.app', PUBLIC_URL: 'https://b.example' },
      { publicUrl: 'https://b.example' },
    ],
  ])('on Replit listens for everybody and knows its address: %s', (_name, env, http) => {
    expect(parsed(env).http).toEqual({ port: 3000, host: '0.0.0.0', ...http });
  });

  test.each<[Env, string | undefined]>([
    [{ HOST: '0.0.0.0' }, undefined],
    [{ PORT: '0' }, undefined],
    [{ HOST: '::1', PORT: '8080' }, 'http://[::1]:8080'],
  ])('derives a public address only when it can be known: %j', (env, expected) => {
    expect(parsed(env).http.publicUrl).toBe(expected);
  });

  test('reports every problem at once, in words, without the values', () => {
    const env = {
      DISCORD_CLIENT_ID: 'abc-secret',
      GUILD_ID: '12',
      DISCORD_API_URL: 'ftp://abc-secret',
      DISCORD_CDN_URL: 'https://user:abc-secret@cdn.example',
      MESSAGE_CONTENT: 'maybe',
      TIKTOK_SIGN_URL: 'https://sign.example/v1',
      TIKTOK_WEB_URL: 'www.tiktok.com',
      TIKTOK_WEBCAST_URL: 'https://webcast.example/?abc-secret',
      PORT: '70000',
      PUBLIC_URL: 'abc-secret',
      LOG_LEVEL: 'loud',
    };
    const found = problems(env);
    expect(Object.keys(found).sort()).toEqual(['DISCORD_TOKEN', ...Object.keys(env)].sort());
    expect(JSON.stringify(found)).not.toContain('abc-secret');
    const result = parseConfig(env);
    expect(result.ok ? '' : describeProblems(result.error)).toContain('PORT must be a port number from 0 to 65535.');
  });

  test('refuses a token with a line break inside', () => {
    expect(problems({ DISCORD_TOKEN: 'first second' })).toHaveProperty('DISCORD_TOKEN');
  });

  test('is frozen once read', () => {
    const config = parsed({});
    for (const part of [config, config.discord, config.tiktok, config.http, config.programs]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test('knows which of its values are secret', () => {
    expect(configSecrets(parsed({ TIKTOK_SIGN_API_KEY: 'key-1234' }))).toEqual([TOKEN, 'key-1234']);
  });
});

describe('what child processes see', () => {
  test('is where programs and certificates are, and no secret', () => {
    const parsed = parseConfig({
      DISCORD_TOKEN: TOKEN,
      PATH: '/bin',
      TIKTOK_SIGN_API_KEY: 'key-1234',
      SSL_CERT_FILE: '/c.pem',
    });
    expect(parsed.ok && parsed.value.programs.environment).toEqual({ PATH: '/bin', SSL_CERT_FILE: '/c.pem' });
  });
});
