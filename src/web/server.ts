import { createHash, timingSafeEqual } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Facts } from '../services/events.ts';
import type { OverlayService } from '../services/overlay-service.ts';
import { isLocal, trustOneProxy } from './addresses.ts';
import type { Meter } from './meter.ts';
import { OverlayHub } from './overlay-hub.ts';
import { overlayRoutes } from './overlay-routes.ts';
import type { OverlaySources } from './overlay-sources.ts';

export interface WebPorts {
  readonly log: Logger;
  readonly meter: Meter;
  /** True once Discord is ready and until the process stops. */
  readonly ready: () => boolean;
  /** Without it there is no overlay, only health and metrics. */
  readonly overlay?: {
    readonly service: Pick<OverlayService, 'guildOf' | 'onReset'>;
    readonly sources: OverlaySources;
    readonly bus: EventBus<Facts>;
    readonly clock: Clock;
  };
  /** Opens `/metrics` to whoever sends it as a bearer token. Without one only this machine may read them. */
  readonly metricsToken?: string | undefined;
}

/** Requests per address (or IPv6 /64) and minute: people, probes and reconnecting overlays stay far below. */
const REQUESTS_PER_MINUTE = 600;
/** For a whole request to arrive; answers may go on for hours. ms */
const REQUEST_WITHIN_MS = 60_000;
/** Asked by machines every few seconds, answered from memory. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** The HTTP side: overlay, health, readiness, metrics. Not listening yet; closing it says goodbye to every overlay. */
export async function createWebServer(ports: WebPorts): Promise<FastifyInstance> {
  const { log, overlay } = ports;
  const server = fastify({
    trustProxy: trustOneProxy(),
    logger: false,
    // Whoever takes longer to ask holds a connection for nothing.
    requestTimeout: REQUEST_WITHIN_MS,
    // Overlays stay connected for hours; what is left after the goodbye is cut.
    forceCloseConnections: true,
  });
  await server.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // Addresses hold keys: they must not travel to other sites.
    referrerPolicy: { policy: 'no-referrer' },
    // What else stands under the operator's domain is not ours to decide.
    strictTransportSecurity: { includeSubDomains: false },
  });
  // Nobody has anything to send us: a body is not read, and not waited for.
  server.removeAllContentTypeParsers();
  await server.register(rateLimit, {
    global: false,
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    allowList: (request) => PROBES.has(request.routeOptions.url ?? ''),
  });
  // Of every request, what leads nowhere included: the plugin by itself counts routes only.
  server.addHook('onRequest', server.rateLimit());
  server.setErrorHandler((error, request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) log.error({ err: error, route: request.routeOptions.url }, 'HTTP handler failed');
    void reply.code(status).send({ error: status === 429 ? 'too many requests' : 'request failed' });
  });
  server.setNotFoundHandler((_request, reply) => void reply.code(404).send({ error: 'not found' }));
  healthRoutes(server, ports);
  if (overlay !== undefined) await serveOverlays(server, ports, overlay);
  return server;
}

async function serveOverlays(
  server: FastifyInstance,
  { log, meter }: WebPorts,
  { service, sources, bus, clock }: NonNullable<WebPorts['overlay']>,
): Promise<void> {
  const hub = new OverlayHub({ bus, sources, clock, log, onShown: (ms) => meter.overlayChange(ms) });
  await overlayRoutes(server, { hub, overlay: service });
  meter.watchOverlays(hub);
  meter.hear(bus);
  const forget = service.onReset((guildId) => void hub.revoke(guildId));
  server.addHook('onReady', async () => hub.start());
  server.addHook('preClose', async () => {
    forget();
    await hub.stop();
  });
}

function healthRoutes(server: FastifyInstance, { meter, ready, metricsToken }: WebPorts): void {
  // Hosting providers look here by default.
  server.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send('Skipline is running.\n'));
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', (_request, reply) =>
    ready() ? { status: 'ready' } : reply.code(503).send({ status: 'starting' }),
  );
  // They name no guild and no person, but how busy a show is is nobody else's business.
  server.get('/metrics', async (request, reply) => {
    if (!isLocal(request.raw) && !bears(request, metricsToken)) return reply.callNotFound();
    return reply.type(meter.registry.contentType).send(await meter.registry.metrics());
  });
}

function bears(request: FastifyRequest, token: string | undefined): boolean {
  const sent = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined || sent === undefined) return false;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}
