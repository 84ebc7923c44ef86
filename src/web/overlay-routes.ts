import { fileURLToPath } from 'node:url';
import type { FastifyHelmetOptions } from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { OverlayService } from '../services/overlay-service.ts';
import type { OverlayHub } from './overlay-hub.ts';

export interface OverlayRoutePorts {
  readonly hub: Pick<OverlayHub, 'connect'>;
  readonly overlay: Pick<OverlayService, 'guildOf'>;
}

interface KeyParams {
  readonly Params: { readonly key: string };
}

const PUBLIC = fileURLToPath(new URL('./public/', import.meta.url));

/** Nothing inline, nothing from elsewhere, no text ever parsed as markup. */
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  requireTrustedTypesFor: ["'script'"],
  // The one policy names the worker's address.
  trustedTypes: ['worker'],
} as const;

/** The overlay has nothing to click, so it may stand in anybody's frame: the demo's phone, a multistream dashboard. */
const OVERLAY_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { ...copied(PAGE_POLICY), frameAncestors: ['*'] } },
  xFrameOptions: false,
};

const CONFIGURATOR_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { ...copied(PAGE_POLICY), frameSrc: ["'self'"], frameAncestors: ["'none'"] },
  },
};

/** A worker fetches under its own policy. */
const WORKER_HEADERS: FastifyHelmetOptions = {
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], connectSrc: ["'self'"] } },
};

/**
 * `/overlay/<key>`, its configurator, its events and its files. All addresses inside the pages are relative, so it works
 * below any path a proxy puts before it.
 */
export async function overlayRoutes(server: FastifyInstance, { hub, overlay }: OverlayRoutePorts): Promise<void> {
  await server.register(fastifyStatic, {
    root: PUBLIC,
    prefix: '/overlay-files/',
    index: false,
    redirect: false,
    // Pages outlive releases: they ask whether a file is still the same, each time.
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });

  const page = (file: string) => async (key: string, reply: FastifyReply) => {
    if ((await overlay.guildOf(key)) === null) return unknownPage(reply);
    return reply.header('cache-control', 'no-cache').sendFile(file);
  };
  const overlayPage = page('overlay.html');
  const configurePage = page('configure.html');

  server.get<KeyParams>('/overlay/:key', { helmet: OVERLAY_HEADERS }, (request, reply) =>
    overlayPage(request.params.key, reply),
  );
  // Beside the pages, because a worker may only serve what is below it.
  server.get('/overlay/worker.js', { helmet: WORKER_HEADERS }, (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('worker.js'),
  );
  server.get<KeyParams>('/overlay/:key/', (request, reply) => {
    const query = request.url.split('?')[1];
    return reply.redirect(`../${encodeURIComponent(request.params.key)}${query === undefined ? '' : `?${query}`}`, 308);
  });
  server.get<KeyParams>('/overlay/:key/configure', { helmet: CONFIGURATOR_HEADERS }, (request, reply) =>
    configurePage(request.params.key, reply),
  );
  server.get<KeyParams>('/overlay/:key/events', { exposeHeadRoute: false }, async (request, reply) => {
    const guildId = await overlay.guildOf(request.params.key);
    if (guildId === null) return reply.code(404).send({ error: 'unknown overlay' });
    // The reader may have gone while the key was looked up.
    if (reply.raw.destroyed) return reply.hijack();
    // Headers that hooks have set (helmet, rate limit) would be lost with the hijacked reply.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    if (!hub.connect(guildId, reply.raw)) {
      return reply.code(503).header('retry-after', '30').send({ error: 'too many overlays are connected' });
    }
    return reply.hijack();
  });
}

/** On stream an unknown address is an empty picture; in a browser the title tells. */
function unknownPage(reply: FastifyReply): FastifyReply {
  const html = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Unknown overlay address</title></html>';
  return reply.code(404).header('x-unknown-overlay', '1').type('text/html; charset=utf-8').send(html);
}

/** Helmet's types want arrays that may be changed. */
function copied(policy: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(policy).map(([name, values]) => [name, [...values]]));
}
