import type { RequestRecord } from '../../sandbox/discord/world-events.ts';
import type { Show } from './show.ts';

interface Place {
  readonly id: string;
}

const isMessageOf = (verb: string, channel: Place | undefined) => (request: RequestRecord) =>
  request.method === verb &&
  request.route.startsWith('/channels/:channel/messages') &&
  (channel === undefined || request.path.startsWith(`/channels/${channel.id}/`));

/** What the bot asked of Discord from now on. */
export function journalOf({ sandbox }: Pick<Show, 'sandbox'>) {
  const { world } = sandbox.discord;
  const mark = world.events.mark();
  return {
    /** Edits of messages in a channel, or anywhere. Answers to clicks are none. */
    edits: (channel?: Place) => world.requests(isMessageOf('PATCH', channel), mark),
    posts: (channel?: Place) => world.requests(isMessageOf('POST', channel), mark),
    /** Requests that Discord found too fast, as `429` or with the code of the limit. */
    limited: () =>
      world.requests(({ status }) => status === 429, mark).map(({ code, path }) => `${code ?? 429} ${path}`),
    /** Requests that Discord refused for another reason. */
    refused: () =>
      world
        .requests(({ status }) => status >= 400 && status !== 429, mark)
        .map(({ method, path, status, code }) => `${method} ${path}: ${status} ${code}`),
  };
}
