import { createHash } from 'node:crypto';
import { asArray, asNumber, asString, type JsonObject, objectsIn } from '../../json.ts';
import type { Command } from '../../model.ts';
import { type CommandScope, validateCommand, validateCommands } from '../../validate/commands.ts';
import { userJson } from '../../wire.ts';
import type { World } from '../../world.ts';
import { refusal } from '../api-error.ts';
import { bodyObject, type Call, created, noContent, ok, param, type Reply, type Route } from '../router.ts';
import { demand } from '../validation.ts';

const applicationJson = (world: World): JsonObject => {
  const { messageContent, guildMembers, presences } = world.privilegedIntents;
  // The "limited" bits: intents switched on without verification.
  const flags = (presences ? 1 << 13 : 0) | (guildMembers ? 1 << 15 : 0) | (messageContent ? 1 << 19 : 0);
  return {
    id: world.application.id,
    name: world.application.name,
    icon: null,
    description: '',
    type: null,
    summary: '',
    bot_public: true,
    bot_require_code_grant: false,
    verify_key: createHash('sha256').update(world.application.id).digest('hex'),
    flags,
    hook: true,
    is_monetized: false,
    storefront_available: false,
    owner: userJson(world.user(world.application.ownerId)),
    team: null,
    approximate_guild_count: world.botGuilds().length,
    approximate_user_install_count: 0,
    redirect_uris: [],
    interactions_endpoint_url: null,
    role_connections_verification_url: null,
    event_webhooks_url: null,
    event_webhooks_status: 1,
    integration_types_config: { '0': {} },
    bot: userJson(world.bot),
  };
};

const DAY_MS = 24 * 60 * 60 * 1000;
const SESSION_STARTS_PER_DAY = 1000;

const gatewayBot = (call: Call): Reply => {
  const { world } = call;
  const recent = world.sessionStarts.filter((at) => at > world.now() - DAY_MS);
  const [first] = recent;
  return ok({
    url: world.origins.gateway,
    shards: 1,
    session_start_limit: {
      total: SESSION_STARTS_PER_DAY,
      remaining: Math.max(0, SESSION_STARTS_PER_DAY - recent.length),
      reset_after: first === undefined ? 0 : first + DAY_MS - world.now(),
      max_concurrency: 1,
    },
  });
};

/** The scope in the path: the application's own id, and for guild commands a guild the bot is in. */
const scope = (call: Call): string | null => {
  const { world } = call;
  if (param(call, 'application') !== world.application.id) throw refusal('unknownApplication');
  const guildId = call.params.guild;
  if (guildId === undefined) return null;
  if (!world.guilds.has(guildId)) throw refusal('unknownGuild');
  if (world.member(guildId, world.bot.id) === undefined) throw refusal('missingAccess');
  return guildId;
};

const scopeName = (guildId: string | null): CommandScope => (guildId === null ? 'global' : 'guild');

/** Fills in what Discord fills in. Guild commands have neither contexts nor integration types. */
const commandBody = (
  world: World,
  command: Pick<Command, 'id' | 'version' | 'guildId' | 'type' | 'name'>,
  body: JsonObject,
): JsonObject => ({
  id: command.id,
  application_id: world.application.id,
  version: command.version,
  default_member_permissions: null,
  type: command.type,
  name: command.name,
  name_localizations: null,
  description: '',
  description_localizations: null,
  nsfw: false,
  ...(command.guildId === null
    ? { dm_permission: true, contexts: null, integration_types: [0] }
    : { guild_id: command.guildId }),
  ...Object.fromEntries(
    Object.entries(body).filter(
      ([key]) => command.guildId === null || (key !== 'contexts' && key !== 'integration_types'),
    ),
  ),
});

const put = (world: World, guildId: string | null, body: JsonObject): Command => {
  const type = asNumber(body.type) ?? 1;
  const name = asString(body.name) ?? '';
  const existing = world.commandsIn(guildId).find((command) => command.name === name && command.type === type);
  const head = { id: existing?.id ?? world.ids.next(), guildId, version: world.ids.next(), type, name };
  const command: Command = { ...head, body: commandBody(world, head, body) };
  world.commands.set(command.id, command);
  return command;
};

const overwriteAll = (call: Call): Reply => {
  const { world } = call;
  const guildId = scope(call);
  const list = asArray(call.body);
  demand(validateCommands(call.body, scopeName(guildId)));
  countCreates(world, guildId, objectsIn(list));
  const kept = objectsIn(list).map((body) => put(world, guildId, body));
  const keptIds = new Set(kept.map((command) => command.id));
  for (const command of world.commandsIn(guildId)) if (!keptIds.has(command.id)) world.commands.delete(command.id);
  world.events.emit('commands-registered', { guildId, commands: kept });
  return ok(kept.map((command) => command.body));
};

/** 200 creations a day and scope: only names that did not exist count. */
const creates = new WeakMap<World, { scope: string | null; at: number }[]>();
const countCreates = (world: World, guildId: string | null, bodies: readonly JsonObject[]): void => {
  const existing = world.commandsIn(guildId);
  const isNew = (body: JsonObject): boolean =>
    !existing.some((command) => command.name === body.name && command.type === (body.type ?? 1));
  const dayAgo = world.now() - DAY_MS;
  const past = (creates.get(world) ?? []).filter((entry) => entry.at > dayAgo);
  const fresh = bodies.filter(isNew).map(() => ({ scope: guildId, at: world.now() }));
  if (past.filter((entry) => entry.scope === guildId).length + fresh.length > 200)
    throw refusal('tooManyCommandCreates');
  creates.set(world, [...past, ...fresh]);
};

const create = (call: Call): Reply => {
  const { world } = call;
  const guildId = scope(call);
  const body = bodyObject(call);
  const others = world
    .commandsIn(guildId)
    .filter((command) => command.name !== body.name || command.type !== (body.type ?? 1));
  demand(validateCommand(body, scopeName(guildId)));
  if (
    others.filter((command) => command.type === (body.type ?? 1)).length >=
    (body.type === 2 || body.type === 3 ? 15 : 100)
  )
    throw refusal('tooManyCommands');
  countCreates(world, guildId, [body]);
  const isNew = others.length === world.commandsIn(guildId).length;
  const command = put(world, guildId, body);
  world.events.emit('commands-registered', { guildId, commands: world.commandsIn(guildId) });
  return isNew ? created(command.body) : ok(command.body);
};

const commandInPath = (call: Call): Command => {
  const command = call.world.commands.get(param(call, 'command'));
  if (command === undefined || command.guildId !== scope(call)) throw refusal('unknownCommand');
  return command;
};

const modify = (call: Call): Reply => {
  const command = commandInPath(call);
  const merged = { ...command.body, ...bodyObject(call) };
  demand(validateCommand(merged, scopeName(command.guildId)));
  const next: Command = {
    ...command,
    name: asString(merged.name) ?? command.name,
    version: call.world.ids.next(),
    body: merged,
  };
  call.world.commands.set(command.id, next);
  return ok(next.body);
};

const remove = (call: Call): Reply => {
  call.world.commands.delete(commandInPath(call).id);
  return noContent;
};

const listAll = (call: Call): Reply => ok(call.world.commandsIn(scope(call)).map((command) => command.body));
const getOne = (call: Call): Reply => ok(commandInPath(call).body);

const commandRoutes = (base: string): readonly Route[] => [
  { method: 'PUT', path: base, auth: 'bot', handle: overwriteAll },
  { method: 'GET', path: base, auth: 'bot', handle: listAll },
  { method: 'POST', path: base, auth: 'bot', handle: create },
  { method: 'GET', path: `${base}/:command`, auth: 'bot', handle: getOne },
  { method: 'PATCH', path: `${base}/:command`, auth: 'bot', handle: modify },
  { method: 'DELETE', path: `${base}/:command`, auth: 'bot', handle: remove },
];

export const applicationRoutes: readonly Route[] = [
  { method: 'GET', path: '/gateway', auth: 'open', handle: (call) => ok({ url: call.world.origins.gateway }) },
  { method: 'GET', path: '/gateway/bot', auth: 'bot', handle: gatewayBot },
  { method: 'GET', path: '/applications/@me', auth: 'bot', handle: (call) => ok(applicationJson(call.world)) },
  { method: 'GET', path: '/oauth2/applications/@me', auth: 'bot', handle: (call) => ok(applicationJson(call.world)) },
  ...commandRoutes('/applications/:application/commands'),
  ...commandRoutes('/applications/:application/guilds/:guild/commands'),
];
