-- Keys of programs that call the HTTP interface. A key itself is nowhere: empreinte is its SHA-256.
CREATE TABLE cles_api (
  id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  nom         TEXT NOT NULL,
  prefixe     TEXT NOT NULL UNIQUE,
  empreinte   TEXT NOT NULL,
  -- Words of the vocabulary Portee, separated by spaces.
  portees     TEXT NOT NULL,
  creee_le    TEXT NOT NULL CHECK (creee_le GLOB '????-??-??T??:??:??*Z'),
  revoquee_le TEXT CHECK (revoquee_le GLOB '????-??-??T??:??:??*Z'),
  -- To the hour.
  utilisee_le TEXT CHECK (utilisee_le GLOB '????-??-??T??:??:??*Z')
);
