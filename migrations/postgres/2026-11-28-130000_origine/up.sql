-- Which database this is, and whether it is still the one that runs knew: a database that went back in
-- time, or a copy, would send again what left already. One row.
CREATE TABLE origine (
  id        BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
  -- By it runs find what they know of this database. A copy has it too until it goes its own way.
  cle       TEXT NOT NULL DEFAULT replace(gen_random_uuid()::text, '-', ''),
  -- Where it was when a run last sent for real, as a SHA-256: the machine and the path of the file, or the
  -- server, the database and the schema.
  lieu      TEXT,
  -- Goes up whenever a person said what may leave of a database that went back, or a copy.
  epoque    BIGINT NOT NULL DEFAULT 0,
  -- When it was written as a backup, or put back from one; until somebody decided.
  copie_le  TIMESTAMPTZ,
  -- Since when nothing leaves, and why.
  retenu_le TIMESTAMPTZ,
  cause     TEXT CHECK (cause IN ('recul', 'copie')),
  CHECK ((retenu_le IS NULL) = (cause IS NULL))
);
INSERT INTO origine (id) VALUES (1);

-- How often runs began and ended that send for real, by the folder of answers of each machine. That folder
-- knows its number too: a lower one here is an older database.
CREATE TABLE generations (
  dossier TEXT NOT NULL PRIMARY KEY,
  hote    TEXT NOT NULL,
  nombre  BIGINT NOT NULL,
  vu_le   TIMESTAMPTZ NOT NULL
);

-- Messages that may have left already, until a person says what becomes of them.
CREATE TABLE doutes (
  message BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE
);
