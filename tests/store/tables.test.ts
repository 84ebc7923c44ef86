import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { connect } from '../../src/store/connection.ts';
import { PURGED } from '../../src/store/guild-repository.ts';
import { ensureSchema, SCHEMA_FILES } from '../../src/store/schema.ts';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  readonly dflt_value: string | null;
  readonly pk: number;
  /** 2 or 3: generated. */
  readonly hidden: number;
}

/** `column: type;` of every table that tables.ts declares, by table. */
async function declared(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const text = await readFile(fileURLToPath(new URL('../../src/store/tables.ts', import.meta.url)), 'utf8');
  const members = (body: string) =>
    new Map([...body.matchAll(/(\w+): ([^;{}]+);?/g)].map((m) => [m[1] ?? '', (m[2] ?? '').trim()]));
  const interfaces = new Map(
    [...text.matchAll(/export interface (\w+) \{\n([\s\S]*?)\n\}/g)].map((m) => [m[1] ?? '', m[2] ?? '']),
  );
  const tables = new Map<string, ReadonlyMap<string, string>>();
  for (const [, name = '', named, inline] of (interfaces.get('Tables') ?? '').matchAll(
    /^ {2}(\w+): (?:(\w+)|\{(.*)\});$/gm,
  )) {
    tables.set(name, members(named === undefined ? (inline ?? '') : (interfaces.get(named) ?? '')));
  }
  return tables;
}

function typeOf({ type, notnull, dflt_value, pk, hidden }: Column): string {
  const base = type === 'TEXT' ? 'string' : 'number';
  if (hidden > 1) return `GeneratedAlways<${base}>`;
  if (type === 'INTEGER' && pk === 1 && notnull === 0) return `Generated<${base}>`;
  if (dflt_value !== null) return `Generated<${base}>`;
  return notnull === 1 || pk > 0 ? base : `${base} | null`;
}

test('the row types say exactly what schema.sql declares', async () => {
  const connection = await connect(':memory:', false);
  await ensureSchema(connection, ':memory:', SCHEMA_FILES);
  const { rows } = await connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    [],
  );
  const actual: Record<string, Record<string, string>> = {};
  for (const { name } of rows as { name: string }[]) {
    const columns = (await connection.query(`PRAGMA table_xinfo(${name})`, [])).rows as Column[];
    actual[name] = Object.fromEntries(columns.map((column) => [column.name, typeOf(column)]));
  }
  await connection.close();
  const types = Object.fromEntries(
    [...(await declared())].map(([table, columns]) => [table, Object.fromEntries(columns)]),
  );
  expect(types).toEqual(actual);
});

test('purging a guild empties every table that names its guild', async () => {
  const connection = await connect(':memory:', false);
  await ensureSchema(connection, ':memory:', SCHEMA_FILES);
  const { rows } = await connection.query(
    `SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'guild_id'`,
    [],
  );
  await connection.close();
  expect((rows as { name: string }[]).map(({ name }) => name).sort()).toEqual([...PURGED].sort());
});
