/** Makes the present process trust the sandbox's certificate, for tests whose client runs in-process. */
import tls from 'node:tls';

/**
 * The voice library gives no TLS options, so the process-wide list is extended. A client in a child process needs
 * `NODE_EXTRA_CA_CERTS` instead, which Node reads only at its start.
 */
export function trustInThisProcess(pem: string): void {
  if (typeof tls.setDefaultCACertificates === 'function') {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
  } else {
    extendEveryContext(pem);
  }
}

interface NativeContext {
  addCACert(pem: string): void;
}

/** For Node before 22.19 and 24.5: every context without a list of its own gets the certificate added. */
export function extendEveryContext(pem: string): void {
  const create = tls.createSecureContext;
  Object.assign(tls, {
    createSecureContext: (options?: tls.SecureContextOptions): tls.SecureContext => {
      const secure = create(options);
      if (options?.ca === undefined) (secure.context as NativeContext).addCACert(pem);
      return secure;
    },
  });
}
