import { isPure } from './layers.ts';
import { child, children, findNodes, nameOf, type SourceFile, type SyntaxNode, walk } from './source.ts';

/** A function of this many lines is two functions; a file of this many is two files. */
export const MAX_FUNCTION_LINES = 100;
export const WANTED_FUNCTION_LINES = 60;
export const MAX_FILE_LINES = 400;

const FUNCTIONS = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
const SUITES = new Set([
  'describe',
  'describe.each',
  'describe.skipIf',
  'describe.runIf',
  'describe.sequential',
  'suite',
]);

export interface LongFunction {
  readonly at: string;
  readonly name: string;
  readonly lines: number;
}

/** Functions longer than `limit`; the callback of a `describe` is a chapter of tests rather than a function. */
export function longFunctions(file: SourceFile, limit: number): readonly LongFunction[] {
  const found: LongFunction[] = [];
  walk(file.program, (node, parents) => {
    if (!FUNCTIONS.includes(node.type) || isSuite(parents.at(-1))) return;
    const lines = file.lineOf(node.end) - file.lineOf(node.start) + 1;
    if (lines > limit)
      found.push({ at: `${file.path}:${file.lineOf(node.start)}`, name: functionName(node, parents), lines });
  });
  return found;
}

/** `catch {}` and `.catch(() => {})`: a failure that nobody will ever hear of. A comment is no handling. */
export function emptyCatches(file: SourceFile): readonly string[] {
  const clauses = findNodes(file, 'CatchClause').filter((node) => children(child(node, 'body'), 'body').length === 0);
  const calls = findNodes(file, 'CallExpression').filter((node) => {
    const callee = child(node, 'callee');
    const [handler] = children(node, 'arguments');
    return child(callee, 'property')?.name === 'catch' && handler !== undefined && isEmptyFunction(handler);
  });
  return [...clauses, ...calls].map((node) => `${file.path}:${file.lineOf(node.start)} empty catch`);
}

/** Replacing our own modules proves nothing about them: fake the wire or the port. */
export function moduleMocks(file: SourceFile): readonly string[] {
  const forbidden = new Set(['vi.mock', 'vi.doMock', 'vi.hoisted', 'vi.stubGlobal', 'jest.mock']);
  return calls(file, (name) => forbidden.has(name)).map(({ at, name }) => `${at} ${name}`);
}

/** `new Promise((done) => setTimeout(done, 50))` and the promise version of setTimeout. A deadline that rejects is fine. */
export function sleeps(file: SourceFile): readonly string[] {
  const imported = findNodes(file, 'ImportDeclaration')
    .filter((node) => /^(node:)?timers\/promises$/.test(String(child(node, 'source')?.value)))
    .filter((node) => children(node, 'specifiers').some((each) => child(each, 'imported')?.name !== 'setImmediate'))
    .map((node) => `${file.path}:${file.lineOf(node.start)} sleeps with node:timers/promises`);
  const promised = findNodes(file, 'NewExpression').flatMap((node) => {
    const [executor] = children(node, 'arguments');
    const [resolve] = children(executor, 'params');
    if (nameOf(child(node, 'callee')) !== 'Promise' || executor === undefined || resolve === undefined) return [];
    const name = nameOf(resolve);
    let waits = false;
    walk(executor, (inner) => {
      if (inner.type !== 'CallExpression' || nameOf(child(inner, 'callee')) !== 'setTimeout') return;
      const [task] = children(inner, 'arguments');
      walkCallees(task, (callee) => {
        if (callee === name) waits = true;
      });
    });
    return waits ? [`${file.path}:${file.lineOf(node.start)} sleeps with setTimeout`] : [];
  });
  return [...imported, ...promised];
}

/** Reading the clock, chance or the environment directly; `Date.UTC(...)` and `new Date(ms)` are arithmetic. */
export function impurities(file: SourceFile): readonly string[] {
  const impure = new Set([
    'Date.now',
    'Math.random',
    'performance.now',
    'setTimeout',
    'setInterval',
    'setImmediate',
    'fetch',
  ]);
  const called = calls(file, (name) => impure.has(name) || name.startsWith('crypto.') || name.startsWith('process.'));
  const now = findNodes(file, 'NewExpression')
    .filter((node) => nameOf(child(node, 'callee')) === 'Date' && children(node, 'arguments').length === 0)
    .map((node) => ({ at: `${file.path}:${file.lineOf(node.start)}`, name: 'new Date()' }));
  return [...called, ...now].map(({ at, name }) => `${at} ${name}: this code gets time and chance from its caller`);
}

/** The environment is read in one place, and only the process itself ends the process or prints. */
export function processFaults(file: SourceFile): readonly string[] {
  const allowed: Readonly<Record<string, readonly string[]>> = {
    'process.env': ['src/main.ts'],
    'process.exit': ['src/main.ts'],
    'process.on': ['src/main.ts', 'src/audio/fork-server-worker.ts'],
    'process.once': ['src/main.ts'],
    'console.log': ['src/main.ts'],
    'console.error': ['src/main.ts'],
    'console.warn': [],
    'console.info': [],
    'console.debug': [],
  };
  return findNodes(file, 'MemberExpression').flatMap((node) => {
    const name = nameOf(node) ?? '';
    const places = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
    if (places === undefined || places.includes(file.path)) return [];
    return [`${file.path}:${file.lineOf(node.start)} ${name} belongs into ${places.join(', ') || 'the log'}`];
  });
}

/** Importing a file starts nothing: at the top level only declarations. */
export function importEffects(file: SourceFile): readonly string[] {
  return children(file.program, 'body')
    .filter(({ type }) => /Statement$/.test(type) && type !== 'EmptyStatement')
    .map((node) => `${file.path}:${file.lineOf(node.start)} something happens when this file is imported`);
}

/** A constructor assigns, fills its own collections and calls super; work begins in start(), connect(), open(). */
export function busyConstructors(file: SourceFile): readonly string[] {
  return findNodes(file, 'MethodDefinition')
    .filter(({ kind }) => kind === 'constructor')
    .flatMap((node) => children(child(child(node, 'value'), 'body'), 'body'))
    .filter((statement) => !isQuiet(statement))
    .map((statement) => `${file.path}:${file.lineOf(statement.start)} a constructor only assigns`);
}

/** Named exports, imported from the file that has them. */
export function exportFaults(file: SourceFile): readonly string[] {
  const defaults = findNodes(file, 'ExportDefaultDeclaration').map((node) => ({ node, what: 'default export' }));
  const barrels = findNodes(file, 'ExportAllDeclaration').map((node) => ({ node, what: 're-exports a whole file' }));
  return [...defaults, ...barrels].map(({ node, what }) => `${file.path}:${file.lineOf(node.start)} ${what}`);
}

/** Switching the compiler off. */
export function suppressions(file: SourceFile): readonly string[] {
  return file.comments
    .filter(({ text }) => /^\s*\*?\s*@ts-(ignore|nocheck|expect-error)\b/.test(text))
    .map(({ line }) => `${file.path}:${line} switches the compiler off`);
}

/** Everything that holds for files whose answer depends on their arguments alone. */
export function purityFaults(file: SourceFile): readonly string[] {
  return isPure(file.path) || file.path.startsWith('src/services/') ? impurities(file) : [];
}

function calls(file: SourceFile, wanted: (name: string) => boolean): readonly { at: string; name: string }[] {
  return findNodes(file, 'CallExpression').flatMap((node) => {
    const name = nameOf(child(node, 'callee')) ?? '';
    return wanted(name) ? [{ at: `${file.path}:${file.lineOf(node.start)}`, name }] : [];
  });
}

function isSuite(parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== 'CallExpression') return false;
  const callee = child(parent, 'callee');
  // describe.each(table)(name, callback): the callee is a call itself.
  return SUITES.has(nameOf(callee) ?? '') || SUITES.has(nameOf(child(callee, 'callee')) ?? '');
}

function functionName(node: SyntaxNode, parents: readonly SyntaxNode[]): string {
  const parent = parents.at(-1);
  const named = child(node, 'id') ?? child(parent, 'key') ?? child(parent, 'id');
  return typeof named?.name === 'string' ? named.name : 'unnamed function';
}

function isEmptyFunction(node: SyntaxNode): boolean {
  if (!FUNCTIONS.includes(node.type)) return false;
  const body = child(node, 'body');
  if (body?.type === 'BlockStatement') return children(body, 'body').length === 0;
  return nameOf(body) === 'undefined' || (body?.type === 'Literal' && body.value === null);
}

/** Statements that only arrange the object itself. */
function isQuiet(statement: SyntaxNode): boolean {
  if (['VariableDeclaration', 'ThrowStatement'].includes(statement.type)) return true;
  if (statement.type === 'BlockStatement') return children(statement, 'body').every(isQuiet);
  const inner = ['body', 'consequent', 'alternate'].flatMap((field) => child(statement, field) ?? []);
  if (['ForOfStatement', 'IfStatement'].includes(statement.type)) return inner.every(isQuiet);
  const expression = child(statement, 'expression');
  if (expression?.type === 'AssignmentExpression') return rootOf(child(expression, 'left')) === 'ThisExpression';
  if (expression?.type !== 'CallExpression') return false;
  const callee = child(expression, 'callee');
  const filling = ['set', 'add', 'push'].includes(String(child(callee, 'property')?.name));
  return callee?.type === 'Super' || (filling && rootOf(callee) === 'ThisExpression');
}

function rootOf(node: SyntaxNode | undefined): string | undefined {
  return node?.type === 'MemberExpression' ? rootOf(child(node, 'object')) : node?.type;
}

/** Names that are called, or handed over to be called, in a timer's task. */
function walkCallees(task: SyntaxNode | undefined, visit: (name: string | undefined) => void): void {
  if (task === undefined) return;
  visit(nameOf(task));
  walk(task, (node) => {
    if (node.type === 'CallExpression') visit(nameOf(child(node, 'callee')));
  });
}
