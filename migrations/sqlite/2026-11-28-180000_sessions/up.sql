-- Who is signed in to the console. The token of the cookie itself is nowhere: empreinte is its SHA-256.
CREATE TABLE sessions (
  id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  empreinte   TEXT NOT NULL UNIQUE,
  -- By a key, or by a token of the web app.
  cle         INTEGER REFERENCES cles_api (id) ON DELETE CASCADE,
  utilisateur TEXT,
  -- Words of the vocabulary Portee, separated by spaces.
  portees     TEXT NOT NULL,
  fin         TEXT NOT NULL CHECK (fin GLOB '????-??-??T??:??:??*Z'),
  CHECK ((cle IS NULL) <> (utilisateur IS NULL))
);
CREATE INDEX sessions_fin ON sessions (fin);
