import { describe, expect, test } from 'vitest';
import { createLog, REDACTED } from '../src/log.ts';

// Put together at run time: a text search for tokens over the repository stays quiet.
const TOKEN = ['MTE4OTk5OTk5OTk5OTk5OTk5OQ', 'GabcdE', 'x'.repeat(38)].join('.');
const KEY = 'euler key/with "signs"';

function recorder(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  const log = createLog({ level, secrets: [TOKEN, KEY, 'abc'], destination: { write: (line) => lines.push(line) } });
  return { log, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

describe('a log line', () => {
  test('is JSON with the level as a word, an ISO time, the facts and the message', () => {
    const { log, last } = recorder();
    log.info({ guild: '1' }, 'ready');
    expect(last()).toEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), guild: '1', msg: 'ready' });
  });

  test('carries the name and the facts of its child logger', () => {
    const { log, last } = recorder();
    log.child({ name: 'live', guild: '1' }).child({ name: 'socket' }).warn({ code: 1006 }, 'closed');
    expect(last()).toMatchObject({ name: 'socket', guild: '1', code: 1006, level: 'warn' });
  });

  test('is not written below the level', () => {
    const { log, text } = recorder('info');
    log.debug({}, 'details');
    expect(text()).toBe('');
  });
});

describe('what strangers write', () => {
  const HOSTILE = [
    'a line\r\n{"level":"error","msg":"forged"}',
    '\u001b[2J\u001b]0;owned\u0007',
    '\u009b31mred',
    '\u202egnp.exe',
    'one\u2028two\u2029three',
    '\u0000\u007f\u0085\u2066',
  ];

  test.each(HOSTILE)('stays one line that does nothing to a terminal, and can be read back: %j', (text) => {
    const { log, text: written, last } = recorder();
    log.warn({ nickname: text, err: new Error(text) }, text);
    expect(written().split('\n')).toHaveLength(2);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(written().trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
    expect(last()).toMatchObject({ nickname: text, err: { message: text }, msg: text });
  });
});

describe('a secret never reaches a line', () => {
  const holders: readonly [string, (secret: string) => object, string?][] = [
    ['a field', (secret) => ({ value: secret })],
    ['a nested field', (secret) => ({ a: { b: [{ c: secret }] } })],
    ['a key', (secret) => ({ [secret]: 1 })],
    ['an error message', (secret) => ({ err: new Error(`401 for Bot ${secret}`) })],
    ['a cause', (secret) => ({ err: new Error('failed', { cause: new Error(`at ${secret}`) }) })],
    ['a cause that is a text', (secret) => ({ err: new Error('failed', { cause: `at ${secret}` }) })],
    ['one of several errors', (secret) => ({ err: new AggregateError([new Error(secret)], 'all failed') })],
    ['the query of an address', (secret) => ({ url: `https://sign.example/?apiKey=${encodeURIComponent(secret)}` })],
    ['an error under another name', (secret) => ({ reason: new Error(secret) })],
  ];

  test.each(holders)('in %s', (_where, facts) => {
    for (const secret of [TOKEN, KEY]) {
      const { log, text, last } = recorder();
      log.error(facts(secret), 'something happened');
      log.error({}, `in the message: ${secret}`);
      log.child({ name: 'child', facts: facts(secret) }).error({}, 'in a child');
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) {
        expect(text()).not.toContain(form);
      }
      expect(text()).toContain(REDACTED);
      expect(last().msg).toBe('in a child');
    }
  });

  test.each(['token', 'authorization', 'apiKey', 'cookie', 'session_id', 'secret_key'])(
    'in a field named %s',
    (key) => {
      const { log, text } = recorder();
      log.info({ [key]: 'unknown-1', deep: { [key]: 'unknown-2', deeper: { [key]: 'unknown-3' } } }, 'named');
      expect(text()).not.toMatch(/unknown-/);
    },
  );

  test('when it is a bot token that nobody configured', () => {
    const { log, text } = recorder();
    const other = TOKEN.replace('GabcdE', 'Fxyz12');
    log.info({ text: `found ${other}.` }, 'pasted by somebody');
    expect(text()).not.toContain(other);
  });

  test('when it is the token of an interaction in an address', () => {
    const { log, last } = recorder();
    const token = 'aW50ZXJhY3Rpb246'.repeat(4);
    const err = Object.assign(new Error('Unknown interaction'), {
      code: 10062,
      method: 'POST',
      url: `https://discord.com/api/v10/interactions/123456789012345678/${token}/callback`,
    });
    log.warn({ err }, 'answer failed');
    expect(last().err).toMatchObject({
      code: 10062,
      method: 'POST',
      url: `https://discord.com/api/v10/interactions/123456789012345678/${REDACTED}/callback`,
    });
  });
});

describe('an error in a line', () => {
  test('has type, message, stack, code and causes', () => {
    class ProbeError extends Error {}
    const { log, last } = recorder();
    const err = Object.assign(new ProbeError('no audio', { cause: new TypeError('end of file') }), { code: 'E_PROBE' });
    log.error({ err }, 'probe failed');
    expect(last().err).toMatchObject({
      type: 'ProbeError',
      message: 'no audio',
      code: 'E_PROBE',
      stack: expect.stringContaining('log.test.ts'),
      cause: { type: 'TypeError', message: 'end of file' },
    });
  });

  test('leaves out what libraries hang on it', () => {
    const { log, text } = recorder();
    const err = Object.assign(new Error('429'), {
      config: { headers: { 'x-key': 'hidden-1' } },
      requestBody: 'hidden-2',
    });
    log.error({ err }, 'request failed');
    expect(text()).not.toContain('hidden-');
  });

  test('whose cause is itself does not hang the log', () => {
    const { log, last } = recorder();
    const err = new Error('circle');
    err.cause = err;
    log.error({ err }, 'round');
    expect(last().err.message).toBe('circle');
  });
});

test('a secret of a few letters is not replaced, it would tear holes into words', () => {
  const { log, last } = recorder();
  log.info({}, 'the abc of logging');
  expect(last().msg).toBe('the abc of logging');
});
