import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cdnListener } from './cdn.ts';
import { Faults } from './faults.ts';
import { GATEWAY_DEFAULTS, type GatewayOptions, GatewayServer } from './gateway/server.ts';
import { RateLimits } from './rest/rate-limits.ts';
import { routes } from './rest/routes.ts';
import { RestServer } from './rest/server.ts';
import { newToken, World, type WorldOptions } from './world.ts';

export interface DiscordOptions extends WorldOptions, Partial<GatewayOptions> {
  /** REST and gateway. Default: any free port. */
  readonly port?: number;
  /** CDN, an origin of its own. Default: any free port. */
  readonly cdnPort?: number;
}

/** A Discord on loopback. */
export interface Discord {
  readonly world: World;
  readonly gateway: GatewayServer;
  readonly faults: Faults;
  readonly limits: RateLimits;
  /** `http://127.0.0.1:PORT/api`: what discord.js takes as `rest.api`. */
  readonly apiUrl: string;
  /** `http://127.0.0.1:PORT`: what discord.js takes as `rest.cdn`. */
  readonly cdnUrl: string;
  readonly gatewayUrl: string;
  /** The token is reset in the Developer Portal: REST answers 401, the gateway closes with 4004. Returns the new one. */
  resetToken(): string;
  stop(): Promise<void>;
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/** Starts REST, gateway and CDN. The world is empty but for the application, its owner and the bot. */
export const startDiscord = async (options: DiscordOptions = {}): Promise<Discord> => {
  const world = new World(options);
  const faults = new Faults();
  const limits = new RateLimits(world);
  const gateway = new GatewayServer(world, {
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? GATEWAY_DEFAULTS.heartbeatIntervalMs,
    identifyIntervalMs: options.identifyIntervalMs ?? GATEWAY_DEFAULTS.identifyIntervalMs,
    resumeWindowMs: options.resumeWindowMs ?? GATEWAY_DEFAULTS.resumeWindowMs,
  });
  const api = createServer(new RestServer(world, faults, limits, routes).listener);
  const cdn = createServer(cdnListener(world, faults));
  gateway.attach(api);
  const port = await listen(api, options.port ?? 0);
  const cdnPort = await listen(cdn, options.cdnPort ?? 0);
  world.origins = {
    api: `http://127.0.0.1:${port}/api`,
    cdn: `http://127.0.0.1:${cdnPort}`,
    gateway: `ws://127.0.0.1:${port}`,
  };
  return {
    world,
    gateway,
    faults,
    limits,
    apiUrl: world.origins.api,
    cdnUrl: world.origins.cdn,
    gatewayUrl: world.origins.gateway,
    resetToken: () => {
      world.token = newToken(world.bot.id);
      gateway.close(4004, 'Authentication failed.');
      return world.token;
    },
    stop: async () => {
      world.clock.stop();
      gateway.stop();
      await Promise.all([close(api), close(cdn)]);
      world.files.close();
    },
  };
};
