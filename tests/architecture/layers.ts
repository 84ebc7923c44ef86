import { type Import, packageOf, type SourceFile } from './source.ts';

/** What the composition root, app.ts and its list of parts, puts together. */
const EVERYTHING = [
  ...['lib', 'domain', 'ports', 'services', 'discord', 'web', 'store', 'tiktok', 'audio'],
  ...['config', 'start-refusal', 'log'],
];

/**
 * Who may import whom inside src/. The rows of the table in the architecture document; a layer always may import
 * itself, and `import type` counts like any import.
 */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  domain: [],
  ports: ['domain'],
  services: ['lib', 'domain', 'ports'],
  discord: ['lib', 'domain', 'ports', 'services', 'config', 'start-refusal'],
  web: ['lib', 'domain', 'ports', 'services', 'config', 'start-refusal'],
  store: ['lib', 'domain', 'ports', 'config', 'start-refusal'],
  tiktok: ['lib', 'domain', 'ports', 'config', 'start-refusal'],
  audio: ['lib', 'domain', 'ports', 'config', 'start-refusal'],
  config: ['lib'],
  'start-refusal': [],
  log: ['lib', 'ports', 'config'],
  app: [...EVERYTHING, 'parts'],
  parts: EVERYTHING,
  main: ['lib', 'ports', 'app', 'config', 'start-refusal', 'log'],
};

/** Words of the language rather than code: a port may promise a Result, and a rule may return one. */
const VOCABULARY = new Set(['src/lib/result.ts']);

/** Top-level folders, and the ones they may import from. Tests may import everything. */
const TREES: Readonly<Record<string, readonly string[]>> = {
  src: ['src'],
  sandbox: ['sandbox'],
  bench: ['bench', 'src', 'sandbox', 'scripts'],
  chaos: ['chaos', 'sandbox'],
  scripts: ['scripts', 'src'],
};

/** Libraries that exactly these places may know. Every other library belongs to a single layer, whichever it is. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  'discord.js': ['src/discord/'],
  '@discordjs/voice': ['src/audio/'],
  'prism-media': ['src/audio/'],
  'ytdl-core': ['src/audio/'],
  'tiktok-live-connector': ['src/tiktok/live-source.ts'],
  kysely: ['src/store/'],
  sqlite: ['src/store/'],
  sqlite3: ['src/store/'],
  fastify: ['src/web/'],
  ws: ['src/web/'],
  dotenv: ['src/main.ts'],
  pino: ['src/log.ts'],
  zod: ['src/config.ts', 'src/services/', 'src/web/', 'src/store/'],
};

/** Layers that may name the types of a library whose values belong elsewhere: the voice adapter, the client handed on. */
const TYPES_OF: Readonly<Record<string, readonly string[]>> = { 'discord.js': ['audio', 'app', 'parts'] };

/** Layers that stay free of any library. */
const WITHOUT_LIBRARIES = ['domain', 'ports'];

/** Node's own modules that mean input and output: not for rules and use cases, which have ports for that. */
const INPUT_OUTPUT =
  /^node:(fs|net|http|https|http2|tls|dgram|dns|child_process|worker_threads|cluster|timers|process)/;

/** `src/domain/gift.ts` -> `domain`, `src/app.ts` -> `app` */
export function layerOf(path: string): string {
  return path.split('/')[1]?.replace(/\.ts$/, '') ?? '';
}

export function layerFaults(file: SourceFile): readonly string[] {
  const layer = layerOf(file.path);
  const allowed = LAYERS[layer];
  if (allowed === undefined) return [`${file.path}: "${layer}" is not a layer of src/`];
  return file.imports.flatMap(({ file: target, line }) => {
    if (target === undefined || !target.startsWith('src/') || VOCABULARY.has(target)) return [];
    const other = layerOf(target);
    return other === layer || allowed.includes(other)
      ? []
      : [`${file.path}:${line} ${layer} must not import ${target}`];
  });
}

export function treeFaults(file: SourceFile): readonly string[] {
  const tree = file.path.split('/')[0] ?? '';
  const allowed = TREES[tree];
  return file.imports.flatMap(({ file: target, line }) => {
    if (target === undefined || allowed === undefined) return [];
    return allowed.includes(target.split('/')[0] ?? '')
      ? []
      : [`${file.path}:${line} ${tree}/ must not import ${target}`];
  });
}

export function libraryFaults(file: SourceFile): readonly string[] {
  const layer = layerOf(file.path);
  return file.imports.flatMap(({ specifier, typeOnly, line }) => {
    const name = packageOf(specifier);
    const at = `${file.path}:${line}`;
    if (name === undefined) {
      const pure = isPure(file.path) && specifier.startsWith('node:');
      const inner = layer === 'services' && INPUT_OUTPUT.test(specifier);
      return pure || inner ? [`${at} must not import ${specifier}: this goes through a port`] : [];
    }
    if (WITHOUT_LIBRARIES.includes(layer)) return [`${at} ${layer} uses no library, not even ${name}`];
    if (typeOnly && TYPES_OF[name]?.includes(layer)) return [];
    const places = LIBRARIES[name];
    if (places === undefined || places.some((place) => file.path.startsWith(place))) return [];
    return [`${at} ${name} is known only to ${places.join(', ')}`];
  });
}

/** Libraries without a place of their own that more than one layer uses. */
export function sharedLibraries(files: readonly SourceFile[]): readonly string[] {
  const layers = new Map<string, Set<string>>();
  for (const file of files) {
    for (const { specifier } of file.imports) {
      const name = packageOf(specifier);
      if (name === undefined || name in LIBRARIES) continue;
      layers.set(name, (layers.get(name) ?? new Set()).add(layerOf(file.path)));
    }
  }
  return [...layers]
    .filter(([, users]) => users.size > 1)
    .map(([name, users]) => `${name} is used by ${[...users].sort().join(' and ')}: one layer should know it`);
}

/** Code whose answer depends on its arguments alone. */
export function isPure(path: string): boolean {
  return (
    path.startsWith('src/domain/') ||
    path.startsWith('src/discord/cards/') ||
    path === 'src/tiktok/normalise.ts' ||
    path === 'src/web/overlay-view.ts'
  );
}

/**
 * Groups of files that import each other in a circle.
 * Tarjan's algorithm: a strongly connected component of more than one file is a circle.
 */
export function importCircles(files: readonly SourceFile[], count: 'types too' | 'values only'): readonly string[] {
  const counts = ({ typeOnly }: Import) => count === 'types too' || !typeOnly;
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.filter(counts).flatMap(({ file }) => file ?? [])]),
  );
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[] = [];
  const visit = (path: string): number => {
    const own = index.size;
    index.set(path, own);
    low.set(path, own);
    stack.push(path);
    for (const target of targets.get(path) ?? []) {
      if (!targets.has(target)) continue;
      if (!index.has(target)) low.set(path, Math.min(low.get(path) ?? own, visit(target)));
      else if (stack.includes(target)) low.set(path, Math.min(low.get(path) ?? own, index.get(target) ?? own));
    }
    const lowest = low.get(path) ?? own;
    if (lowest === own) {
      const circle = stack.splice(stack.indexOf(path));
      if (circle.length > 1 || targets.get(path)?.includes(path)) circles.push(circle.sort().join(' <-> '));
    }
    return lowest;
  };
  for (const path of targets.keys()) if (!index.has(path)) visit(path);
  return circles;
}
