import { HOST_HANDLE } from '../live-stage.ts';
import type { Scene } from './director.ts';
import { becomes, botMessagesIn, GLANCE_MS, PATIENCE, READ_MS, run } from './telling.ts';

/** Events per second of the crowd while things break. */
const CROWD = 40;

/** Nova streams, and the bot listens. */
export async function goLive({ stage, caption, beat }: Scene): Promise<void> {
  const { people, channels } = stage.cast;
  caption(`Nova goes live as @${HOST_HANDLE}`, { as: 'nova', at: 'lobby', panel: 'live' });
  if (stage.live.live === undefined) stage.live.do({ kind: 'start' });
  await beat(GLANCE_MS);
  caption(`Nova connects the bot: /tiktok connect @${HOST_HANDLE}`, { as: 'nova', at: 'lobby' });
  await run(stage, people.nova, 'tiktok connect', { unique_id: `@${HOST_HANDLE}`, persistent: true });
  await stage.live.live?.waitForConnection(1, PATIENCE.timeoutMs);
  await beat(GLANCE_MS);
  caption('The control room shows the LIVE', { as: 'nova', at: 'review-desk', message: 'Control room' });
  await people.nova.waitToSee(channels['review-desk'], /novalive/, PATIENCE);
  await beat(READ_MS);
  if (stage.overlay.offersOverlay && stage.overlay.view.kind === 'hint') {
    caption('Nova asks for the address of the overlay: /overlay show', { as: 'nova', at: 'lobby', panel: 'live' });
    await run(stage, people.nova, 'overlay show');
    await beat(READ_MS);
  }
}

/** Points order the free line; coins buy a better one. */
export async function moveTheQueue({ stage, caption, beat }: Scene): Promise<void> {
  const { people, channels } = stage.cast;
  const { live } = stage;
  const watching = { as: 'ana', at: 'live-queue', panel: 'live' } as const;
  caption('Viewers chat and like', watching);
  live.do({ kind: 'join', viewer: 'cleo' });
  live.do({ kind: 'chat', viewer: 'cleo', text: 'hello from Lisbon' });
  live.do({ kind: 'like', viewer: 'cleo', count: 15 });
  await beat(GLANCE_MS);
  caption('@benbeats asks for his song and likes: his points move Ben up in the free line', watching);
  live.do({ kind: 'chat', viewer: 'benbeats', text: 'play my song!' });
  live.do({ kind: 'like', viewer: 'benbeats', count: 50 });
  await people.ana.waitToSee(channels['live-queue'], /1\.[^\n]*Concert Pitch/, PATIENCE);
  await beat(READ_MS);
  const gift = '@benbeats sends a Galaxy, 1,000 coins: his song jumps into the skip line';
  caption(gift, { as: 'nova', at: 'review-desk', panel: 'live', message: 'Reviewer queue' });
  const told = people.ben.dms().length;
  live.do({ kind: 'gift', viewer: 'benbeats', gift: 'Galaxy', repeat: 1 });
  await people.nova.waitToSee(channels['review-desk'], /⏭️[^\n]*Concert Pitch/, PATIENCE);
  await beat(READ_MS);
  caption('Ben is told in private what moved his song', { as: 'ben', at: 'dm' });
  await becomes(stage, () => people.ben.dms().length > told, 'Ben got no private message');
  await beat(READ_MS);
}

/** Everything that can break breaks once. */
export async function makeTrouble({ stage, caption, beat }: Scene): Promise<void> {
  const { live, faults, world } = stage;
  if (live.live === undefined) live.do({ kind: 'start' });
  caption(`A crowd: ${CROWD} events every second`, {
    as: 'nova',
    at: 'review-desk',
    panel: 'live',
    message: 'Control room',
  });
  live.do({ kind: 'crowd', perSecond: CROWD });
  await beat(READ_MS);
  const watching = { at: 'review-desk', panel: 'faults', message: 'Control room' } as const;
  caption('The LIVE connection drops. The bot returns into the same session', watching);
  live.do({ kind: 'drop' });
  await live.live?.waitForConnection(1, PATIENCE.timeoutMs);
  await beat(READ_MS);
  caption('kill -9: the bot is gone in the middle of everything', watching);
  faults.do({ kind: 'kill-bot' });
  await stage.bot.idle();
  if (stage.bot.view.kind !== 'ready') throw new Error('the bot did not come back');
  caption('It is back: same panels, same queue, the LIVE goes on', watching);
  await live.live?.waitForConnection(1, PATIENCE.timeoutMs);
  await beat(READ_MS);
  caption('The gateway to Discord is cut. The bot takes its session up again', watching);
  const mark = world.events.mark();
  faults.do({ kind: 'drop-gateway' });
  const isBack = (): boolean =>
    world.events.history('gateway-resumed', mark).length + world.events.history('gateway-identified', mark).length > 0;
  await becomes(stage, isBack, 'the bot did not return to the gateway');
  await beat(READ_MS);
  live.do({ kind: 'crowd', perSecond: 0 });
}

/** The stream ends, the numbers come. */
export async function stopTheStream({ stage, caption, beat }: Scene): Promise<void> {
  const looking = { as: 'nova', at: 'numbers' } as const;
  caption('Nova ends the LIVE', { ...looking, panel: 'live' });
  const posted = botMessagesIn(stage, 'numbers').length;
  stage.live.do({ kind: 'end' });
  await becomes(stage, () => botMessagesIn(stage, 'numbers').length > posted, 'the numbers were not posted');
  const files =
    botMessagesIn(stage, 'numbers')
      .at(-1)
      ?.attachments.map(({ filename }) => filename) ?? [];
  caption(`The numbers of the show are posted${files.length > 0 ? `, with ${files.join(' and ')}` : ''}`, looking);
  await beat(READ_MS);
}
