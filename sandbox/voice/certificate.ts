/** The voice server's TLS identity: self-signed, for loopback, made anew at every start. */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Where the certificate (not the key) was written: what `NODE_EXTRA_CA_CERTS` names. */
  readonly path: string;
  /** Deletes the file, and the folder if it was made here. */
  remove(): Promise<void>;
}

const DAY_MS = 86_400_000;

export async function makeCertificate(host: string, directory?: string): Promise<Certificate> {
  const names = [host, '127.0.0.1', 'localhost'].filter((name, index, all) => all.indexOf(name) === index);
  // Trusted certificates are looked up by subject: two of the same name in one process hide each other.
  const subject = `skipline sandbox voice ${randomUUID()}`;
  const pems = await generate([{ name: 'commonName', value: subject }], {
    keyType: 'ec',
    algorithm: 'sha256',
    // A day back: a client whose clock is a little behind must not see a certificate from the future.
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 30 * DAY_MS),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name })),
      },
    ],
  });
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const folder = directory ?? (await mkdtemp(join(tmpdir(), 'skipline-voice-')));
  const path = join(folder, `voice-${process.pid}-${pems.fingerprint.replaceAll(':', '').slice(0, 12)}.pem`);
  await writeFile(path, pems.cert);
  return {
    cert: pems.cert,
    key: pems.private,
    path,
    remove: () => rm(directory === undefined ? folder : path, { recursive: true, force: true }),
  };
}
