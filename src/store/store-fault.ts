import { StoreError, type StoreTrouble } from '../ports/store.ts';

/** SQLite's own result codes, as far as they say something about the file and not about our SQL. */
const TROUBLES: Readonly<Record<string, StoreTrouble>> = {
  SQLITE_NOTADB: 'not-a-database',
  SQLITE_BUSY: 'locked',
  SQLITE_LOCKED: 'locked',
  SQLITE_READONLY: 'read-only',
  SQLITE_FULL: 'full',
  SQLITE_CORRUPT: 'corrupt',
  SQLITE_CANTOPEN: 'unreachable',
  SQLITE_IOERR: 'unreachable',
  SQLITE_PERM: 'unreachable',
};

const ADVICE = {
  'not-a-database': 'is not a Skipline database. Move it away or point DATA_DIR elsewhere',
  'newer-schema': 'was written by a newer Skipline. Start that version, or restore an older backup',
  locked: 'is in use by another process. Stop that one first',
  'read-only': 'cannot be written. Check the rights of the file and its folder',
  full: 'cannot grow: the disk is full. Free some space',
  corrupt: 'is damaged. Restore the newest backup',
  unreachable: 'cannot be opened. Check that the folder exists and may be read and written',
} as const satisfies Record<StoreTrouble, string>;

export function storeError(trouble: StoreTrouble, path: string, cause?: unknown): StoreError {
  return new StoreError(trouble, `The database ${path} ${ADVICE[trouble]}.`, cause);
}

/** SQLite's refusals about the file become typed; everything else (a bug in our SQL, say) stays what it is. */
export function translateFault(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const trouble = TROUBLES[error.code];
  return trouble === undefined ? error : storeError(trouble, path, error);
}
