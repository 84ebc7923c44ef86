import type { Route } from './router.ts';
import { applicationRoutes } from './routes/application.ts';
import { channelRoutes } from './routes/channels.ts';
import { guildRoutes } from './routes/guilds.ts';
import { interactionRoutes } from './routes/interactions.ts';
import { messageRoutes } from './routes/messages.ts';
import { userRoutes } from './routes/users.ts';

/** Order matters where one path fits two patterns: literal segments come first. */
export const routes: readonly Route[] = [
  ...interactionRoutes,
  ...messageRoutes,
  ...applicationRoutes,
  ...userRoutes,
  ...channelRoutes,
  ...guildRoutes,
];
