import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';

/** Networks that a hosting provider's proxy speaks from, and nobody on the internet does. */
const PRIVATE_V4 = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const;
const PRIVATE_V6 = [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const;

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'];
const LOOPBACK_HOST = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * Which hops may name the client's address: one proxy, and only from a private network. A client that connects directly
 * over the internet cannot choose the address it is limited by.
 * @returns for fastify's `trustProxy`
 */
export function trustOneProxy(): (address: string, hop: number) => boolean {
  const networks = new BlockList();
  for (const [network, prefix] of PRIVATE_V4) networks.addSubnet(network, prefix, 'ipv4');
  for (const [network, prefix] of PRIVATE_V6) networks.addSubnet(network, prefix, 'ipv6');
  return (address, hop) => hop === 0 && networks.check(plain(address), isIPv6(plain(address)) ? 'ipv6' : 'ipv4');
}

/**
 * Whether the request was made on this machine: from a loopback socket, to a loopback name (a page elsewhere cannot
 * reach in by its own name), and through no proxy. A hosting provider's proxy may connect from loopback too, but it
 * forwards.
 */
export function isLocal({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): boolean {
  const peer = plain(socket.remoteAddress ?? '');
  if (peer !== '::1' && !peer.startsWith('127.')) return false;
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false;
  return LOOPBACK_HOST.test(headers.host ?? '');
}

/** `::ffff:10.0.0.1` -> `10.0.0.1` */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}
