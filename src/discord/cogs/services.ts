import type { GiftService } from '../../services/gift-service.ts';
import type { GuildService } from '../../services/guild-service.ts';
import type { HandleService } from '../../services/handle-service.ts';
import type { LiveService } from '../../services/live-service.ts';
import type { NoticeService } from '../../services/notice-service.ts';
import type { PlaybackService } from '../../services/playback-service.ts';
import type { PrivacyService } from '../../services/privacy-service.ts';
import type { QueueService } from '../../services/queue-service.ts';
import type { SessionReports } from '../../services/session-report.ts';
import type { SettingsService } from '../../services/settings-service.ts';
import type { SubmissionService } from '../../services/submission-service.ts';

/** The use cases a cog may call. */
export interface Services {
  readonly submissions: SubmissionService;
  readonly queue: QueueService;
  readonly handles: HandleService;
  readonly settings: SettingsService;
  readonly notices: NoticeService;
  readonly guilds: GuildService;
  readonly privacy: PrivacyService;
  readonly live: LiveService;
  readonly gifts: GiftService;
  readonly reports: SessionReports;
  readonly playback: PlaybackService;
}
