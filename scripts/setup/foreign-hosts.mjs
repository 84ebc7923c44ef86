/**
 * `node --import ./scripts/setup/foreign-hosts.mjs …` writes a line to the file in FOREIGN_HOSTS for every connection
 * that is begun to, and every name that is looked up of, anything but this machine.
 */
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';

const file = process.env.FOREIGN_HOSTS ?? '';
const own = new net.BlockList();
own.addSubnet('127.0.0.0', 8, 'ipv4');
own.addAddress('::1', 'ipv6');

/** @param {string} host */
function isOwn(host) {
  const family = net.isIP(host);
  return family === 0 ? /^(localhost\.?)?$/i.test(host) : own.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/** @param {string} what @param {string} host */
function note(what, host) {
  if (file !== '' && !isOwn(host)) appendFileSync(file, `${what} ${host}\n`);
}

const connect = net.Socket.prototype.connect;
/** @param {readonly any[]} args */
net.Socket.prototype.connect = /** @this {net.Socket} */ function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const options = typeof first === 'object' && first !== null ? first : { port: first, host: second };
  // Node makes a number of nearly every port; a path is a socket of this machine.
  if (options.path == null && !Number.isNaN(Number(options.port)))
    note('connection to', typeof options.host === 'string' ? options.host : '');
  return connect.apply(this, /** @type {any} */ (args));
};

const lookup = dns.lookup;
dns.lookup = /** @type {any} */ (
  Object.assign(
    (/** @type {string} */ host, /** @type {readonly any[]} */ ...rest) => {
      note('look-up of', host);
      return /** @type {any} */ (lookup)(host, ...rest);
    },
    { __promisify__: lookup.__promisify__ },
  )
);
