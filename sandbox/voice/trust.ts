/** Makes the present process trust the sandbox's certificate, for tests whose client runs in-process. */
import tls from 'node:tls';

/**
 * The voice library gives no TLS options, so the process-wide list is extended (Node 22.19 or 24.5). A client in a child
 * process needs `NODE_EXTRA_CA_CERTS` instead, which Node reads only at its start.
 */
export function trustInThisProcess(pem: string): void {
  if (typeof tls.setDefaultCACertificates !== 'function') {
    throw new Error('In-process voice tests need Node 22.19, 24.5 or newer');
  }
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
}
