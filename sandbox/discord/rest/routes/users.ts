import { asString } from '../../json.ts';
import { channelJson, userJson } from '../../wire.ts';
import { refusal } from '../api-error.ts';
import { bodyObject, type Call, ok, param, type Reply, type Route } from '../router.ts';

const openDm = (call: Call): Reply => {
  const { world } = call;
  const id = asString(bodyObject(call).recipient_id);
  const user = id === undefined ? undefined : world.users.get(id);
  if (user === undefined) throw refusal('unknownUser');
  // Another bot, or itself: there is nobody to talk to.
  if (user.bot) throw refusal('cannotDm');
  return ok(channelJson(world, world.dmChannel(user.id)));
};

const getUser = (call: Call): Reply => {
  const id = param(call, 'user');
  const user = id === '@me' ? call.world.bot : call.world.users.get(id);
  if (user === undefined) throw refusal('unknownUser');
  return ok(
    id === '@me'
      ? { ...userJson(user), verified: true, mfa_enabled: true, email: null, locale: 'en-US' }
      : userJson(user),
  );
};

const ownGuilds = (call: Call): Reply =>
  ok(
    call.world.botGuilds().map((guild) => ({
      id: guild.id,
      name: guild.name,
      icon: null,
      banner: null,
      owner: false,
      permissions: call.world.botRole(guild.id).permissions.toString(),
      features: [],
    })),
  );

export const userRoutes: readonly Route[] = [
  { method: 'POST', path: '/users/@me/channels', auth: 'bot', handle: openDm },
  { method: 'GET', path: '/users/@me/guilds', auth: 'bot', handle: ownGuilds },
  { method: 'GET', path: '/users/:user', auth: 'bot', handle: getUser },
];
