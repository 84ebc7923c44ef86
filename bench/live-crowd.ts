import { constants, setPriority } from 'node:os';
import { startTikTok } from '../sandbox/tiktok/tiktok.ts';

/** A local TikTok in a process of its own, so that making the load does not slow down whoever measures. */
export type CrowdAsk =
  | { readonly kind: 'burst'; readonly events: number; readonly perSecond: number }
  | { readonly kind: 'gift'; readonly handle: string }
  | { readonly kind: 'stop' };

export type CrowdTold =
  | { readonly kind: 'up'; readonly env: Readonly<Record<string, string>>; readonly host: string }
  | { readonly kind: 'sent' };

const HOST = 'benchhost';

async function main(): Promise<void> {
  // The crowd is not what is measured: on a small machine the bot goes first.
  setPriority(constants.priority.PRIORITY_LOW);
  const tiktok = await startTikTok();
  const live = tiktok.host(HOST).goLive();
  const tell = (told: CrowdTold): void => {
    if (process.connected) process.send?.(told);
  };
  process.on('message', async (ask: CrowdAsk) => {
    switch (ask.kind) {
      case 'burst':
        await live.waitForConnection();
        await live.burst({ events: ask.events, perSecond: ask.perSecond, viewers: 500, seed: 11 });
        tell({ kind: 'sent' });
        break;
      case 'gift':
        live.gift(tiktok.viewer(ask.handle), 'Galaxy');
        break;
      case 'stop':
        await tiktok.stop();
        process.disconnect();
    }
  });
  tell({ kind: 'up', env: { ...tiktok.env }, host: HOST });
}

await main();
