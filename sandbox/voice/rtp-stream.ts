/** The order of one sender's packets: what is missing, repeated or out of step becomes an anomaly. */
import type { AnomalyKind } from './capture.ts';
import type { RtpPacket } from './rtp.ts';

export interface Irregularity {
  readonly kind: AnomalyKind;
  readonly detail: string;
}

/** Every Discord client sends 20 ms packets, so the RTP clock moves by this much per packet. */
const SAMPLES_PER_PACKET = 960;

export class RtpStream {
  #last: RtpPacket | undefined;

  /** Takes the next packet and says what is odd about it. A gap is also a loss: the packets between never arrived. */
  follow(packet: RtpPacket): readonly Irregularity[] {
    const last = this.#last;
    this.#last = packet;
    if (last === undefined) return [];
    const found: Irregularity[] = [];
    if (packet.nonce === last.nonce) found.push({ kind: 'nonce-repeat', detail: `nonce ${packet.nonce} twice` });
    const step = (packet.sequence - last.sequence) & 0xffff;
    if (step === 0) found.push({ kind: 'sequence-repeat', detail: `sequence ${packet.sequence} twice` });
    else if (step > 1) found.push({ kind: 'sequence-gap', detail: `${last.sequence} then ${packet.sequence}` });
    const elapsed = (packet.timestamp - last.timestamp) >>> 0;
    if (step > 0 && elapsed !== SAMPLES_PER_PACKET * step) {
      found.push({ kind: 'timestamp-jump', detail: `${elapsed} samples over ${step} packets` });
    }
    return found;
  }
}
