import { describe, expect, it } from 'vitest';
import { judgeAudit } from '../../scripts/setup/audit-verdict.mjs';

const TODAY = '2026-11-21';

/** As npm 11 prints it (`auditReportVersion` 2): the advisory lies in `ws`; two others only depend on that. */
function report(severity: string) {
  const advisory = {
    source: 1_119_108,
    name: 'ws',
    dependency: 'ws',
    title: 'ws vulnerable to memory exhaustion by tiny fragments',
    url: 'https://github.com/advisories/GHSA-96hv-2xvq-fx4p',
    severity,
    cwe: ['CWE-400'],
    cvss: { score: 7.5, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    range: '>=8.0.0 <8.21.0',
  };
  const entry = (name: string, isDirect: boolean, via: readonly unknown[], effects: readonly string[]) => ({
    ...{ name, severity, isDirect, via, effects, range: '<8.21.0', nodes: [`node_modules/${name}`] },
    fixAvailable: { name: 'discord.js', version: '13.17.1', isSemVerMajor: true },
  });
  return {
    auditReportVersion: 2,
    vulnerabilities: {
      ws: entry('ws', false, [advisory, advisory], ['@discordjs/ws']),
      '@discordjs/ws': entry('@discordjs/ws', false, ['ws'], ['discord.js']),
      'discord.js': entry('discord.js', true, ['@discordjs/ws'], []),
    },
    metadata: {
      vulnerabilities: { info: 0, low: 0, moderate: 0, high: 3, critical: 0, total: 3 },
      dependencies: { prod: 328, dev: 200, optional: 5, peer: 0, peerOptional: 0, total: 533 },
    },
  };
}

const accepted = (until: string, more: object = {}) => ({
  ...{ advisory: 'GHSA-96hv-2xvq-fx4p', package: 'ws', reason: 'only Discord sends frames', until },
  ...more,
});

describe('a report of npm audit', () => {
  it('without anything is fine', () => {
    const clean = { ...report('high'), vulnerabilities: {} };
    expect(judgeAudit(clean, [], TODAY)).toEqual({ kind: 'judged', problems: [], notes: [] });
  });

  it.each(['high', 'critical'])('with something %s fails, once, at the package it lies in', (severity) => {
    expect(judgeAudit(report(severity), [], TODAY).problems).toEqual([
      `${severity}: ws: ws vulnerable to memory exhaustion by tiny fragments (https://github.com/advisories/GHSA-96hv-2xvq-fx4p)`,
    ]);
  });

  it.each(['info', 'low', 'moderate'])('with something %s does not', (severity) => {
    expect(judgeAudit(report(severity), [], TODAY).problems).toEqual([]);
  });

  it('with something accepted passes up to the last day, and says so', () => {
    for (const until of [TODAY, '2026-12-31'])
      expect(judgeAudit(report('high'), [accepted(until)], TODAY)).toEqual({
        kind: 'judged',
        problems: [],
        notes: ['accepted for now: GHSA-96hv-2xvq-fx4p in ws'],
      });
  });

  it('accepted too long ago fails, also when nothing is found any more', () => {
    const { problems } = judgeAudit(report('high'), [accepted('2026-11-20')], TODAY);
    expect(problems).toEqual([
      'accepted until 2026-11-20 only: GHSA-96hv-2xvq-fx4p in ws',
      expect.stringMatching(/^high: ws/),
    ]);
    expect(
      judgeAudit({ ...report('high'), vulnerabilities: {} }, [accepted('2026-11-20')], TODAY).problems,
    ).toHaveLength(1);
  });

  it.each([
    ['for another package', accepted('2026-12-31', { package: 'undici' })],
    ['for another advisory', accepted('2026-12-31', { advisory: 'GHSA-58qx-3vcg-4xpx' })],
  ])('is not excused by an entry %s, which is said to be idle', (_name, entry) => {
    const { problems, notes } = judgeAudit(report('high'), [entry], TODAY);
    expect(problems).toHaveLength(1);
    expect(notes).toEqual([expect.stringContaining('no longer needed')]);
  });

  it.each([
    ['no reason', accepted('2026-12-31', { reason: ' ' })],
    ['no day', accepted('soon')],
    ['an impossible day', accepted('2026-13-45')],
    ['no text', 'GHSA-96hv-2xvq-fx4p'],
  ])('an accepted advisory with %s fails', (_name, entry) => {
    expect(judgeAudit({ ...report('low') }, [entry], TODAY).problems).toEqual([
      expect.stringContaining('needs advisory'),
    ]);
    expect(judgeAudit({ ...report('low') }, { entry }, TODAY).problems).toHaveLength(1);
  });
});

describe('no report', () => {
  it('because the registry answers no audits is no verdict, and the list is looked at all the same', () => {
    const refusal = {
      message: '405 Method Not Allowed - POST https://registry.example/-/npm/v1/security/advisories/bulk',
      method: 'POST',
      uri: 'https://registry.example/-/npm/v1/security/advisories/bulk',
      headers: { allow: ['GET,HEAD'] },
      statusCode: 405,
      body: '',
      error: { summary: '', detail: '' },
    };
    expect(judgeAudit(refusal, [], TODAY)).toEqual({ kind: 'unanswered', problems: [], notes: [] });
    expect(judgeAudit(refusal, [accepted('2026-01-01')], TODAY).problems).toHaveLength(1);
  });

  it('because the registry can not be reached is no verdict either', () => {
    const message =
      'request to https://registry.example/-/npm/v1/security/advisories/bulk failed, reason: connect ECONNREFUSED';
    const unreachable = { message, error: { summary: '', detail: '' } };
    expect(judgeAudit(unreachable, [], TODAY).kind).toBe('unanswered');
  });

  it.each([
    [
      'npm could not audit',
      { error: { code: 'ENOLOCK', summary: 'This command requires an existing lockfile.', detail: '' } },
    ],
    ['another version of the report', { ...report('low'), auditReportVersion: 3 }],
    ['no JSON', null],
  ])('because of %s fails', (_name, answer) => {
    expect(judgeAudit(answer, [], TODAY)).toMatchObject({ kind: 'judged', problems: [expect.any(String)] });
  });
});
