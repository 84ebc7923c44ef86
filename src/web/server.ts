import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance } from 'fastify';
import type { Logger } from '../ports/logger.ts';
import type { Meter } from './meter.ts';

export interface WebPorts {
  readonly log: Logger;
  readonly meter: Meter;
  /** True once Discord is ready and until the process stops. */
  readonly ready: () => boolean;
}

/** Requests per address and minute: people and probes stay far below. */
const REQUESTS_PER_MINUTE = 600;

/** The HTTP side: health, readiness, metrics. Not listening yet. */
export async function createWebServer({ log, meter, ready }: WebPorts): Promise<FastifyInstance> {
  // Replit and other hosts put one proxy in front.
  const server = fastify({ trustProxy: (_address, hop) => hop < 1, logger: false, bodyLimit: 64 * 1024 });
  await server.register(helmet, { contentSecurityPolicy: { directives: { defaultSrc: ["'none'"] } } });
  await server.register(rateLimit, { max: REQUESTS_PER_MINUTE, timeWindow: 60_000 });
  server.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) log.error({ err: error, route: request.routeOptions.url }, 'HTTP handler failed');
    void reply.code(status).send({ error: status === 429 ? 'too many requests' : 'request failed' });
  });
  server.setNotFoundHandler((_request, reply) => void reply.code(404).send({ error: 'not found' }));
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) =>
    ready() ? { status: 'ready' } : reply.code(503).send({ status: 'starting' }),
  );
  server.get('/metrics', async (_request, reply) =>
    reply.type(meter.registry.contentType).send(await meter.registry.metrics()),
  );
  return server;
}
