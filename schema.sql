-- Skipline's whole schema. One SQLite file serves every guild; every row names its guild.
-- Times are milliseconds since the epoch (INTEGER), Discord and TikTok ids are decimal TEXT (they exceed 2^53),
-- booleans are 0/1, JSON is TEXT. Changes go here and into a migration beside the store.
-- pragma user_version holds the schema's number.

CREATE TABLE guild (
  id TEXT PRIMARY KEY,
  joined_at INTEGER NOT NULL,
  left_at INTEGER,                       -- data is kept for 30 days after that
  welcomed_at INTEGER,                   -- the one welcome message, once ever
  setup_progress TEXT                    -- JSON of the guided setup, so that it survives a restart
) STRICT;

CREATE TABLE setting (                   -- only what differs from the defaults
  guild_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,                   -- JSON
  PRIMARY KEY (guild_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE member_pref (               -- e.g. notices off, default filter, last handle
  guild_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,                   -- JSON
  PRIMARY KEY (guild_id, user_id, key)
) STRICT, WITHOUT ROWID;

-- Files, content-addressed: the bytes are in DATA_DIR/media, one original and one encoded Opus per hash.
CREATE TABLE media (
  sha256 TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  format TEXT NOT NULL,                  -- mp3 | wav | m4a | flac, from the bytes
  duration_ms INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('preparing', 'ready', 'unplayable', 'deleted')),
  reason TEXT,                           -- why unplayable or deleted, in plain words
  lufs REAL,                             -- integrated loudness of the original, LUFS
  true_peak REAL,                        -- dBTP of the original
  peaks TEXT,                            -- JSON array of 0..255, for the waveform
  opus_bytes INTEGER,
  tags TEXT,                             -- JSON {artist?, title?}
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

-- A TikTok account as one guild knows it: seen in a LIVE, or named by a member before it ever was.
CREATE TABLE handle (
  id INTEGER PRIMARY KEY,
  guild_id TEXT NOT NULL,
  tiktok_user_id TEXT,                   -- null until seen in a LIVE
  name TEXT NOT NULL,                    -- @name without the sign, as last seen
  name_key TEXT,                         -- lower case; null when another account took the name since
  nickname TEXT NOT NULL DEFAULT '',
  avatar_url TEXT,
  gifter_level INTEGER,
  fan_level INTEGER,
  points INTEGER NOT NULL DEFAULT 0,     -- balance = sum of handle_points
  linked_user_id TEXT,                   -- Discord user; null when nobody's
  linked_at INTEGER,
  proven INTEGER NOT NULL DEFAULT 0,
  first_seen_at INTEGER,
  last_seen_at INTEGER
) STRICT;
CREATE UNIQUE INDEX handle_by_tiktok_id ON handle (guild_id, tiktok_user_id) WHERE tiktok_user_id IS NOT NULL;
CREATE UNIQUE INDEX handle_by_name ON handle (guild_id, name_key) WHERE name_key IS NOT NULL;
CREATE INDEX handle_by_owner ON handle (guild_id, linked_user_id) WHERE linked_user_id IS NOT NULL;
CREATE INDEX handle_by_points ON handle (guild_id, points DESC, id);

CREATE TABLE handle_points (             -- the balance by origin
  handle_id INTEGER NOT NULL REFERENCES handle (id) ON DELETE CASCADE,
  origin TEXT NOT NULL,                  -- like | comment | share | follow | subscribe | gift | staff
  points INTEGER NOT NULL,
  PRIMARY KEY (handle_id, origin)
) STRICT, WITHOUT ROWID;

CREATE TABLE point_change (              -- ledger; LIVE earnings are summed per handle, cause and minute
  id INTEGER PRIMARY KEY,
  guild_id TEXT NOT NULL,
  handle_id INTEGER NOT NULL REFERENCES handle (id) ON DELETE CASCADE,
  session_id INTEGER,
  cause TEXT NOT NULL,                   -- like … gift | song-played | undo | reset | staff
  amount INTEGER NOT NULL,               -- may be negative
  minute INTEGER NOT NULL,               -- at / 60000, for the summing
  at INTEGER NOT NULL,
  ref TEXT                               -- what caused it: play id, actor, …
) STRICT;
CREATE UNIQUE INDEX point_change_summed ON point_change (handle_id, session_id, cause, minute) WHERE ref IS NULL;
CREATE INDEX point_change_by_handle ON point_change (handle_id, at);

CREATE TABLE handle_proof (              -- a code to type in the LIVE chat
  guild_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name_key TEXT NOT NULL,
  code TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (guild_id, user_id, name_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX handle_proof_by_code ON handle_proof (guild_id, code);

CREATE TABLE submission (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  public_id TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  owner_name TEXT NOT NULL,
  artist TEXT NOT NULL,
  title TEXT NOT NULL,
  note TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('file', 'link')),
  sha256 TEXT REFERENCES media (sha256),
  file_name TEXT,
  url TEXT,
  normalized_url TEXT,
  platform TEXT,
  handle_id INTEGER REFERENCES handle (id) ON DELETE SET NULL,  -- named with the submission
  line TEXT NOT NULL CHECK (line IN
    ('back-to-back', 'double-skip', 'skip', 'free', 'pending', 'archive', 'removed', 'withdrawn', 'draft')),
  priority INTEGER NOT NULL GENERATED ALWAYS AS (CASE line
    WHEN 'back-to-back' THEN 0 WHEN 'double-skip' THEN 1 WHEN 'skip' THEN 2 WHEN 'free' THEN 3
    WHEN 'pending' THEN 4 ELSE 9 END) STORED,
  rank INTEGER NOT NULL,                 -- order inside a paid line; see domain/submission.ts
  score INTEGER NOT NULL DEFAULT 0,      -- kept by the triggers below
  -- The order inside a line as one number each, so that one index serves every reader.
  sort_a INTEGER NOT NULL GENERATED ALWAYS AS (CASE line WHEN 'free' THEN -score ELSE rank END) STORED,
  sort_b INTEGER NOT NULL GENERATED ALWAYS AS (CASE line WHEN 'free' THEN submitted_at ELSE 0 END) STORED,
  submitted_at INTEGER NOT NULL,
  asked_until INTEGER,
  bookmarked INTEGER NOT NULL DEFAULT 0,
  via TEXT NOT NULL,
  warned_next INTEGER NOT NULL DEFAULT 0, -- "you are next" was told
  hidden INTEGER NOT NULL DEFAULT 0,      -- owner deleted it from the own history
  UNIQUE (guild_id, public_id)
) STRICT;
-- The order of PRODUCT section 2: priority, sort_a, sort_b, id. Waiting songs only, so an archive of any size costs nothing.
CREATE INDEX submission_order ON submission (guild_id, priority, sort_a, sort_b, id) WHERE priority < 9;
CREATE INDEX submission_by_owner ON submission (guild_id, owner_id, id);
CREATE INDEX submission_waiting_by_owner ON submission (guild_id, owner_id, priority) WHERE priority < 9;
CREATE INDEX submission_waiting_by_handle ON submission (handle_id, priority) WHERE priority < 9;
CREATE INDEX submission_waiting_by_public_id ON submission (guild_id, public_id) WHERE priority < 9;
CREATE INDEX submission_by_guild ON submission (guild_id, id);
CREATE INDEX submission_asked ON submission (asked_until) WHERE asked_until IS NOT NULL;
CREATE INDEX submission_by_handle ON submission (handle_id) WHERE handle_id IS NOT NULL; -- for deleting handles
CREATE INDEX submission_by_media ON submission (sha256) WHERE sha256 IS NOT NULL;

-- How many songs wait per line, kept by the triggers below: counting ten thousand for every page would take too long.
CREATE TABLE waiting_count (
  guild_id TEXT NOT NULL,
  priority INTEGER NOT NULL,             -- of submission
  songs INTEGER NOT NULL,
  PRIMARY KEY (guild_id, priority)
) STRICT, WITHOUT ROWID;

CREATE TABLE play (                      -- one song taken by "next"; the newest not undone and not ended is on air
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  submission_id INTEGER NOT NULL REFERENCES submission (id),
  session_id INTEGER REFERENCES session (id),
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  by_user TEXT NOT NULL,
  from_line TEXT NOT NULL,
  from_rank INTEGER NOT NULL,
  score INTEGER NOT NULL,
  points_taken TEXT NOT NULL,            -- JSON [{handleId, origin, points}]: what undo gives back
  coins_taken TEXT NOT NULL,             -- JSON [{sessionId, handleId, coins}]: what undo gives back
  shown TEXT NOT NULL,                   -- JSON {handle, points, coins}: the owner as the on-air card shows them
  replaced_play_id INTEGER REFERENCES play (id), -- the play this one ended; undo puts that on air again
  undone_at INTEGER
) STRICT;
CREATE INDEX play_by_guild ON play (guild_id, id);
CREATE INDEX play_by_submission ON play (submission_id);
CREATE INDEX play_by_session ON play (session_id);
CREATE INDEX play_by_replaced ON play (replaced_play_id) WHERE replaced_play_id IS NOT NULL; -- for deleting plays
CREATE INDEX play_measured ON play (guild_id, session_id, id) WHERE undone_at IS NULL AND ended_at IS NOT NULL;

CREATE TABLE move (                      -- every change of line, with its reason
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  submission_id INTEGER NOT NULL REFERENCES submission (id),
  from_line TEXT NOT NULL,
  from_rank INTEGER NOT NULL,
  to_line TEXT NOT NULL,
  to_rank INTEGER NOT NULL,
  cause TEXT NOT NULL CHECK (cause IN ('gift', 'staff', 'approve', 'reject', 'answer', 'reverse', 'play', 'undo',
    'remove', 'withdraw', 'clear')),
  actor TEXT,                            -- Discord user, null for gifts
  gift_id INTEGER REFERENCES gift (id),
  coins INTEGER,                         -- the member's coins that reached the threshold
  reason TEXT,
  at INTEGER NOT NULL,
  batch TEXT                             -- moves undone as one step share it
) STRICT;
CREATE INDEX move_by_submission ON move (submission_id, id);
CREATE INDEX move_by_gift ON move (gift_id) WHERE gift_id IS NOT NULL;
CREATE INDEX move_by_batch ON move (batch) WHERE batch IS NOT NULL;

CREATE TABLE session (                   -- one LIVE show of one host, across drops and restarts
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  host_name TEXT NOT NULL,
  host_user_id TEXT,
  room_id TEXT NOT NULL,
  persistent INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_cause TEXT CHECK (end_cause IN ('host', 'staff', 'lost', 'restart')),
  last_event_at INTEGER,
  reconnects INTEGER NOT NULL DEFAULT 0,
  likes_room_total INTEGER NOT NULL DEFAULT 0,
  viewers_peak INTEGER,
  viewers_low INTEGER,
  unreadable INTEGER NOT NULL DEFAULT 0,
  merged INTEGER NOT NULL DEFAULT 0,     -- likes and joins merged under overload
  metrics_posted_at INTEGER
) STRICT;
CREATE INDEX session_by_guild ON session (guild_id, id);
CREATE UNIQUE INDEX session_open ON session (guild_id) WHERE ended_at IS NULL;

CREATE TABLE session_gap (
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  from_at INTEGER NOT NULL,
  to_at INTEGER,
  cause TEXT NOT NULL,
  PRIMARY KEY (session_id, from_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_count (             -- events by kind
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY (session_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_minute (            -- curve of the show
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  minute INTEGER NOT NULL,               -- at / 60000
  viewers_sum INTEGER NOT NULL DEFAULT 0,
  viewers_n INTEGER NOT NULL DEFAULT 0,
  viewers_max INTEGER,
  likes INTEGER NOT NULL DEFAULT 0,
  comments INTEGER NOT NULL DEFAULT 0,
  shares INTEGER NOT NULL DEFAULT 0,
  follows INTEGER NOT NULL DEFAULT 0,
  subscribes INTEGER NOT NULL DEFAULT 0,
  gifts INTEGER NOT NULL DEFAULT 0,
  coins INTEGER NOT NULL DEFAULT 0,
  joins INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (session_id, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_handle (            -- one viewer's part in one show
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  handle_id INTEGER NOT NULL REFERENCES handle (id) ON DELETE CASCADE,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  likes INTEGER NOT NULL DEFAULT 0,
  comments INTEGER NOT NULL DEFAULT 0,
  shares INTEGER NOT NULL DEFAULT 0,
  follows INTEGER NOT NULL DEFAULT 0,
  subscribes INTEGER NOT NULL DEFAULT 0,
  gifts INTEGER NOT NULL DEFAULT 0,
  coins INTEGER NOT NULL DEFAULT 0,
  coins_used INTEGER NOT NULL DEFAULT 0, -- consumed by songs that were played
  PRIMARY KEY (session_id, handle_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_handle_by_handle ON session_handle (handle_id); -- for deleting handles

-- What each waiting song holds: coins that brought it where it stands, and move no other song. Every coin of a handle in a
-- session is free, held by one song, or used up: coins_used + sum(held) <= coins. The triggers below end holds.
CREATE TABLE coin_hold (
  submission_id INTEGER NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
  session_id INTEGER NOT NULL,
  handle_id INTEGER NOT NULL,
  coins INTEGER NOT NULL CHECK (coins > 0),
  PRIMARY KEY (submission_id, session_id, handle_id),
  FOREIGN KEY (session_id, handle_id) REFERENCES session_handle (session_id, handle_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX coin_hold_by_handle ON coin_hold (handle_id, session_id);

CREATE TABLE seen_message (              -- TikTok message ids, so that a replay counts once even after a restart; pruned
  session_id INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  msg_id TEXT NOT NULL,
  PRIMARY KEY (session_id, msg_id)
) STRICT;

CREATE TABLE gift (                      -- one streak or one single gift; the ledger
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  session_id INTEGER NOT NULL REFERENCES session (id),
  streak_key TEXT NOT NULL,              -- user|gift|group, or the message id of a single gift
  handle_id INTEGER NOT NULL REFERENCES handle (id),
  tiktok_gift_id TEXT NOT NULL,
  name TEXT NOT NULL,
  coins_each INTEGER NOT NULL,
  count INTEGER NOT NULL,                -- highest cumulative count seen
  points INTEGER NOT NULL DEFAULT 0,     -- points it earned, which reversing it takes back
  state TEXT NOT NULL CHECK (state IN ('open', 'settled', 'reversed')),
  opened_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  settled_at INTEGER,
  settled_by TEXT,                       -- end | idle | drop | stream-end | single | restart
  reversed_at INTEGER,
  reversed_by TEXT,
  UNIQUE (session_id, streak_key)
) STRICT;
CREATE INDEX gift_by_handle ON gift (handle_id, session_id);
CREATE INDEX gift_by_guild ON gift (guild_id); -- the ledger, newest first: an index ends with the row's id

CREATE TABLE playback (                  -- what each guild's player does, so that a restart resumes at the same second
  guild_id TEXT PRIMARY KEY,
  channel_id TEXT,                       -- voice channel the bot is wanted in
  play_id INTEGER REFERENCES play (id),
  state TEXT NOT NULL CHECK (state IN ('idle', 'playing', 'paused')),
  position_ms INTEGER NOT NULL,
  volume INTEGER NOT NULL,               -- percent
  filters TEXT NOT NULL,                 -- JSON
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE panel (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  kind TEXT NOT NULL,                    -- control-room | reviewer-queue | pending-skips | live-queue | now-playing | portal
  channel_id TEXT NOT NULL,
  message_id TEXT,
  page INTEGER NOT NULL DEFAULT 0,
  content_hash TEXT,
  posted_at INTEGER,
  trouble TEXT,                          -- what staff was told, so that they are told once
  UNIQUE (guild_id, kind)
) STRICT;

CREATE TABLE outbox (                    -- notices, sent at most once and kept over restarts
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  dedupe_key TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,                  -- JSON: {user} | {channel: setting key}
  notice TEXT NOT NULL,                  -- JSON, see domain/notice.ts
  created_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'given-up')),
  done_at INTEGER,
  outcome TEXT
) STRICT;
CREATE INDEX outbox_waiting ON outbox (not_before, id) WHERE state IN ('waiting', 'sending');

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  guild_id TEXT NOT NULL,
  actor TEXT NOT NULL,                   -- Discord user
  action TEXT NOT NULL,
  target TEXT,
  before TEXT,                           -- JSON
  after TEXT,                            -- JSON
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_guild ON audit (guild_id, id);

CREATE TABLE kv (                        -- the process's own notes, e.g. the hash of the registered commands
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A member's score: points of all handles linked to them, each once; or, if none is linked, of the handle named with
-- the submission while that is nobody else's. Triggers keep submission.score equal to it, whoever changes what.
CREATE VIEW submission_score AS
SELECT s.id AS submission_id,
  COALESCE(
    (SELECT SUM(h.points) FROM handle h WHERE h.guild_id = s.guild_id AND h.linked_user_id = s.owner_id),
    (SELECT h.points FROM handle h WHERE h.id = s.handle_id AND h.linked_user_id IS NULL),
    0) AS score
FROM submission s;

CREATE TRIGGER submission_score_on_insert AFTER INSERT ON submission BEGIN
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = NEW.id)
  WHERE id = NEW.id;
END;

CREATE TRIGGER submission_score_on_change AFTER UPDATE OF handle_id, owner_id, line ON submission
WHEN NEW.priority < 9 BEGIN
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = NEW.id)
  WHERE id = NEW.id;
END;

CREATE TRIGGER submission_score_on_points AFTER UPDATE OF points ON handle WHEN OLD.points <> NEW.points BEGIN
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = submission.id)
  WHERE priority < 9 AND guild_id = NEW.guild_id AND owner_id = NEW.linked_user_id;
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = submission.id)
  WHERE priority < 9 AND handle_id = NEW.id;
END;

CREATE TRIGGER submission_score_on_link AFTER UPDATE OF linked_user_id ON handle
WHEN OLD.linked_user_id IS NOT NEW.linked_user_id BEGIN
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = submission.id)
  WHERE priority < 9 AND guild_id = NEW.guild_id AND owner_id IN (OLD.linked_user_id, NEW.linked_user_id);
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = submission.id)
  WHERE priority < 9 AND handle_id = NEW.id;
END;

CREATE TRIGGER submission_score_on_handle_delete AFTER DELETE ON handle WHEN OLD.linked_user_id IS NOT NULL BEGIN
  UPDATE submission SET score = (SELECT v.score FROM submission_score v WHERE v.submission_id = submission.id)
  WHERE priority < 9 AND guild_id = OLD.guild_id AND owner_id = OLD.linked_user_id;
END;

CREATE TRIGGER waiting_count_on_insert AFTER INSERT ON submission WHEN NEW.priority < 9 BEGIN
  INSERT INTO waiting_count (guild_id, priority, songs) VALUES (NEW.guild_id, NEW.priority, 1)
  ON CONFLICT (guild_id, priority) DO UPDATE SET songs = songs + 1;
END;

CREATE TRIGGER waiting_count_on_move AFTER UPDATE OF line ON submission WHEN OLD.priority <> NEW.priority BEGIN
  UPDATE waiting_count SET songs = songs - 1 WHERE guild_id = OLD.guild_id AND priority = OLD.priority;
  INSERT INTO waiting_count (guild_id, priority, songs) SELECT NEW.guild_id, NEW.priority, 1 WHERE NEW.priority < 9
  ON CONFLICT (guild_id, priority) DO UPDATE SET songs = songs + 1;
END;

CREATE TRIGGER waiting_count_on_delete AFTER DELETE ON submission WHEN OLD.priority < 9 BEGIN
  UPDATE waiting_count SET songs = songs - 1 WHERE guild_id = OLD.guild_id AND priority = OLD.priority;
END;

-- Coins hold a song at its place: whoever takes it from there, and for whatever reason, frees them.
CREATE TRIGGER coin_hold_on_move AFTER UPDATE OF line, rank ON submission
WHEN OLD.line <> NEW.line OR OLD.rank <> NEW.rank BEGIN
  DELETE FROM coin_hold WHERE submission_id = NEW.id;
END;

-- Coins that moved a song stay behind it, whoever links their handle afterwards. Not so if the song only named that handle,
-- or if somebody else proved that it is theirs. See STAYS_BEHIND in store/coin-repository.ts.
CREATE TRIGGER coin_hold_on_link AFTER UPDATE OF linked_user_id, proven ON handle
WHEN NEW.linked_user_id IS NOT NULL BEGIN
  DELETE FROM coin_hold WHERE handle_id = NEW.id AND EXISTS (
    SELECT 1 FROM submission o WHERE o.id = coin_hold.submission_id AND o.owner_id <> NEW.linked_user_id
      AND (NEW.proven = 1 OR o.handle_id = NEW.id));
END;

PRAGMA user_version = 3;
