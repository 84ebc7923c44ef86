-- How many songs wait per line, kept by the triggers below: counting ten thousand for every page would take too long.
CREATE TABLE waiting_count (
  guild_id TEXT NOT NULL,
  priority INTEGER NOT NULL,             -- of submission
  songs INTEGER NOT NULL,
  PRIMARY KEY (guild_id, priority)
) STRICT, WITHOUT ROWID;

INSERT INTO waiting_count (guild_id, priority, songs)
SELECT guild_id, priority, count(*) FROM submission WHERE priority < 9 GROUP BY guild_id, priority;

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

CREATE INDEX gift_by_guild ON gift (guild_id); -- the ledger, newest first: an index ends with the row's id
