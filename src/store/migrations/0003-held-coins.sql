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

-- Reversed gifts could leave more used up than there was.
UPDATE session_handle SET coins_used = coins WHERE coins_used > coins;

-- Until now it was read from a song's newest gift move what held it up, one sum for all handles of its owner. Each owner's
-- songs and handles are laid side by side, coin by coin; what a handle does not have is held by nobody.
INSERT INTO coin_hold (submission_id, session_id, handle_id, coins)
WITH standing AS (
  SELECT s.id AS song, s.guild_id, s.owner_id, s.handle_id AS named, m.id AS move_id, m.coins, live.id AS session_id,
    (SELECT g.handle_id FROM gift g WHERE g.id = m.gift_id AND g.session_id = live.id) AS giver
  FROM submission s
  JOIN move m ON m.id = (SELECT max(id) FROM move WHERE submission_id = s.id AND cause IN ('gift', 'reverse'))
    AND m.to_line = s.line AND m.to_rank = s.rank AND m.coins > 0
  JOIN session live ON live.id = (SELECT max(id) FROM session WHERE guild_id = s.guild_id AND started_at <= m.at)
  WHERE s.priority < 3),
purse AS (
  SELECT st.owner_id, st.session_id, h.id AS handle_id
  FROM standing st JOIN handle h ON h.guild_id = st.guild_id AND h.linked_user_id = st.owner_id
  UNION
  SELECT st.owner_id, st.session_id, h.id FROM standing st JOIN handle h ON h.id = st.giver
    AND (h.linked_user_id IS NULL OR (h.proven = 0 AND h.id IS NOT st.named))
  UNION
  SELECT st.owner_id, st.session_id, h.id FROM standing st JOIN handle h ON h.id = st.named AND h.linked_user_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM handle o WHERE o.guild_id = st.guild_id AND o.linked_user_id = st.owner_id)),
song_coins AS (
  SELECT *, sum(coins) OVER (PARTITION BY owner_id, session_id ORDER BY move_id) AS till FROM standing),
handle_coins AS (
  SELECT p.*, sh.coins - sh.coins_used AS coins,
    sum(sh.coins - sh.coins_used) OVER (PARTITION BY p.owner_id, p.session_id ORDER BY p.handle_id) AS till
  FROM purse p JOIN session_handle sh ON sh.session_id = p.session_id AND sh.handle_id = p.handle_id
  WHERE sh.coins > sh.coins_used),
share AS (
  SELECT song, session_id, handle_id, given.coins AS has,
    min(song_coins.till, given.till) - max(song_coins.till - song_coins.coins, given.till - given.coins) AS coins
  FROM song_coins JOIN handle_coins AS given USING (owner_id, session_id)
  WHERE min(song_coins.till, given.till) > max(song_coins.till - song_coins.coins, given.till - given.coins)),
-- A handle may stand behind songs of two owners: who came first has its coins.
claim AS (SELECT *, sum(coins) OVER (PARTITION BY session_id, handle_id ORDER BY song) - coins AS before FROM share)
SELECT song, session_id, handle_id, min(coins, has - before) FROM claim WHERE has > before;

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
