import type { Guild, User } from './model.ts';

const MIB = 1024 * 1024;

/** What anybody, bots included, may upload per file in a guild of this tier (bytes). */
export const guildUploadLimit = (guild: Guild | undefined): number => {
  switch (guild?.premiumTier) {
    case 3:
      return 100 * MIB;
    case 2:
      return 50 * MIB;
    default:
      return 20 * MIB;
  }
};

/** What a person may upload: the guild's limit or that of their own subscription, whichever is larger (bytes). */
export const personUploadLimit = (user: User, guild: Guild | undefined): number => {
  const own = user.premiumType === 2 ? 500 * MIB : user.premiumType === 3 ? 50 * MIB : 0;
  return Math.max(own, guildUploadLimit(guild));
};
