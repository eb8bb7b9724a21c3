-- The secret addresses at which programs for calendars ask what is programmed. What an address ends with is
-- nowhere: empreinte is its SHA-256.
CREATE TABLE agendas (
  id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  empreinte   TEXT NOT NULL,
  -- Of whoever has this key, or of a user of the web app.
  cle         INTEGER REFERENCES cles_api (id) ON DELETE CASCADE,
  utilisateur TEXT,
  cree_le     TEXT NOT NULL CHECK (cree_le GLOB '????-??-??T??:??:??*Z'),
  fin         TEXT NOT NULL CHECK (fin GLOB '????-??-??T??:??:??*Z'),
  CHECK ((cle IS NULL) <> (utilisateur IS NULL))
);
CREATE INDEX agendas_empreinte ON agendas (empreinte);
