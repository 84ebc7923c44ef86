import type { Kysely } from 'kysely';
import type { StoreTx } from '../ports/store.ts';
import { AuditRepository } from './audit-repository.ts';
import { GuildRepository } from './guild-repository.ts';
import { HandleRepository } from './handle-repository.ts';
import { LiveRepository } from './live-repository.ts';
import { MediaRepository } from './media-repository.ts';
import { MoveRepository } from './move-repository.ts';
import { NoteRepository } from './note-repository.ts';
import { OutboxRepository } from './outbox-repository.ts';
import { PanelRepository } from './panel-repository.ts';
import { PlayRepository } from './play-repository.ts';
import { PlaybackRepository } from './playback-repository.ts';
import { PointRepository } from './point-repository.ts';
import { PrivacyRepository } from './privacy-repository.ts';
import { SettingRepository } from './setting-repository.ts';
import { SubmissionRepository } from './submission-repository.ts';
import type { Tables } from './tables.ts';

/** One repository per aggregate over one connection. */
export function repositories(db: Kysely<Tables>): StoreTx {
  return {
    submissions: new SubmissionRepository(db),
    plays: new PlayRepository(db),
    moves: new MoveRepository(db),
    handles: new HandleRepository(db),
    points: new PointRepository(db),
    settings: new SettingRepository(db),
    audits: new AuditRepository(db),
    outbox: new OutboxRepository(db),
    panels: new PanelRepository(db),
    lives: new LiveRepository(db),
    media: new MediaRepository(db),
    playbacks: new PlaybackRepository(db),
    guilds: new GuildRepository(db),
    notes: new NoteRepository(db),
    privacy: new PrivacyRepository(db),
  };
}
