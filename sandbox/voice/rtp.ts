/** RTP as Discord's voice clients send it: header in the clear, Opus sealed by one of the two AEAD "rtpsize" modes. */
import { createDecipheriv } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

export const ENCRYPTION_MODES = ['aead_aes256_gcm_rtpsize', 'aead_xchacha20_poly1305_rtpsize'] as const;
export type EncryptionMode = (typeof ENCRYPTION_MODES)[number];

export interface Cipher {
  readonly mode: EncryptionMode;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

export interface RtpPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** The 32-bit counter that a client must never use twice under one key. */
  readonly nonce: number;
  readonly payload: Buffer;
}

export const RTP_FAULTS = ['too-short', 'wrong-version', 'wrong-payload-type', 'not-authentic'] as const;
export type RtpFault = (typeof RTP_FAULTS)[number];

export type RtpResult =
  | { readonly ok: true; readonly packet: RtpPacket }
  | { readonly ok: false; readonly fault: RtpFault };

const FIXED_HEADER_BYTES = 12;
const TAG_BYTES = 16;
const NONCE_BYTES = 4;
const OPUS_PAYLOAD_TYPE = 0x78;

/** Packet types 200 to 207 in the second byte are RTCP reports, which share the port. */
export const isRtcp = (datagram: Uint8Array): boolean =>
  datagram.length >= 8 && (datagram[1] ?? 0) >= 200 && (datagram[1] ?? 0) <= 207;

/** The sender's SSRC, or undefined when the datagram cannot be RTP. */
export function ssrcOf(datagram: Buffer): number | undefined {
  if (datagram.length < FIXED_HEADER_BYTES || (datagram.readUInt8(0) & 0xc0) !== 0x80) return undefined;
  return datagram.readUInt32BE(8);
}

/** Opens one datagram. The unencrypted part is what SRTP says: fixed header, CSRCs, and the extension's preamble. */
export function openRtp(datagram: Buffer, cipher: Cipher): RtpResult {
  if (datagram.length < FIXED_HEADER_BYTES + TAG_BYTES + NONCE_BYTES) return { ok: false, fault: 'too-short' };
  const flags = datagram.readUInt8(0);
  if ((flags & 0xc0) !== 0x80) return { ok: false, fault: 'wrong-version' };
  if ((datagram.readUInt8(1) & 0x7f) !== OPUS_PAYLOAD_TYPE) return { ok: false, fault: 'wrong-payload-type' };
  const extended = (flags & 0x10) !== 0;
  const headerBytes = FIXED_HEADER_BYTES + 4 * (flags & 0x0f) + (extended ? 4 : 0);
  if (datagram.length < headerBytes + TAG_BYTES + NONCE_BYTES) return { ok: false, fault: 'too-short' };

  const nonceAt = datagram.length - NONCE_BYTES;
  const opened = open(cipher, {
    header: datagram.subarray(0, headerBytes),
    sealed: datagram.subarray(headerBytes, nonceAt),
    nonce: datagram.subarray(nonceAt),
  });
  if (opened === undefined) return { ok: false, fault: 'not-authentic' };
  const extensionBytes = extended ? 4 * datagram.readUInt16BE(headerBytes - 2) : 0;
  return {
    ok: true,
    packet: {
      sequence: datagram.readUInt16BE(2),
      timestamp: datagram.readUInt32BE(4),
      ssrc: datagram.readUInt32BE(8),
      nonce: datagram.readUInt32BE(nonceAt),
      payload: opened.subarray(extensionBytes),
    },
  };
}

interface Sealed {
  readonly header: Buffer;
  readonly sealed: Buffer;
  readonly nonce: Buffer;
}

function open(cipher: Cipher, packet: Sealed): Buffer | undefined {
  // Both ciphers throw for a wrong key or a changed byte, and for nothing else here.
  try {
    switch (cipher.mode) {
      case 'aead_aes256_gcm_rtpsize': {
        const tagAt = packet.sealed.length - TAG_BYTES;
        const nonce = Buffer.concat([packet.nonce], 12);
        const decipher = createDecipheriv('aes-256-gcm', cipher.key, nonce, { authTagLength: TAG_BYTES });
        decipher.setAAD(packet.header);
        decipher.setAuthTag(packet.sealed.subarray(tagAt));
        return Buffer.concat([decipher.update(packet.sealed.subarray(0, tagAt)), decipher.final()]);
      }
      case 'aead_xchacha20_poly1305_rtpsize': {
        const nonce = Buffer.concat([packet.nonce], 24);
        return Buffer.from(xchacha20poly1305(cipher.key, nonce, packet.header).decrypt(packet.sealed));
      }
      default:
        return cipher.mode satisfies never;
    }
  } catch {
    return undefined;
  }
}
