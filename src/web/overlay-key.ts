import { randomBytes } from 'node:crypto';

/** 192 random bits as base64url: the secret part of an overlay's address. */
export function newOverlayKey(): string {
  return randomBytes(24).toString('base64url');
}
