-- One row for each run of the dispatcher.
CREATE TABLE passages (
  id            TEXT NOT NULL PRIMARY KEY,
  hote          TEXT NOT NULL,
  pid           BIGINT NOT NULL,
  version       TEXT NOT NULL,
  mode          TEXT NOT NULL CHECK (mode IN ('simulation', 'fichier', 'reel')),
  debut         TEXT NOT NULL CHECK (debut GLOB '????-??-??T??:??:??*Z'),
  battement     TEXT NOT NULL CHECK (battement GLOB '????-??-??T??:??:??*Z'),
  fin           TEXT CHECK (fin GLOB '????-??-??T??:??:??*Z'),
  nb_messages   BIGINT NOT NULL DEFAULT 0,
  nb_envoyes    BIGINT NOT NULL DEFAULT 0,
  nb_echecs     BIGINT NOT NULL DEFAULT 0,
  nb_incertains BIGINT NOT NULL DEFAULT 0,
  nb_ignores    BIGINT NOT NULL DEFAULT 0,
  nb_reportes   BIGINT NOT NULL DEFAULT 0,
  arret         TEXT
);
CREATE INDEX passages_debut ON passages (debut);

-- What all runs on all machines share about a channel: a pause asked for by the gateway, and the
-- next free slot when a rate per minute is set.
CREATE TABLE canaux (
  canal           TEXT NOT NULL PRIMARY KEY CHECK (canal IN ('sms', 'email')),
  bloque_jusqua   TEXT CHECK (bloque_jusqua GLOB '????-??-??T??:??:??*Z'),
  prochain_creneau TEXT CHECK (prochain_creneau GLOB '????-??-??T??:??:??*Z')
);
INSERT INTO canaux (canal) VALUES ('sms'), ('email');
