/**
 * What becomes of an `npm audit --json` answer. Pure: no clock, no files, no network.
 *
 * @typedef {{ readonly advisory: string, readonly package: string, readonly reason: string, readonly until: string }} Allowed
 * `until`: the last day it holds, `2026-12-31`.
 * @typedef {{ readonly id: string, readonly package: string, readonly severity: string, readonly title: string, readonly url: string }} Advisory
 * @typedef {{ readonly kind: 'judged' | 'unanswered', readonly problems: readonly string[], readonly notes: readonly string[] }} Verdict
 */

const GRAVE = new Set(['high', 'critical']);
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * @param {unknown} answer what npm printed, parsed
 * @param {unknown} allowList the parsed file of what is known and accepted
 * @param {string} today `2026-11-21`
 * @returns {Verdict} problems fail the run, notes do not
 */
export function judgeAudit(answer, allowList, today) {
  const { entries, problems } = readAllowed(allowList, today);
  if (!isRecord(answer))
    return { kind: 'judged', problems: [...problems, 'npm audit printed no JSON object'], notes: [] };
  if (answer.auditReportVersion !== 2 || !isRecord(answer.vulnerabilities)) {
    // What the registry refused, or did not answer at all, names what was asked; other errors (no lock file) do not.
    if (`${answer.uri} ${answer.message}`.includes('/-/npm/v1/security/'))
      return { kind: 'unanswered', problems, notes: [] };
    const said = isRecord(answer.error) ? answer.error.summary : answer.message;
    return {
      kind: 'judged',
      problems: [...problems, `npm audit failed: ${String(said ?? 'unknown report')}`],
      notes: [],
    };
  }
  const grave = advisoriesOf(answer.vulnerabilities).filter(({ severity }) => GRAVE.has(severity));
  const isAllowed = (/** @type {Advisory} */ found) =>
    entries.some((entry) => entry.advisory === found.id && entry.package === found.package);
  const found = grave.filter((advisory) => !isAllowed(advisory));
  const idle = entries.filter(
    (entry) => !grave.some(({ id, package: name }) => id === entry.advisory && name === entry.package),
  );
  return {
    kind: 'judged',
    problems: [...problems, ...found.map((each) => `${each.severity}: ${each.package}: ${each.title} (${each.url})`)],
    notes: [
      ...grave.filter(isAllowed).map(({ id, package: name }) => `accepted for now: ${id} in ${name}`),
      ...idle.map(({ advisory, package: name }) => `no longer needed in the list: ${advisory} in ${name}`),
    ],
  };
}

/** @param {unknown} list @param {string} today */
function readAllowed(list, today) {
  /** @type {Allowed[]} */
  const entries = [];
  /** @type {string[]} */
  const problems = [];
  if (!Array.isArray(list)) return { entries, problems: ['the list of accepted advisories is not a list'] };
  for (const entry of list) {
    if (!isAllowedEntry(entry)) {
      problems.push(`an accepted advisory needs advisory, package, reason and until (a day): ${JSON.stringify(entry)}`);
    } else if (entry.until < today) {
      problems.push(`accepted until ${entry.until} only: ${entry.advisory} in ${entry.package}`);
    } else entries.push(entry);
  }
  return { entries, problems };
}

/** @param {unknown} entry @returns {entry is Allowed} */
function isAllowedEntry(entry) {
  if (!isRecord(entry)) return false;
  const filled = [entry.advisory, entry.package, entry.reason, entry.until].every(
    (field) => typeof field === 'string' && field.trim() !== '',
  );
  return filled && DAY.test(String(entry.until)) && !Number.isNaN(Date.parse(String(entry.until)));
}

/**
 * Each advisory once, where it lies; packages that only depend on such a one name it as text.
 * @param {Readonly<Record<string, unknown>>} vulnerabilities
 */
function advisoriesOf(vulnerabilities) {
  /** @type {Map<string, Advisory>} */
  const found = new Map();
  for (const entry of Object.values(vulnerabilities)) {
    const via = isRecord(entry) && Array.isArray(entry.via) ? entry.via : [];
    for (const advisory of via.filter(isRecord)) {
      const url = String(advisory.url ?? '');
      const id = /GHSA(-[0-9a-z]{4}){3}/.exec(url)?.[0] ?? String(advisory.source ?? url);
      const name = String(advisory.name ?? '');
      const severity = String(advisory.severity ?? '');
      found.set(`${id} ${name}`, { id, package: name, severity, title: String(advisory.title ?? ''), url });
    }
  }
  return [...found.values()];
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
