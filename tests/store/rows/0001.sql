-- One show as the first release stored it: a row in every table, of two guilds where that matters.
INSERT INTO guild (id, joined_at, left_at, welcomed_at, setup_progress) VALUES
  ('900000000000000001', 1760000000000, NULL, 1760000000001, '{"step":2}'),
  ('900000000000000002', 1760000000000, 1760000000002, NULL, NULL);
INSERT INTO setting (guild_id, key, value) VALUES ('900000000000000001', 'submissions.free-limit', '3');
INSERT INTO member_pref (guild_id, user_id, key, value) VALUES ('900000000000000001', '5', 'notices', '"off"');
INSERT INTO media (sha256, bytes, format, duration_ms, state, reason, lufs, true_peak, peaks, opus_bytes, tags, created_at, used_at)
  VALUES ('aa', 1000, 'mp3', 60000, 'ready', NULL, -14.5, -1.25, '[1,2]', 500, '{"artist":"Åsa"}', 1760000000000, 1760000000001);
INSERT INTO handle (id, guild_id, tiktok_user_id, name, name_key, nickname, avatar_url, gifter_level, fan_level, points,
    linked_user_id, linked_at, proven, first_seen_at, last_seen_at) VALUES
  (1, '900000000000000001', '70', 'Ana', 'ana', 'Ana ✨', 'https://x.test/a', 3, 4, 42, '5', 1760000000000, 1, 1760000000000, 1760000000009),
  (2, '900000000000000002', NULL, 'ben', 'ben', '', NULL, NULL, NULL, 7, NULL, NULL, 0, NULL, NULL);
INSERT INTO handle_points (handle_id, origin, points) VALUES (1, 'like', 40), (1, 'gift', 2), (2, 'staff', 7);
INSERT INTO point_change (id, guild_id, handle_id, session_id, cause, amount, minute, at, ref)
  VALUES (1, '900000000000000001', 1, 1, 'like', 40, 29333333, 1760000000003, NULL);
INSERT INTO handle_proof (guild_id, user_id, name_key, code, expires_at)
  VALUES ('900000000000000001', '6', 'ana', 'ABC234', 1760000600000);
INSERT INTO submission (id, guild_id, public_id, owner_id, owner_name, artist, title, note, kind, sha256, file_name, url,
    normalized_url, platform, handle_id, line, rank, submitted_at, asked_until, bookmarked, via, warned_next, hidden) VALUES
  (1, '900000000000000001', '4F7K', '5', 'Ana', 'Åsa', 'Song', 'note', 'file', 'aa', 'song.mp3', NULL, NULL, NULL, 1, 'free', 1760000000004, 1760000000004, 1760000300000, 1, 'modal', 1, 0),
  (2, '900000000000000001', '4F7L', '6', 'Ben', 'Ben', 'Link', NULL, 'link', NULL, NULL, 'https://soundcloud.com/a', 'https://soundcloud.com/a', 'soundcloud', NULL, 'archive', 1760000000005, 1760000000005, NULL, 0, 'passive', 0, 1),
  (3, '900000000000000002', '4F7K', '6', 'Ben', 'Ben', 'Other', NULL, 'link', NULL, NULL, 'https://soundcloud.com/b', 'https://soundcloud.com/b', 'soundcloud', 2, 'double-skip', 1760000000006, 1760000000006, NULL, 0, 'modal', 0, 0);
INSERT INTO session (id, guild_id, host_name, host_user_id, room_id, persistent, asked_by, started_at, ended_at, end_cause,
    last_event_at, reconnects, likes_room_total, viewers_peak, viewers_low, unreadable, merged, metrics_posted_at)
  VALUES (1, '900000000000000001', 'nova', '9', '777', 1, '1', 1760000000000, 1760003600000, 'host', 1760003599000, 2, 900, 55, 4, 1, 0, 1760003601000);
INSERT INTO play (id, guild_id, submission_id, session_id, started_at, ended_at, by_user, from_line, from_rank, score,
    points_taken, coins_taken, shown, replaced_play_id, undone_at)
  VALUES (1, '900000000000000001', 2, 1, 1760000001000, 1760000100000, '1', 'skip', 1760000000005, 9, '[]', '[]', '{"handle":null}', NULL, NULL);
INSERT INTO gift (id, guild_id, session_id, streak_key, handle_id, tiktok_gift_id, name, coins_each, count, points, state,
    opened_at, last_at, settled_at, settled_by, reversed_at, reversed_by)
  VALUES (1, '900000000000000001', 1, '70|5655|1', 1, '5655', 'Rose', 1, 100, 200, 'settled', 1760000000500, 1760000000900, 1760000001000, 'end', NULL, NULL);
INSERT INTO move (id, guild_id, submission_id, from_line, from_rank, to_line, to_rank, cause, actor, gift_id, coins, reason, at, batch)
  VALUES (1, '900000000000000001', 2, 'free', 1, 'skip', 2, 'gift', NULL, 1, 1000, NULL, 1760000000950, NULL);
INSERT INTO session_gap (session_id, from_at, to_at, cause) VALUES (1, 1760000002000, 1760000003000, 'cut');
INSERT INTO session_count (session_id, kind, events) VALUES (1, 'like', 12);
INSERT INTO session_minute (session_id, minute, viewers_sum, viewers_n, viewers_max, likes, comments, shares, follows, subscribes, gifts, coins, joins)
  VALUES (1, 29333333, 100, 2, 55, 40, 1, 0, 1, 0, 1, 100, 3);
INSERT INTO session_handle (session_id, handle_id, first_at, last_at, likes, comments, shares, follows, subscribes, gifts, coins, coins_used)
  VALUES (1, 1, 1760000000000, 1760000000900, 40, 1, 0, 1, 0, 1, 100, 0);
INSERT INTO seen_message (session_id, msg_id) VALUES (1, '7000000000000000001');
INSERT INTO playback (guild_id, channel_id, play_id, state, position_ms, volume, filters, at)
  VALUES ('900000000000000001', '8', 1, 'paused', 12345, 80, '["8d"]', 1760000050000);
INSERT INTO panel (id, guild_id, kind, channel_id, message_id, page, content_hash, posted_at, trouble)
  VALUES (1, '900000000000000001', 'live-queue', '8', '9', 1, 'abc', 1760000000000, NULL);
INSERT INTO outbox (id, guild_id, dedupe_key, target, notice, created_at, not_before, attempts, state, done_at, outcome)
  VALUES (1, '900000000000000001', 'move:1', '{"kind":"member","userId":"6"}', '{"kind":"rejected"}', 1760000000960, 1760000000960, 1, 'sent', 1760000000970, 'sent');
INSERT INTO audit (id, guild_id, actor, action, target, before, after, at)
  VALUES (1, '900000000000000001', '1', 'queue.next', '4F7L', '{}', NULL, 1760000001000);
INSERT INTO kv (key, value) VALUES ('commands', 'hash');
