import {
  BattleBaseUserInfo,
  BattleResult,
  BattleResultResult,
  BattleSetting,
  BattleUserArmies,
  BattleUserArmy,
  BattleUserInfo,
  Contributor,
  EmoteModel,
  EnvelopeBusinessType,
  EnvelopeDisplay,
  ImageModel,
  LinkMicBattleBattleAction,
  MessageCommonText,
  MessageRedEnvelopInfo,
  PollEndContent,
  PollOptionInfo,
  PollStartContent,
  PollUpdateVotesContent,
  WebcastBarrageMessage,
  WebcastEmoteChatMessage,
  WebcastEnvelopeMessage,
  WebcastLinkMicArmies,
  WebcastLinkMicBattle,
  WebcastPollMessage,
  WebcastRoomUserSeqMessage,
} from 'tiktok-live-proto/v3';
import { common, type Stamp } from './messages.ts';
import { build, encode, type RoomMessage } from './protobuf.ts';
import { type Viewer, wireIdentity } from './viewer.ts';

export interface Audience {
  /** Viewers now. */
  readonly total: number;
  /** Everybody who ever came in. */
  readonly totalUser: number;
  /** Top gifters with their coins, best first. */
  readonly top: readonly { readonly viewer: Viewer; readonly coins: number }[];
}

export function audience(stamp: Stamp, seen: Audience): RoomMessage {
  const method = 'WebcastRoomUserSeqMessage';
  const ranks = seen.top.map(({ viewer, coins }, index) =>
    build(Contributor, { user: viewer.wire, score: String(coins), rank: String(index + 1) }),
  );
  const payload = encode(WebcastRoomUserSeqMessage, {
    common: common(method, stamp),
    total: String(seen.total),
    totalUser: String(seen.totalUser),
    popularity: String(seen.total),
    ranks,
  });
  return { method, msgId: stamp.msgId, payload };
}

export interface Poll {
  readonly pollId: string;
  readonly stage: 'start' | 'votes' | 'end';
  readonly title?: string;
  readonly options: readonly { readonly text: string; readonly votes?: number }[];
}

export function poll(stamp: Stamp, asked: Poll): RoomMessage {
  const method = 'WebcastPollMessage';
  const optionList = asked.options.map((option, optionIdx) =>
    build(PollOptionInfo, { displayContent: option.text, votes: String(option.votes ?? 0), optionIdx }),
  );
  const title = asked.title ?? '';
  const start = asked.stage === 'start' ? build(PollStartContent, { title, optionList }) : undefined;
  const payload = encode(WebcastPollMessage, {
    common: common(method, stamp),
    pollId: asked.pollId,
    messageType: { start: '0', end: '1', votes: '2' }[asked.stage],
    startContent: start,
    updateVotesContent: asked.stage === 'votes' ? build(PollUpdateVotesContent, { optionList }) : undefined,
    endContent: asked.stage === 'end' ? build(PollEndContent, { optionList }) : undefined,
  });
  return { method, msgId: stamp.msgId, payload };
}

/** One creator in a battle; a `Host` or a `Viewer` will do. */
export interface BattleSide {
  readonly userId: string;
  readonly handle: string;
  readonly nickname?: string;
  readonly roomId?: string;
}

export interface Battle {
  readonly battleId: string;
  readonly action: 'invite' | 'accept' | 'open' | 'finish' | 'cut-short';
  readonly durationSeconds: number;
  readonly startTimeMs: number;
  readonly sides: readonly BattleSide[];
  /** By user id; told when the battle is over. */
  readonly results: Readonly<Record<string, { readonly result: 'win' | 'lose' | 'draw'; readonly score: number }>>;
}

const BATTLE_ACTION = {
  invite: LinkMicBattleBattleAction.INVITE,
  accept: LinkMicBattleBattleAction.ACCEPT,
  open: LinkMicBattleBattleAction.OPEN,
  finish: LinkMicBattleBattleAction.FINISH,
  'cut-short': LinkMicBattleBattleAction.LINK_MIC_BATTLE_BATTLE_ACTION_CUT_SHORT,
} as const satisfies Record<Battle['action'], LinkMicBattleBattleAction>;

const BATTLE_RESULT = {
  win: BattleResultResult.WIN,
  lose: BattleResultResult.LOSE,
  draw: BattleResultResult.DRAW,
} as const;

export function battle(stamp: Stamp, fought: Battle): RoomMessage {
  const method = 'WebcastLinkMicBattle';
  const results = Object.entries(fought.results).map(([userId, { result, score }]) => {
    const told = build(BattleResult, { userId, result: BATTLE_RESULT[result], score: String(score) });
    return [userId, told] as const;
  });
  const payload = encode(WebcastLinkMicBattle, {
    common: common(method, stamp),
    battleId: fought.battleId,
    action: BATTLE_ACTION[fought.action],
    battleSettings: build(BattleSetting, {
      battleId: fought.battleId,
      duration: fought.durationSeconds,
      startTimeMs: String(fought.startTimeMs),
      endTimeMs: String(fought.startTimeMs + fought.durationSeconds * 1000),
    }),
    anchorsInfo: fought.sides.map((side) => {
      const { userId, handle: displayId, roomId = '0' } = side;
      const user = build(BattleBaseUserInfo, { userId, displayId, roomId, nickName: side.nickname ?? displayId });
      return { key: userId, value: build(BattleUserInfo, { user }) };
    }),
    battleResult: Object.fromEntries(results),
  });
  return { method, msgId: stamp.msgId, payload };
}

/** The supporters of one side of a battle. */
export interface Army {
  readonly hostUserId: string;
  readonly score: number;
  readonly supporters: readonly { readonly viewer: Viewer; readonly score: number }[];
}

export function armies(stamp: Stamp, battleId: string, sides: readonly Army[]): RoomMessage {
  const method = 'WebcastLinkMicArmies';
  const wire = sides.map((side) => {
    const userArmies = side.supporters.map(({ viewer, score }) =>
      build(BattleUserArmy, {
        userId: viewer.userId,
        userIdStr: viewer.userId,
        nickname: viewer.profile.nickname,
        score: String(score),
      }),
    );
    const { hostUserId: anchorIdStr, score } = side;
    return [anchorIdStr, build(BattleUserArmies, { anchorIdStr, hostscore: String(score), userArmies })] as const;
  });
  const payload = encode(WebcastLinkMicArmies, {
    common: common(method, stamp),
    battleId,
    armies: Object.fromEntries(wire),
  });
  return { method, msgId: stamp.msgId, payload };
}

/** A treasure box. */
export interface Treasure {
  readonly envelopeId: string;
  readonly coins: number;
  /** How many people may win. */
  readonly people: number;
  /** The same box is announced again with 'hide' when it is gone. */
  readonly display: 'new' | 'hide';
  readonly unpackAtSeconds: number;
}

export function envelope(stamp: Stamp, viewer: Viewer, box: Treasure): RoomMessage {
  const method = 'WebcastEnvelopeMessage';
  const payload = encode(WebcastEnvelopeMessage, {
    common: common(method, stamp),
    display: box.display === 'new' ? EnvelopeDisplay.NEW : EnvelopeDisplay.HIDE,
    envelopeInfo: build(MessageRedEnvelopInfo, {
      envelopeId: box.envelopeId,
      businessType: EnvelopeBusinessType.BUSINESS_TYPE_USER_DIAMOND,
      diamondCount: box.coins,
      peopleCount: box.people,
      sendUserId: viewer.userId,
      sendUserName: viewer.profile.nickname,
      unpackAt: box.unpackAtSeconds,
      roomId: stamp.roomId,
    }),
  });
  return { method, msgId: stamp.msgId, payload };
}

export function emote(stamp: Stamp, viewer: Viewer, emoteId: string, gaveGift: boolean): RoomMessage {
  const method = 'WebcastEmoteChatMessage';
  const image = build(ImageModel, { urlList: [`https://p16-webcast.tiktokcdn.com/emote/${emoteId}.png`] });
  const payload = encode(WebcastEmoteChatMessage, {
    common: common(method, stamp),
    user: viewer.wire,
    emoteList: [build(EmoteModel, { emoteId, image })],
    userIdentity: wireIdentity(viewer.profile, gaveGift),
  });
  return { method, msgId: stamp.msgId, payload };
}

/** Super fans are told by a barrage, whose text key says what it is. */
export function superFan(stamp: Stamp, viewer: Viewer, what: 'joined' | 'greeting'): RoomMessage {
  const method = 'WebcastBarrageMessage';
  const key =
    what === 'joined' ? 'ttlive_superFan_commentNotif_superFanJoined' : 'ttlive_superFan_commentNotif_superFanHere';
  const payload = encode(WebcastBarrageMessage, {
    common: common(method, stamp),
    user: viewer.wire,
    content: build(MessageCommonText, { key }),
  });
  return { method, msgId: stamp.msgId, payload };
}
