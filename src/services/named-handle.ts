import type { Failure } from '../domain/failure.ts';
import { parseHandleName } from '../domain/handle.ts';
import type { Settings } from '../domain/setting.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { StoreTx } from '../ports/store.ts';

/**
 * The handle named with a submission, as a row id. Its points count while its owner has linked none and nobody else has
 * it. Where handles must be proven, naming one gives nothing: null.
 */
export async function namedHandle(
  tx: StoreTx,
  settings: Settings,
  request: { readonly guildId: string; readonly ownerId: string; readonly handleName?: string },
): Promise<Result<number | null, Failure>> {
  const { guildId, ownerId, handleName } = request;
  if (handleName === undefined || handleName.trim() === '') return ok(null);
  const name = parseHandleName(handleName);
  if (name === null) return err({ code: 'handle-invalid', asked: handleName.trim().slice(0, 60) });
  const known = await tx.handles.byName(guildId, name);
  if (known?.linkedUserId === ownerId) return ok(known.id);
  if (known !== null && known.linkedUserId !== null) return err({ code: 'handle-taken', name: known.name });
  switch (settings['handles.policy']) {
    case 'proven':
      return ok(null);
    case 'seen':
      return known === null || known.lastSeenAt === null ? err({ code: 'handle-not-seen', name }) : ok(known.id);
    case 'open':
      return ok((known ?? (await tx.handles.addUnseen(guildId, name))).id);
  }
}
