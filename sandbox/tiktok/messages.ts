import {
  CommonMessageData,
  Gift,
  type ImageModel,
  ImageModel as ImageModelCodec,
  MemberMessageAction,
  MessageCommonText,
  WebcastChatMessage,
  WebcastControlMessage,
  WebcastGiftMessage,
  WebcastLikeMessage,
  WebcastMemberMessage,
  WebcastSocialMessage,
  WebcastSubNotifyMessage,
} from 'tiktok-live-proto/v3';
import type { CatalogueGift } from './gifts.ts';
import { build, encode, type RoomMessage } from './protobuf.ts';
import { type Viewer, wireIdentity } from './viewer.ts';

/** What every message of a room carries. */
export interface Stamp {
  readonly msgId: string;
  readonly roomId: string;
  readonly createTime: string;
}

/** Display text keys as seen on the real service; the library tells follow and share apart by them. */
const DISPLAY_KEY = {
  join: 'live_room_enter_toast',
  like: 'pm_mt_msg_viewer',
  gift: 'webcast_aweme_gift_send_message',
  follow: 'pm_main_follow_message_viewer_2',
  share: 'pm_mt_guidance_share',
} as const;

export function common(method: string, stamp: Stamp, displayKey = ''): CommonMessageData {
  return build(CommonMessageData, {
    method,
    msgId: stamp.msgId,
    roomId: stamp.roomId,
    createTime: stamp.createTime,
    isShowMsg: true,
    displayText: displayKey === '' ? undefined : build(MessageCommonText, { key: displayKey }),
  });
}

/**
 * Holes that really occur: the library passes on a message whatever is missing inside. 'drifted' is what a changed
 * schema looks like: everything arrives, but text and handle are not where they were.
 */
export type Shape = 'whole' | 'no-user' | 'no-common' | 'empty' | 'drifted';

export function comment(stamp: Stamp, viewer: Viewer, content: string, gaveGift: boolean, shape: Shape): RoomMessage {
  const method = 'WebcastChatMessage';
  const whole: Partial<WebcastChatMessage> = {
    common: common(method, stamp),
    user: viewer.wire,
    content,
    contentLanguage: 'en',
    userIdentity: wireIdentity(viewer.profile, gaveGift),
  };
  return { method, msgId: stamp.msgId, payload: encode(WebcastChatMessage, withHole(whole, shape)) };
}

function withHole(whole: Partial<WebcastChatMessage>, shape: Shape): Partial<WebcastChatMessage> {
  switch (shape) {
    case 'whole':
      return whole;
    case 'no-user':
      return { ...whole, user: undefined, userIdentity: undefined };
    case 'no-common':
      return { ...whole, common: undefined };
    case 'empty':
      return {};
    case 'drifted':
      return { ...whole, content: '', user: whole.user === undefined ? undefined : { ...whole.user, displayId: '' } };
  }
}

export function like(stamp: Stamp, viewer: Viewer, count: number, total: number): RoomMessage {
  const method = 'WebcastLikeMessage';
  const payload = encode(WebcastLikeMessage, {
    common: common(method, stamp, DISPLAY_KEY.like),
    user: viewer.wire,
    count,
    total: String(total),
  });
  return { method, msgId: stamp.msgId, payload };
}

export function member(
  stamp: Stamp,
  viewer: Viewer,
  memberCount: number,
  action: 'joined' | 'subscribed',
): RoomMessage {
  const method = 'WebcastMemberMessage';
  const payload = encode(WebcastMemberMessage, {
    common: common(method, stamp, DISPLAY_KEY.join),
    user: viewer.wire,
    userId: viewer.userId,
    memberCount,
    action:
      action === 'joined'
        ? MemberMessageAction.MEMBER_MESSAGE_ACTION_JOINED
        : MemberMessageAction.MEMBER_MESSAGE_ACTION_SUBSCRIBED,
  });
  return { method, msgId: stamp.msgId, payload };
}

/** Follows and shares are one message type on the wire, told apart by the display key. */
export function social(
  stamp: Stamp,
  viewer: Viewer,
  what: 'follow' | 'share' | 'other',
  counts: { readonly followCount: number; readonly shareCount: number },
): RoomMessage {
  const method = 'WebcastSocialMessage';
  const payload = encode(WebcastSocialMessage, {
    common: common(method, stamp, what === 'other' ? 'pm_mt_join_message_other_viewer' : DISPLAY_KEY[what]),
    user: viewer.wire,
    action: { follow: '1', share: '3', other: '2' }[what],
    followCount: what === 'follow' ? String(counts.followCount) : '0',
    shareCount: what === 'share' ? counts.shareCount : 0,
    shareTarget: what === 'share' ? '1' : '',
    shareType: what === 'share' ? '1' : '0',
  });
  return { method, msgId: stamp.msgId, payload };
}

export function subscription(stamp: Stamp, viewer: Viewer, months: number): RoomMessage {
  const method = 'WebcastSubNotifyMessage';
  const payload = encode(WebcastSubNotifyMessage, {
    common: common(method, stamp),
    user: viewer.wire,
    subMonth: String(months),
  });
  return { method, msgId: stamp.msgId, payload };
}

/** One gift message as it goes over the wire. `repeatCount` is cumulative in a streak. */
export interface GiftFrame {
  readonly repeatCount: number;
  /** 1 closes a streak; always 0 for gifts that are not streakable. */
  readonly repeatEnd: 0 | 1;
  readonly groupId: string;
  /** false leaves out the `gift` object: only `giftId` tells what it was. */
  readonly withGift: boolean;
  readonly withUser: boolean;
}

export function gift(
  stamp: Stamp,
  viewer: Viewer,
  sent: CatalogueGift,
  frame: GiftFrame,
  toUser: Viewer | undefined,
): RoomMessage {
  const method = 'WebcastGiftMessage';
  const payload = encode(WebcastGiftMessage, {
    common: common(method, stamp, DISPLAY_KEY.gift),
    user: frame.withUser ? viewer.wire : undefined,
    toUser: toUser?.wire,
    giftId: String(sent.id),
    groupId: frame.groupId,
    groupCount: 1,
    comboCount: frame.repeatCount,
    repeatCount: frame.repeatCount,
    repeatEnd: frame.repeatEnd,
    logId: `${stamp.msgId}0`,
    gift: frame.withGift ? wireGift(sent) : undefined,
    userIdentity: wireIdentity(viewer.profile, true),
  });
  return { method, msgId: stamp.msgId, payload };
}

function wireGift(sent: CatalogueGift): Gift {
  return build(Gift, {
    id: String(sent.id),
    name: sent.name,
    describe: `sent ${sent.name}`,
    type: sent.streakable ? 1 : 2,
    combo: sent.streakable,
    diamondCount: sent.coins,
    isDisplayedOnPanel: true,
    image: picture(`gift/${sent.id}`),
    icon: picture(`gift/${sent.id}/icon`),
  });
}

function picture(uri: string): ImageModel {
  return build(ImageModelCodec, { uri, urlList: [`https://p16-webcast.tiktokcdn.com/img/${uri}.png`] });
}

/** 1 paused, 2 resumed, 3 ended, 4 suspended. */
export type ControlCode = 1 | 2 | 3 | 4;

export function control(stamp: Stamp, action: ControlCode): RoomMessage {
  const method = 'WebcastControlMessage';
  return {
    method,
    msgId: stamp.msgId,
    payload: encode(WebcastControlMessage, { common: common(method, stamp), action }),
  };
}
