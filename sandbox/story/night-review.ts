import { ChannelType } from '../discord/model.ts';
import type { Human } from '../discord/people/human.ts';
import { People } from '../discord/people/people.ts';
import type { World } from '../discord/world.ts';

interface Place {
  readonly id: string;
}

export interface NightReview {
  readonly people: People;
  readonly guildId: string;
  readonly channels: Readonly<
    Record<
      'lobby' | 'submissions' | 'queue' | 'review' | 'playing' | 'numbers' | 'debug' | 'bookmarks' | 'studio',
      Place
    >
  >;
  /** Owner of the server and reviewer. */
  readonly nova: Human;
  readonly ana: Human;
  readonly ben: Human;
}

/** A server as a reviewer has one: its channels, its owner, two listeners. */
export function nightReview(world: World): NightReview {
  const people = new People(world);
  const owner = world.addUser({ username: 'nova' });
  const guild = world.addGuild({ name: 'Night Review', ownerId: owner.id });
  const channel = (name: string, type: ChannelType = ChannelType.text) => world.addChannel(guild.id, { name, type });
  return {
    people,
    guildId: guild.id,
    channels: {
      lobby: channel('lobby'),
      submissions: channel('submissions'),
      queue: channel('live-queue'),
      review: channel('review-desk'),
      playing: channel('now-playing'),
      numbers: channel('numbers'),
      debug: channel('debug'),
      bookmarks: channel('bookmarks'),
      studio: channel('Studio', ChannelType.voice),
    },
    nova: people.owner(guild),
    ana: people.human(guild, 'ana'),
    ben: people.human(guild, 'ben'),
  };
}

/** The commands by which an admin gives every channel its purpose. */
export function setupCommands({ channels }: Pick<NightReview, 'channels'>): readonly (readonly [string, Place])[] {
  return [
    ['setup-reviewer-channel', channels.review],
    ['setup-live-queue', channels.queue],
    ['set-submission-channel', channels.submissions],
    ['setnowplayingchannel', channels.playing],
    ['setup-post-live-metrics', channels.numbers],
    ['setdebugchannel', channels.debug],
    ['setbookmarkchannel', channels.bookmarks],
  ];
}
