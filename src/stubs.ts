// Stands in for the link resolver until it is built.
import type { LinkResolver } from './ports/link-resolver.ts';

export const LINKS: LinkResolver = {
  describe: async () => null,
  playable: async () => ({ ok: false, error: { cause: 'protected', why: 'the platform locks its songs' } }),
};
