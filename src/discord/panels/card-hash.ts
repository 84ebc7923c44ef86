import { createHash } from 'node:crypto';
import type { Card } from '../cards/card.ts';

/** Same card, same hash: pictures count by their bytes. */
export function hashOf(card: Card): string {
  const hash = createHash('sha256').update(JSON.stringify(card.components));
  for (const file of card.files ?? []) hash.update(file.name).update(file.bytes);
  return hash.digest('hex').slice(0, 32);
}
