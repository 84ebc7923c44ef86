import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Live } from '../../sandbox/tiktok/live.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import type { Viewer } from '../../sandbox/tiktok/viewer.ts';
import { at, type LibraryClient, libraryClient } from './tiktok-client.ts';

let tiktok: TikTok;
let live: Live;
let vera: Viewer;
let client: LibraryClient;

beforeEach(async () => {
  tiktok = await startTikTok();
  live = tiktok.host('djhost', { nickname: 'DJ Host', followerCount: 5000 }).goLive();
  vera = tiktok.viewer('vera', {
    nickname: 'Vera 🎧 </script> @everyone',
    followerCount: 321,
    followingCount: 12,
    gifterLevel: 23,
    fanLevel: 7,
    moderator: true,
    subscriber: true,
    follower: true,
  });
  client = libraryClient(tiktok, 'djhost');
  await client.connection.connect();
  await live.waitForConnection();
});
afterEach(async () => {
  await client.connection.disconnect();
  await tiktok.stop();
});

/** Every path and the value the library must show there. */
function expectPaths(payload: unknown, paths: Readonly<Record<string, unknown>>): void {
  const found = Object.fromEntries(Object.keys(paths).map((path) => [path, at(payload, path)]));
  expect(found).toEqual(paths);
}

describe('events as the library hands them over', () => {
  it('say in every event which message it was and who it came from', async () => {
    live.comment(vera, 'hello');
    const chat = await client.first('chat');
    expectPaths(chat, {
      'common.roomId': live.roomId,
      'common.method': 'WebcastChatMessage',
      content: 'hello',
      contentLanguage: 'en',
      'user.displayId': 'vera',
      'user.id': vera.userId,
      'user.idStr': vera.userId,
      'user.nickname': 'Vera 🎧 </script> @everyone',
      'user.secUid': `MS4wLjABAAAA${vera.userId}`,
      'user.avatarThumb.urlList.0': vera.profile.avatarUrl,
      'user.avatarLarge.urlList.0': vera.profile.avatarUrl,
      'user.followInfo.followerCount': '321',
      'user.followInfo.followingCount': '12',
      'user.followInfo.followStatus': '1',
      'user.payGrade.level': 23,
      'user.fansClub.data.level': 7,
      'user.fansClubInfo.fansLevel': '7',
      'userIdentity.isModeratorOfAnchor': true,
      'userIdentity.isSubscriberOfAnchor': true,
      'userIdentity.isFollowerOfAnchor': true,
      'userIdentity.isMutualFollowingWithAnchor': false,
      'userIdentity.isGiftGiverOfAnchor': false,
      'userIdentity.isAnchor': false,
    });
    const badges = at(chat, 'user.badgeList') as readonly unknown[];
    expect(badges.map((badge) => [at(badge, 'sceneType'), at(badge, 'privilegeLogExtra.level')])).toEqual([
      [1, '0'],
      [4, '1'],
      [8, '23'],
      [10, '7'],
    ]);
    expect(Math.abs(Number(at(chat, 'common.createTime')) - Date.now())).toBeLessThan(10_000);
  });

  it('give a gift with its price, type and streak', async () => {
    live.gift(vera, 'Doughnut', { groupId: '1732150000123' });
    const [first, second] = await client.until('gift', 2);
    const end = at(first, 'repeatEnd') === 1 ? first : second;
    expectPaths(end, {
      giftId: '5879',
      'gift.id': '5879',
      'gift.name': 'Doughnut',
      'gift.diamondCount': 30,
      'gift.type': 1,
      'gift.combo': true,
      'gift.image.urlList.0': 'https://p16-webcast.tiktokcdn.com/img/gift/5879.png',
      repeatCount: 1,
      repeatEnd: 1,
      groupId: '1732150000123',
      groupCount: 1,
      comboCount: 1,
      orderId: '',
      'common.displayText.key': 'webcast_aweme_gift_send_message',
      'userIdentity.isGiftGiverOfAnchor': true,
      toUser: undefined,
    });
    expect(at(first, 'common.msgId')).not.toBe(at(second, 'common.msgId'));
  });

  it('give a gift that cannot be streaked once, with repeatEnd 0', async () => {
    live.gift(vera, tiktok.gifts.galaxy, { repeat: 2, to: tiktok.viewer('guest') });
    live.comment(vera, 'done');
    await client.first('chat');
    const sent = await client.until('gift', 2);
    expect(sent).toHaveLength(2);
    for (const gift of sent) {
      expectPaths(gift, {
        'gift.type': 2,
        'gift.combo': false,
        repeatCount: 1,
        repeatEnd: 0,
        groupId: '0',
        'toUser.displayId': 'guest',
      });
    }
    expect(live.truth).toMatchObject({ gifts: 2, coins: 2000 });
  });

  it('count likes, members, follows and shares; other social messages stay social', async () => {
    live.like(vera, 15);
    live.like(vera, 5);
    live.join(vera);
    live.follow(vera);
    live.share(vera);
    live.social(vera);
    const likes = await client.until('like', 2);
    expect(likes.map((like) => [at(like, 'count'), at(like, 'total')]).sort()).toEqual([
      [15, '15'],
      [5, '20'],
    ]);
    expectPaths(await client.first('member'), { memberCount: 1, action: 1, userId: vera.userId });
    expectPaths(await client.first('follow'), {
      followCount: '5001',
      action: '1',
      'common.displayText.key': 'pm_main_follow_message_viewer_2',
    });
    expectPaths(await client.first('share'), { shareCount: 1, 'common.displayText.key': 'pm_mt_guidance_share' });
    await client.first('social');
    expect(client.of('follow')).toHaveLength(1);
    expect(client.of('share')).toHaveLength(1);
  });

  it('tell subscriptions by notice and by member action 3, and super fans by barrage', async () => {
    live.subscribe(vera, 4, { asMember: true });
    live.superFan(vera, 'joined');
    live.superFan(vera, 'greeting');
    expectPaths(await client.first('subNotify'), { subMonth: '4', 'user.displayId': 'vera' });
    expectPaths(await client.first('member'), { action: 3 });
    await client.first('superFanJoin');
    await client.first('superFan');
    expect(await client.until('barrage', 2)).toHaveLength(2);
  });

  it('announce the audience with its top gifters', async () => {
    live.viewers(123, { totalUser: 4567, top: [{ viewer: vera, coins: 990 }] });
    expectPaths(await client.first('roomUser'), {
      total: '123',
      totalUser: '4567',
      'ranks.0.user.displayId': 'vera',
      'ranks.0.score': '990',
    });
  });

  it('run a poll through its three stages', async () => {
    const options = [{ text: 'rap', votes: 3 }, { text: 'techno' }];
    const pollId = live.poll({ stage: 'start', title: 'What next?', options });
    live.poll({ stage: 'votes', pollId, options });
    live.poll({ stage: 'end', pollId, options });
    const stages = await client.until('pollMessage', 3);
    const start = stages.find((stage) => at(stage, 'startContent') !== undefined);
    expectPaths(start, {
      pollId,
      messageType: '0',
      'startContent.title': 'What next?',
      'startContent.optionList.0.displayContent': 'rap',
      'startContent.optionList.0.votes': '3',
      'startContent.optionList.1.optionIdx': 1,
    });
    const votes = stages.find((stage) => at(stage, 'updateVotesContent') !== undefined);
    expect(at(votes, 'updateVotesContent.optionList.0.votes')).toBe('3');
    const end = stages.find((stage) => at(stage, 'endContent') !== undefined);
    expect(at(end, 'endContent.optionList.1.displayContent')).toBe('techno');
  });

  it('fight a battle with armies and a result', async () => {
    const host = tiktok.host('djhost');
    const rival = tiktok.host('rival', { nickname: 'Rival' });
    const battleId = live.battle({ action: 'open', sides: [host, rival], startTimeMs: 1_000_000 });
    live.armies(battleId, [
      { hostUserId: host.userId, score: 40, supporters: [{ viewer: vera, score: 40 }] },
      { hostUserId: rival.userId, score: 7, supporters: [] },
    ]);
    const opened = await client.first('linkMicBattle');
    expectPaths(opened, {
      battleId,
      action: 4,
      'anchorsInfo.0.value.user.userId': host.userId,
      'anchorsInfo.0.value.user.displayId': 'djhost',
      'anchorsInfo.1.value.user.nickName': 'rival',
      'battleSettings.duration': 300,
      'battleSettings.startTimeMs': '1000000',
      'battleSettings.endTimeMs': '1300000',
    });
    expectPaths(await client.first('linkMicArmies'), {
      [`armies.${host.userId}.hostscore`]: '40',
      [`armies.${host.userId}.userArmies.0.userId`]: vera.userId,
      [`armies.${host.userId}.userArmies.0.score`]: '40',
      [`armies.${rival.userId}.hostscore`]: '7',
    });
    const results = {
      [host.userId]: { result: 'win', score: 40 },
      [rival.userId]: { result: 'lose', score: 7 },
    } as const;
    live.battle({ battleId, action: 'finish', sides: [host, rival], results });
    const [, finished] = await client.until('linkMicBattle', 2);
    expectPaths(finished, {
      action: 5,
      [`battleResult.${host.userId}.result`]: 0,
      [`battleResult.${rival.userId}.result`]: 1,
      [`battleResult.${rival.userId}.score`]: '7',
    });
  });

  it('show a treasure box and hide it again under the same id', async () => {
    const envelopeId = live.envelope(vera, { coins: 100, people: 10 });
    const shown = await client.first('envelope');
    live.envelope(vera, { envelopeId, coins: 100, people: 10, display: 'hide' });
    const [, hidden] = await client.until('envelope', 2);
    expectPaths(shown, {
      display: 1,
      'envelopeInfo.envelopeId': envelopeId,
      'envelopeInfo.diamondCount': 100,
      'envelopeInfo.peopleCount': 10,
      'envelopeInfo.sendUserId': vera.userId,
      'envelopeInfo.sendUserName': vera.profile.nickname,
      'envelopeInfo.businessType': 1,
    });
    expectPaths(hidden, { display: 2, 'envelopeInfo.envelopeId': envelopeId });
  });

  it('send emotes, pauses and resumes', async () => {
    live.emote(vera, '7123');
    live.control(1);
    live.control(2);
    expectPaths(await client.first('emote'), {
      'emoteList.0.emoteId': '7123',
      'emoteList.0.image.urlList.0': 'https://p16-webcast.tiktokcdn.com/emote/7123.png',
      'user.displayId': 'vera',
    });
    const controls = await client.until('controlMessage', 2);
    expect(controls.map((control) => at(control, 'action')).sort()).toEqual([1, 2]);
    expect(client.of('streamEnd')).toHaveLength(0);
  });

  it('follow a viewer who renames, by the id that stays', async () => {
    live.comment(vera, 'before');
    await client.until('chat', 1);
    vera.rename('vera.reborn');
    vera.change({ nickname: 'Vera II', gifterLevel: 0 });
    live.comment(vera, 'after');
    const [before, after] = await client.until('chat', 2);
    expect(at(before, 'user.displayId')).toBe('vera');
    expectPaths(after, {
      'user.id': vera.userId,
      'user.displayId': 'vera.reborn',
      'user.nickname': 'Vera II',
      'user.payGrade': undefined,
    });
    expect(live.truthOf(vera).comments).toBe(2);
  });

  it('carry whatever people call themselves', async () => {
    const nickname = 'Ñ🎧'.repeat(5000);
    live.comment(tiktok.viewer('**bold**_`x`', { nickname }), '=HYPERLINK("x") @everyone <@1> \u202e');
    expectPaths(await client.first('chat'), {
      'user.displayId': '**bold**_`x`',
      'user.nickname': nickname,
      content: '=HYPERLINK("x") @everyone <@1> \u202e',
    });
  });

  it('carry the time of a shifted world, in ms or in seconds', async () => {
    tiktok.clock.offsetMs = -3_600_000;
    live.comment(vera, 'an hour ago');
    const [first] = await client.until('chat', 1);
    tiktok.clock.createTimeUnit = 's';
    live.comment(vera, 'in seconds');
    const [, second] = await client.until('chat', 2);
    const hourAgo = Date.now() - 3_600_000;
    expect(Math.abs(Number(at(first, 'common.createTime')) - hourAgo)).toBeLessThan(10_000);
    expect(Math.abs(Number(at(second, 'common.createTime')) * 1000 - hourAgo)).toBeLessThan(10_000);
  });
});
