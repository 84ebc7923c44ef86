import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A node of the syntax tree (ESTree with TypeScript), loosely typed: rules ask for the fields they know. */
export interface SyntaxNode {
  readonly type: string;
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  /** As written: `./queue.ts`, `discord.js`, `node:fs`. */
  readonly specifier: string;
  /** Path from the project root for a file of the project, else undefined. */
  readonly file: string | undefined;
  /** Erased at run time. Counts for the layers all the same. */
  readonly typeOnly: boolean;
  readonly line: number;
}

export interface SourceFile {
  /** From the project root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly program: SyntaxNode;
  readonly comments: readonly { readonly text: string; readonly line: number }[];
  readonly imports: readonly Import[];
  lineOf(offset: number): number;
}

export const ROOT = join(import.meta.dirname, '..', '..');
const CODE = /\.(ts|mjs|js)$/;
const SKIPPED = new Set(['node_modules', 'out', 'dist']);

/** Every file below these folders, as paths from the project root. A folder may be absent: git keeps no empty ones. */
export function listFiles(folders: readonly string[]): readonly string[] {
  const present = folders.filter((folder) => existsSync(join(ROOT, folder)));
  return present.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (!entry.isDirectory()) return [path];
      return SKIPPED.has(entry.name) ? [] : listFiles([path]);
    }),
  );
}

export function readSources(paths: readonly string[]): readonly SourceFile[] {
  return paths.filter((path) => CODE.test(path)).map((path) => parse(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** Also used by the tests of the rules themselves, on made-up files. */
export function parse(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  const [error] = parsed.errors;
  if (error !== undefined) throw new Error(`${path} cannot be parsed: ${error.message}`);
  const starts = lineStarts(text);
  const lineOf = (offset: number) => lineAt(starts, offset);
  const program = asNode(parsed.program);
  if (program === undefined) throw new Error(`${path} has no syntax tree.`);
  return {
    path,
    text,
    program,
    comments: parsed.comments.map(({ value, start }) => ({ text: value, line: lineOf(start) })),
    imports: findImports(path, program, lineOf),
    lineOf,
  };
}

/** Visits every node below (and with) this one, parents first. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode, parents: readonly SyntaxNode[]) => void): void {
  const step = (current: SyntaxNode, parents: readonly SyntaxNode[]) => {
    visit(current, parents);
    const inner = [...parents, current];
    for (const child of childrenOf(current)) step(child, inner);
  };
  step(node, []);
}

/** All nodes of these types, with their line. */
export function findNodes(file: SourceFile, ...types: readonly string[]): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  walk(file.program, (node) => {
    if (types.includes(node.type)) found.push(node);
  });
  return found;
}

/** `field` of a node when it is a node itself. */
export function child(node: SyntaxNode | undefined, field: string): SyntaxNode | undefined {
  return asNode(node?.[field]);
}

/** `field` of a node when it is a list of nodes. */
export function children(node: SyntaxNode | undefined, field: string): readonly SyntaxNode[] {
  const list = node?.[field];
  return Array.isArray(list) ? list.flatMap((item) => asNode(item) ?? []) : [];
}

/** Dotted name of an identifier or a member access (`vi.mock`, `process.env`), else undefined. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'ThisExpression') return 'this';
  if (node.type !== 'MemberExpression' || node.computed === true) return undefined;
  const object = nameOf(child(node, 'object'));
  const property = child(node, 'property');
  return object === undefined || property === undefined ? undefined : `${object}.${String(property.name)}`;
}

/** The npm package of a specifier, or undefined for project files and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || builtinModules.includes(specifier))
    return undefined;
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function findImports(path: string, program: SyntaxNode, lineOf: (offset: number) => number): readonly Import[] {
  const imports: Import[] = [];
  walk(program, (node) => {
    const source = child(node, 'source') ?? (isRequire(node) ? children(node, 'arguments')[0] : undefined);
    if (typeof source?.value !== 'string' || !IMPORTING.has(node.type)) return;
    const specifier = source.value;
    const file = specifier.startsWith('.') ? posix.join(dirname(path), specifier) : undefined;
    imports.push({ specifier, file, typeOnly: isTypeOnly(node), line: lineOf(node.start) });
  });
  return imports;
}

const IMPORTING = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'CallExpression',
]);

function isRequire(node: SyntaxNode): boolean {
  if (node.type !== 'CallExpression') return false;
  return ['require', 'require.resolve', 'import.meta.resolve'].includes(nameOf(child(node, 'callee')) ?? '');
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = children(node, 'specifiers');
  return specifiers.length > 0 && specifiers.every((each) => each.importKind === 'type' || each.exportKind === 'type');
}

function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    (Array.isArray(value) ? value : [value]).flatMap((item) => asNode(item) ?? []),
  );
}

function asNode(value: unknown): SyntaxNode | undefined {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
    ? (value as SyntaxNode)
    : undefined;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** Binary search for the last line that starts at or before the offset; lines count from 1. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}
