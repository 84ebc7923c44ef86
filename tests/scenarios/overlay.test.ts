import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { EventReader } from '../web/event-reader.ts';
import { PATIENCE, type Show, startShow, submitFree } from './show.ts';

let show: Show;
let tiktok: TikTok;
beforeAll(async () => {
  show = await startShow({ sandbox: { voice: false } });
  if (show.sandbox.tiktok === undefined) throw new Error('no TikTok');
  tiktok = show.sandbox.tiktok;
});
afterAll(() => show.stop());

const overlayCommand = async (sub: 'show' | 'reset', who = show.nova) =>
  (await who.slash(`overlay ${sub}`)).final(PATIENCE);

/** The address that a person reads in the answer, on the bot as it runs now. */
function addressIn(text: string): string {
  const path = /\/overlay\/[\w-]{32}/.exec(text)?.[0];
  if (path === undefined) throw new Error(`no address in: ${text}`);
  return `http://127.0.0.1:${show.app.httpPort}${path}`;
}

describe('/overlay', () => {
  it('is not for listeners', async () => {
    expect((await overlayCommand('show', show.ana)).text).not.toContain('/overlay/');
  });

  it('gives an address whose page follows the show, and goes on after a restart', async () => {
    const address = addressIn((await overlayCommand('show')).text);
    expect((await fetch(address)).status).toBe(200);
    expect((await fetch(`${address}/configure`)).status).toBe(200);
    const reader = await EventReader.open(`${address}/events`);
    expect((await reader.next('state')).queue.total).toBe(0);
    const id = await submitFree(show.ana, 'Overlay One');
    expect((await reader.next('change')).queue?.order).toEqual([id]);
    await (await show.nova.slash('next')).final(PATIENCE);
    const change = await reader.next('change');
    expect(change.nowPlaying?.song).toMatchObject({ id, title: 'Overlay One', owner: show.ana.name });
    expect(JSON.stringify(reader.messages)).not.toContain(show.ana.id);
    await show.restart();
    expect((await reader.next('bye')).reason).toBe('restart');
    const again = await EventReader.open(`${addressIn(address)}/events`);
    expect((await again.next('state')).nowPlaying?.song.id).toBe(id);
    again.close();
  });

  it('alerts when a gift moves a song, naming song and gifter', async () => {
    await (await show.ben.slash('link-tiktok', { tiktok_handle: 'benbeats' })).final(PATIENCE);
    await submitFree(show.ana, 'Ana Two');
    const id = await submitFree(show.ben, 'Ben One');
    const live = tiktok.host('novalive').goLive();
    await (await show.nova.slash('tiktok connect', { unique_id: 'novalive' })).final(PATIENCE);
    await live.waitForConnection();
    const reader = await EventReader.open(`${addressIn((await overlayCommand('show')).text)}/events`);
    await reader.next('state');
    live.gift(tiktok.viewer('benbeats'), 'Galaxy');
    const { alert } = await reader.next('alert');
    expect(alert).toMatchObject({
      kind: 'move',
      by: 'benbeats',
      coins: 1_000,
      song: { id, title: 'Ben One', line: 'skip' },
      gift: { count: 1 },
    });
    reader.close();
  });

  it('is counted with everything else for whoever watches the bot from its machine', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${show.app.httpPort}/metrics`)).text();
    for (const line of [
      /^skipline_interactions_total\{name="\/overlay",result="ok"\} [1-9]/m,
      /^skipline_interaction_seconds_bucket\{le="0\.1",name="\/overlay"\} \d/m,
      /^skipline_live_events\{kind="gift"\} 1$/m,
      /^skipline_live_sessions\{state="active"\} 1$/m,
      /^# TYPE skipline_panel_draws_total counter$/m,
      /^skipline_discord_responses_total\{status="2xx"\} [1-9]/m,
      /^skipline_waiting_songs\{line="skip"\} 1$/m,
      /^skipline_voice_links\{state="away"\} 1$/m,
      /^nodejs_eventloop_lag_p99_seconds \d/m,
      /^skipline_store_seconds_count\{kind="transaction"\} [1-9]/m,
    ])
      expect(metrics).toMatch(line);
    expect(metrics).not.toContain(show.guildId);
  });

  it('reset ends the old address, for whoever watches it too', async () => {
    const old = addressIn((await overlayCommand('show')).text);
    const reader = await EventReader.open(`${old}/events`);
    await reader.next('state');
    const fresh = addressIn((await overlayCommand('reset')).text);
    expect((await reader.next('bye')).reason).toBe('revoked');
    expect((await fetch(old)).status).toBe(404);
    expect((await fetch(fresh)).status).toBe(200);
  });
});
