import {
  BadgeSceneType,
  BadgeStruct,
  FansClubData,
  FansClubInfo,
  FansClubMember,
  FollowInfo,
  ImageModel,
  PrivilegeLogExtra,
  User,
  UserHonor,
  UserIdentity,
} from 'tiktok-live-proto/v3';
import { build } from './protobuf.ts';

export interface ViewerProfile {
  readonly nickname: string;
  readonly followerCount: number;
  readonly followingCount: number;
  /** Gifter level, 0 to 50; 0 = no badge. */
  readonly gifterLevel: number;
  /** Level in the host's fan club; 0 = not in it. */
  readonly fanLevel: number;
  readonly moderator: boolean;
  readonly subscriber: boolean;
  /** Follows the host. */
  readonly follower: boolean;
  readonly mutual: boolean;
  readonly avatarUrl: string;
}

const STRANGER: Omit<ViewerProfile, 'nickname' | 'avatarUrl'> = {
  followerCount: 0,
  followingCount: 0,
  gifterLevel: 0,
  fanLevel: 0,
  moderator: false,
  subscriber: false,
  follower: false,
  mutual: false,
};

/** Somebody who watches. The user id stays, everything else may change in mid-show. */
export class Viewer {
  readonly userId: string;
  #handle: string;
  #profile: ViewerProfile;
  #wire: User | undefined;

  constructor(userId: string, handle: string, profile: Partial<ViewerProfile>) {
    this.userId = userId;
    this.#handle = handle;
    this.#profile = { ...STRANGER, nickname: handle, avatarUrl: signedAvatarUrl(userId, 'webp'), ...profile };
  }

  /** The @name, without the @. */
  get handle(): string {
    return this.#handle;
  }

  get profile(): ViewerProfile {
    return this.#profile;
  }

  rename(handle: string): void {
    this.#handle = handle;
    this.#wire = undefined;
  }

  change(profile: Partial<ViewerProfile>): void {
    this.#profile = { ...this.#profile, ...profile };
    this.#wire = undefined;
  }

  /** The user object in every event; kept until something about the viewer changes. */
  get wire(): User {
    this.#wire ??= wireUser(this.userId, this.#handle, this.#profile);
    return this.#wire;
  }
}

/** As long as the real ones: they are most of the bytes of a message. */
function signedAvatarUrl(userId: string, format: 'webp' | 'jpeg'): string {
  return (
    `https://p16-sign-va.tiktokcdn.com/tos-maliva-avt-0068/${userId.padStart(32, '0')}~tplv-tiktokx-cropcenter:100:100.${format}` +
    '?dr=14579&idc=maliva&ps=87d6e48a&shcp=fdd36af4&shp=a5d48078&t=4d5b0474&x-expires=1900000000' +
    `&x-signature=${Buffer.from(userId).toString('base64url')}%3D`
  );
}

function wireUser(userId: string, handle: string, profile: ViewerProfile): User {
  const avatar = (...mirrors: string[]): ImageModel =>
    build(ImageModel, { urlList: [profile.avatarUrl, ...mirrors], uri: `tos-maliva-avt-0068/${userId}` });
  const followStatus = profile.mutual ? '2' : profile.follower ? '1' : '0';
  return build(User, {
    id: userId,
    idStr: userId,
    displayId: handle,
    nickname: profile.nickname,
    secUid: `MS4wLjABAAAA${userId}`,
    avatarThumb: avatar(signedAvatarUrl(userId, 'jpeg')),
    avatarMedium: avatar(),
    avatarLarge: avatar(),
    followInfo: build(FollowInfo, {
      followerCount: String(profile.followerCount),
      followingCount: String(profile.followingCount),
      followStatus,
    }),
    payGrade: profile.gifterLevel > 0 ? build(UserHonor, { level: profile.gifterLevel }) : undefined,
    fansClub:
      profile.fanLevel > 0
        ? build(FansClubMember, { data: build(FansClubData, { level: profile.fanLevel }) })
        : undefined,
    fansClubInfo: profile.fanLevel > 0 ? build(FansClubInfo, { fansLevel: String(profile.fanLevel) }) : undefined,
    isFollower: profile.follower,
    isSubscribe: profile.subscriber,
    badgeList: badges(profile),
  });
}

function badges(profile: ViewerProfile): BadgeStruct[] {
  const list: BadgeStruct[] = [];
  if (profile.moderator) list.push(badge(BadgeSceneType.ADMIN, 0));
  if (profile.subscriber) list.push(badge(BadgeSceneType.SUBSCRIBER, 1));
  if (profile.gifterLevel > 0) list.push(badge(BadgeSceneType.USER_GRADE, profile.gifterLevel));
  if (profile.fanLevel > 0) list.push(badge(BadgeSceneType.FANS, profile.fanLevel));
  return list;
}

function badge(sceneType: BadgeSceneType, level: number): BadgeStruct {
  return build(BadgeStruct, {
    sceneType,
    display: true,
    privilegeLogExtra: build(PrivilegeLogExtra, { level: String(level) }),
  });
}

/** What the viewer is to this host; sent with chat, gifts and emotes only. */
export function wireIdentity(profile: ViewerProfile, gaveGift: boolean): UserIdentity {
  return build(UserIdentity, {
    isModeratorOfAnchor: profile.moderator,
    isSubscriberOfAnchor: profile.subscriber,
    isFollowerOfAnchor: profile.follower,
    isMutualFollowingWithAnchor: profile.mutual,
    isGiftGiverOfAnchor: gaveGift,
  });
}
