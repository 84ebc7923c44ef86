import { join } from 'node:path';
import type { Client } from 'discord.js';
import { createAudioSide, type LinkOrigins } from './audio/audio-side.ts';
import type { Config } from './config.ts';
import { Announcer } from './discord/announcer.ts';
import type { Cog } from './discord/answer.ts';
import { ChannelDesk } from './discord/channel-desk.ts';
import { createCogs } from './discord/cogs/create-cogs.ts';
import type { Services } from './discord/cogs/services.ts';
import { ErrorReports } from './discord/error-reports.ts';
import { GuildChannels } from './discord/guild-channels.ts';
import { GuildEvents } from './discord/guild-events.ts';
import { MessageMarks } from './discord/message-marks.ts';
import { MissedMessages } from './discord/missed-messages.ts';
import { createPanels, type Panels } from './discord/panels/create-panels.ts';
import { PassiveIntake } from './discord/passive-intake.ts';
import { Router } from './discord/router.ts';
import { createSessionCard } from './discord/session-card.ts';
import { Throttle } from './discord/throttle.ts';
import { DiscordVoiceGateway } from './discord/voice-gateway.ts';
import type { EventBus } from './lib/event-bus.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import type { Store } from './ports/store.ts';
import type { Facts } from './services/events.ts';
import { GiftCredit } from './services/gift-credit.ts';
import { GiftService } from './services/gift-service.ts';
import { GuildService } from './services/guild-service.ts';
import { HandleService } from './services/handle-service.ts';
import { LinkTitles } from './services/link-titles.ts';
import { LiveService } from './services/live-service.ts';
import { MediaService } from './services/media-service.ts';
import { NoticeService } from './services/notice-service.ts';
import { OverlayService } from './services/overlay-service.ts';
import { PanelService } from './services/panel-service.ts';
import { PlaybackService } from './services/playback-service.ts';
import { PrivacyService } from './services/privacy-service.ts';
import { QueueService } from './services/queue-service.ts';
import { SessionReports } from './services/session-report.ts';
import { SettingsService } from './services/settings-service.ts';
import { SubmissionService } from './services/submission-service.ts';
import { UpkeepService } from './services/upkeep-service.ts';
import { EventRecorder } from './tiktok/event-recorder.ts';
import { TikTokLiveSource } from './tiktok/live-source.ts';
import { KEYED_BUDGET, KEYLESS_BUDGET, SignLimiter } from './tiktok/sign-limiter.ts';
import type { Meter } from './web/meter.ts';
import { meterSources } from './web/meter-sources.ts';
import { newOverlayKey } from './web/overlay-key.ts';
import { overlaySources } from './web/overlay-sources.ts';
import type { WebPorts } from './web/server.ts';

/** What every part is built from. */
export interface Ground {
  readonly config: Config;
  /** Absolute. */
  readonly dataDir: string;
  readonly store: Store;
  readonly bus: EventBus<Facts>;
  readonly linkOrigins?: LinkOrigins;
  /** Not logged in yet; ready before anything of this is started. */
  readonly client: Client<true>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: Meter;
  /** How people reach the HTTP server; null while that is not known. */
  readonly publicUrl: () => string | null;
}

export interface AllServices extends Services {
  readonly media: MediaService;
  readonly titles: LinkTitles;
  readonly upkeep: UpkeepService;
}

export interface Parts {
  readonly services: AllServices;
  readonly cogs: readonly Cog[];
  readonly router: Router;
  readonly panels: Panels;
  readonly passive: PassiveIntake;
  readonly marks: MessageMarks;
  readonly guildEvents: GuildEvents;
  readonly announcer: Announcer;
  readonly reports: ErrorReports;
  readonly overlay: NonNullable<WebPorts['overlay']>;
}

/** How far a submissions channel was read. */
const MARK_NOTE = 'read:';

/** Builds every part and connects them. Starts nothing. */
export async function createParts(ground: Ground): Promise<Parts> {
  const { bus, clock, client, log, meter, config, store } = ground;
  const { services, announcer, sessionCard } = await createServices(ground);
  const reports = new ErrorReports({ store, notifier: announcer, bus, clock, log });
  const panels = createPanels({
    client,
    services,
    settings: services.settings,
    book: new PanelService(store),
    bus,
    clock,
    log: log.child({ name: 'panels' }),
    meter,
    waveformOf: (sha256) => services.media.waveform(sha256),
    alert: (guildId, text, once) => reports.alert(guildId, text, once),
  });
  const overlay = new OverlayService({ store, clock, newKey: newOverlayKey, publicUrl: ground.publicUrl });
  meter.watch(meterSources({ store, ...services }));
  const guildChannels = new GuildChannels(client, log.child({ name: 'channels' }));
  const channels = new ChannelDesk({ settings: services.settings, keeper: panels.keeper, channels: guildChannels });
  const cogs = createCogs({
    services,
    desk: panels.desk,
    channels,
    guildChannels,
    keeper: panels.keeper,
    clock,
    line: announcer,
    overlay,
    sessionCard,
    messageContent: config.discord.messageContent,
  });
  const throttle = new Throttle();
  const alert = (guildId: string, text: string) =>
    reports.alert(guildId, text, `${guildId}:${clock.now()}:${text.slice(0, 80)}`);
  const marks = new MessageMarks(
    {
      all: () => store.read((tx) => tx.notes.beginningWith(MARK_NOTE)),
      set: (channelId, messageId) => store.transaction((tx) => tx.notes.set(MARK_NOTE + channelId, messageId)),
    },
    log.child({ name: 'passive' }),
  );
  const passive = new PassiveIntake({
    settings: services.settings,
    submissions: services.submissions,
    notices: services.notices,
    marks,
    alert: (guildId, text, once) => reports.alert(guildId, text, once),
    throttle: throttle.check,
    clock,
    log: log.child({ name: 'passive' }),
    messageContent: config.discord.messageContent,
  });
  const missed = new MissedMessages({
    settings: services.settings,
    marks,
    take: (message, isPatient) => passive.handleLate(message, isPatient),
    log: log.child({ name: 'passive' }),
    messageContent: config.discord.messageContent,
  });
  bus.on('settings.changed', 'missed messages', ({ guildId, keys }) => {
    const guild = client.guilds.cache.get(guildId);
    return guild !== undefined && keys.includes('channel.submissions') ? missed.begin(guild) : undefined;
  });
  return {
    services,
    cogs,
    panels,
    announcer,
    reports,
    overlay: { service: overlay, sources: overlaySources({ store, ...services }), bus, clock },
    router: new Router(cogs, {
      settings: services.settings,
      clock,
      log: log.child({ name: 'router' }),
      meter,
      report: (guildId, reference, where, error) => reports.report(guildId, reference, where, error),
      outdatedPanel: (messageId) => void panels.keeper.messageOutdated(messageId),
      isPanel: (messageId) => panels.keeper.kindOf(messageId) !== null,
      throttle: throttle.check,
    }),
    passive,
    marks,
    guildEvents: new GuildEvents({
      client,
      keeper: panels.keeper,
      guilds: services.guilds,
      settings: services.settings,
      alert,
      farewell: async (guildId) => {
        await services.live.disconnect(guildId, client.user.id);
        await services.playback.leave(guildId, client.user.id);
      },
      missed,
      clock,
      log: log.child({ name: 'guilds' }),
    }),
  };
}

/** Use cases, each with the ports it needs. */
async function createServices(ground: Ground): Promise<{
  readonly services: AllServices;
  readonly announcer: Announcer;
  readonly sessionCard: ReturnType<typeof createSessionCard>;
}> {
  const { bus, client, clock, config, dataDir, log, store } = ground;
  const settings = new SettingsService({ store, bus, clock });
  const guilds = new GuildService({ store, settings, clock, log: log.child({ name: 'guilds' }) });
  const credit = new GiftCredit();
  const gateway = new DiscordVoiceGateway(client, log.child({ name: 'voice' }));
  const audio = await createAudioSide({ ...ground, gateway, log: log.child({ name: 'audio' }) });
  const media = new MediaService({
    store,
    settings,
    files: audio.files,
    bus,
    clock,
    log: log.child({ name: 'media' }),
  });
  const titles = new LinkTitles({ store, settings, links: audio.links, bus, log: log.child({ name: 'titles' }) });
  const submissions = new SubmissionService({
    store,
    settings,
    intake: audio.intake,
    titles,
    preparation: media,
    credit,
    bus,
    clock,
  });
  const queue = new QueueService({ store, settings, bus, clock });
  const handles = new HandleService({ store, settings, credit, bus, clock });
  const sessions = new SessionReports({ store });
  const live = new LiveService({
    store,
    settings,
    proofs: handles,
    bus,
    clock,
    log: log.child({ name: 'live' }),
    source: createLiveSource(config, clock, log),
    recorder: new EventRecorder(join(dataDir, 'recordings'), log.child({ name: 'recorder' })),
    reports: sessions,
  });
  const playback = new PlaybackService({
    store,
    audio: audio.audio,
    gateway,
    links: audio.links,
    media,
    settings,
    bus,
    clock,
    log: log.child({ name: 'playback' }),
  });
  const privacy = new PrivacyService({ store, bus, clock });
  const sessionCard = createSessionCard({ client, reports: sessions, clock, log: log.child({ name: 'numbers' }) });
  const announcer = new Announcer({
    client,
    settings,
    submissions,
    privacy,
    sessionCard,
    clock,
    log: log.child({ name: 'announcer' }),
  });
  const notices = new NoticeService({
    store,
    notifier: announcer,
    settings,
    bus,
    clock,
    log: log.child({ name: 'notices' }),
  });
  const upkeep = new UpkeepService({ store, guilds, bus, clock, log: log.child({ name: 'upkeep' }) });
  return {
    services: {
      settings,
      guilds,
      media,
      titles,
      submissions,
      queue,
      handles,
      privacy,
      notices,
      upkeep,
      playback,
      gifts: new GiftService({ store, bus, clock }),
      live,
      reports: sessions,
    },
    announcer,
    sessionCard,
  };
}

/** One for all guilds, with the one budget of signed requests. */
function createLiveSource({ tiktok }: Config, clock: Clock, log: Logger): TikTokLiveSource {
  const signApiKey = tiktok.signApiKey ?? null;
  return new TikTokLiveSource(
    { signUrl: tiktok.signUrl, webUrl: tiktok.webUrl, webcastUrl: tiktok.webcastUrl, signApiKey },
    new SignLimiter(signApiKey === null ? KEYLESS_BUDGET : KEYED_BUDGET, clock),
    clock,
    log.child({ name: 'tiktok' }),
  );
}
