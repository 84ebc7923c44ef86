import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import { asNumber, asObject, asString, type JsonObject } from '../json.ts';
import { gatewayChannelJson, guildCreateJson, userJson } from '../wire.ts';
import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';
import { Connection } from './connection.ts';
import { dispatchesFor } from './dispatch.ts';
import { areValidIntents, Intent } from './intents.ts';
import { GatewayRequests } from './requests.ts';
import { Session } from './session.ts';
import { Visibility } from './visibility.ts';

export interface GatewayOptions {
  /** Real ms between heartbeats that the hello asks for. */
  readonly heartbeatIntervalMs: number;
  /** Sandbox ms that have to pass between two identifies; sooner is answered with op 9. 0 = no limit. */
  readonly identifyIntervalMs: number;
  /** Sandbox ms that a session without a connection can still be resumed. */
  readonly resumeWindowMs: number;
}

export const GATEWAY_DEFAULTS: GatewayOptions = {
  heartbeatIntervalMs: 41_250,
  identifyIntervalMs: 5_000,
  resumeWindowMs: 180_000,
};

/** Closes after which Discord lets nobody resume. */
const ENDS_SESSION: readonly number[] = [1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014];

/** Gateway v10 over plain websockets. */
export class GatewayServer {
  /** Switch off to play a zombie: heartbeats are no longer acknowledged. */
  acknowledges = true;
  /** Switch off to refuse new connections with HTTP 503. */
  accepts = true;
  /** When connections were refused so. ms since the epoch, sandbox time. */
  readonly refusedAt: number[] = [];
  #world: World;
  #options: GatewayOptions;
  #socketServer = new WebSocketServer({ noServer: true, maxPayload: 1024 * 1024 });
  #connections = new Set<Connection>();
  #sessions = new Map<string, Session>();
  #visibility: Visibility;
  #count = 0;
  #lastIdentifyAt = Number.NEGATIVE_INFINITY;
  #requests: GatewayRequests;
  #unsubscribe: (() => void) | undefined;

  constructor(world: World, options: GatewayOptions) {
    this.#world = world;
    this.#options = options;
    this.#requests = new GatewayRequests(world);
    this.#visibility = new Visibility(world);
  }

  attach(server: Server): void {
    this.#unsubscribe = this.#world.events.subscribe((event) => this.#tell(event));
    server.on('upgrade', (request, socket, head) => {
      if (!this.accepts) {
        this.refusedAt.push(this.#world.now());
        socket.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n');
        return;
      }
      const version = new URL(request.url ?? '/', 'http://sandbox').searchParams.get('v');
      this.#socketServer.handleUpgrade(request, socket, head, (webSocket) => {
        this.#count += 1;
        const connection = new Connection(this.#count, webSocket, {
          now: () => this.#world.now(),
          onPayload: (from, op, payload) => this.#receive(from, op, payload),
          onClosed: (from, code) => this.#closed(from, code),
        });
        this.#connections.add(connection);
        this.#world.events.emit('gateway-connected', { connection: connection.number });
        connection.open(this.#options.heartbeatIntervalMs);
        if (version !== '10') connection.close(4012, 'Invalid API version.');
      });
    });
  }

  stop(): void {
    this.#unsubscribe?.();
    for (const connection of [...this.#connections]) connection.drop();
    this.#socketServer.close();
    this.#sessions.clear();
  }

  // ---- faults ----

  /** Closes every connection with a code. */
  close(code: number, reason = ''): void {
    for (const connection of [...this.#connections]) connection.close(code, reason);
  }

  /** Cuts every connection without a word. */
  drop(): void {
    for (const connection of [...this.#connections]) connection.drop();
  }

  /** Op 7: asks every client to reconnect and resume. */
  askToReconnect(): void {
    for (const connection of this.#connections) connection.send({ op: 7 });
  }

  /** Op 9. Not resumable also forgets the sessions. */
  invalidate(resumable: boolean): void {
    if (!resumable) for (const session of [...this.#sessions.values()]) this.#end(session);
    for (const connection of this.#connections) connection.send({ op: 9, d: resumable });
  }

  /** Sends an arbitrary dispatch to every session, for payloads that the sandbox does not know by itself. */
  inject(t: string, d: JsonObject): void {
    for (const session of this.#sessions.values()) session.dispatch(t, d);
  }

  /** Sends this text to every client as it is, whatever it is. */
  sendRaw(text: string): void {
    for (const connection of this.#connections) connection.sendRaw(text);
  }

  /** Sessions with a live connection. */
  connectedSessions(): readonly string[] {
    return [...this.#sessions.values()]
      .filter((session) => session.detachedAt === undefined)
      .map((session) => session.id);
  }

  // ---- what clients say ----

  #receive(connection: Connection, op: number, payload: JsonObject): void {
    if (op !== 1) this.#world.events.emit('gateway-command', { op, payload });
    const d = asObject(payload.d) ?? {};
    switch (op) {
      case 1:
        if (this.acknowledges) connection.send({ op: 11 });
        return;
      case 2:
        this.#identify(connection, d);
        return;
      case 6:
        this.#resume(connection, d);
        return;
      default:
        this.#command(connection, op, d);
    }
  }

  #command(connection: Connection, op: number, d: JsonObject): void {
    const { session } = connection;
    if (session === undefined) {
      connection.close(4003, 'Not authenticated.');
      return;
    }
    switch (op) {
      case 3:
        return;
      case 4:
        this.#world.voice.request(
          {
            guildId: asString(d.guild_id) ?? '',
            channelId: asString(d.channel_id) ?? null,
            selfMute: d.self_mute === true,
            selfDeaf: d.self_deaf === true,
          },
          session.id,
        );
        return;
      case 8:
        this.#requests.members(session, d);
        return;
      case 43:
        this.#requests.channelInfo(session, d);
        return;
      default:
        connection.close(4001, 'Unknown opcode.');
    }
  }

  #identify(connection: Connection, d: JsonObject): void {
    const refusal = this.#identifyRefusal(connection, d);
    if (refusal !== undefined) {
      connection.close(...refusal);
      return;
    }
    const now = this.#world.now();
    if (now - this.#lastIdentifyAt < this.#options.identifyIntervalMs) {
      connection.send({ op: 9, d: false });
      return;
    }
    this.#lastIdentifyAt = now;
    this.#world.sessionStarts.push(now);
    const [index = 0, count = 1] = (d.shard as readonly number[] | undefined) ?? [];
    const session = new Session(randomBytes(16).toString('hex'), asNumber(d.intents) ?? 0, [index, count]);
    this.#sessions.set(session.id, session);
    this.#bind(connection, session);
    this.#visibility.take();
    session.dispatch('READY', this.#ready(session));
    for (const guild of this.#world.botGuilds()) {
      if (guild.unavailable || !session.owns(guild.id) || (session.intents & Intent.guilds) === 0) continue;
      const presences = (session.intents & Intent.guildPresences) !== 0;
      session.dispatch('GUILD_CREATE', guildCreateJson(this.#world, guild, { presences }));
    }
    this.#world.events.emit('gateway-identified', { sessionId: session.id, intents: session.intents });
  }

  #identifyRefusal(connection: Connection, d: JsonObject): [number, string] | undefined {
    if (connection.session !== undefined) return [4005, 'Already authenticated.'];
    if (d.token !== this.#world.token) return [4004, 'Authentication failed.'];
    const { intents } = d;
    if (!areValidIntents(intents)) return [4013, 'Invalid intent(s).'];
    const allowed = this.#world.privilegedIntents;
    const forbidden =
      (allowed.guildMembers ? 0 : Intent.guildMembers) |
      (allowed.presences ? 0 : Intent.guildPresences) |
      (allowed.messageContent ? 0 : Intent.messageContent);
    if ((intents & forbidden) !== 0) return [4014, 'Disallowed intent(s).'];
    const [index = 0, count = 1] = (d.shard as readonly number[] | undefined) ?? [];
    return index >= count || index < 0 ? [4010, 'Invalid shard.'] : undefined;
  }

  #ready(session: Session): JsonObject {
    const world = this.#world;
    const guilds = world.botGuilds().filter((guild) => session.owns(guild.id));
    return {
      v: 10,
      user: { ...userJson(world.bot), verified: true, mfa_enabled: true, email: null },
      session_id: session.id,
      session_type: 'normal',
      resume_gateway_url: world.origins.gateway,
      shard: session.shard,
      guilds: guilds.map((guild) => ({ id: guild.id, unavailable: true })),
      application: { id: world.application.id, flags: 0 },
      private_channels: [],
      presences: [],
      relationships: [],
      user_settings: {},
      user_settings_proto: null,
      guild_join_requests: [],
      geo_ordered_rtc_regions: [],
      _trace: ['["sandbox"]'],
    };
  }

  #resume(connection: Connection, d: JsonObject): void {
    if (d.token !== this.#world.token) {
      connection.close(4004, 'Authentication failed.');
      return;
    }
    const session = this.#sessions.get(asString(d.session_id) ?? '');
    if (session === undefined) {
      connection.send({ op: 9, d: false });
      return;
    }
    const missed = session.framesAfter(asNumber(d.seq) ?? 0);
    if (missed === undefined) {
      this.#end(session);
      connection.close(4007, 'Invalid seq.');
      return;
    }
    for (const other of [...this.#connections]) if (other !== connection && other.session === session) other.drop();
    this.#bind(connection, session);
    for (const frame of missed) connection.send(frame);
    session.dispatch('RESUMED', { _trace: ['["sandbox"]'] });
    this.#world.events.emit('gateway-resumed', { sessionId: session.id, replayed: missed.length });
  }

  #bind(connection: Connection, session: Session): void {
    connection.session = session;
    session.attach((frame) => connection.send(frame));
  }

  // ---- what clients hear ----

  #tell(event: WorldEvent): void {
    const appeared = this.#visibility.changedBy(event);
    for (const session of this.#sessions.values()) {
      for (const { t, d, guildId } of dispatchesFor(this.#world, event, session.intents)) {
        if (session.owns(guildId)) session.dispatch(t, d);
      }
      if ((session.intents & Intent.guilds) === 0) continue;
      for (const id of appeared)
        session.dispatch('CHANNEL_UPDATE', gatewayChannelJson(this.#world, this.#world.channel(id)));
    }
  }

  #closed(connection: Connection, code: number): void {
    this.#connections.delete(connection);
    const { session } = connection;
    connection.session = undefined;
    this.#world.events.emit('gateway-closed', { sessionId: session?.id ?? null, code });
    if (session === undefined) return;
    const detachedAt = this.#world.now();
    session.detach(detachedAt);
    if (ENDS_SESSION.includes(code)) {
      this.#end(session);
      return;
    }
    this.#world.clock.after(this.#options.resumeWindowMs, () => {
      if (session.detachedAt === detachedAt) this.#end(session);
    });
  }

  /** The session is over: nothing can resume it, and its voice connections go with it. */
  #end(session: Session): void {
    this.#sessions.delete(session.id);
    this.#world.voice.dropBot(session.id);
  }
}
