-- What the statistics and the lengths of lists are read from: kept by triggers at every change of a
-- message, so that no question ever reads the messages one by one.

-- One row for each combination. jour is the UTC day of date_creation, such as '2026-11-22'; the rows
-- with '' count all days together. classe 0 is a message without one. The sums of envois leave
-- messages in en_attente out: theirs still change, and are counted where they are.
CREATE TABLE compteurs (
  jour               TEXT NOT NULL,
  type               TEXT NOT NULL,
  statut             TEXT NOT NULL,
  classe             BIGINT NOT NULL,
  est_message_groupe BOOLEAN NOT NULL,
  est_lu             BOOLEAN NOT NULL,
  nombre             BIGINT NOT NULL,
  nb_envoyes         BIGINT NOT NULL,
  nb_echecs          BIGINT NOT NULL,
  nb_incertains      BIGINT NOT NULL,
  nb_ignores         BIGINT NOT NULL,
  PRIMARY KEY (jour, type, statut, classe, est_message_groupe, est_lu)
) WITHOUT ROWID;

-- Messages by date_envoi, to the quarter of an hour: every time zone's days begin at one.
CREATE TABLE compteurs_quarts (
  quart_heure TEXT NOT NULL CHECK (quart_heure GLOB '????-??-??T??:??:00.000000Z'),
  classe      BIGINT NOT NULL,
  nombre      BIGINT NOT NULL,
  PRIMARY KEY (quart_heure, classe)
) WITHOUT ROWID;

-- PostgreSQL's triggers write here; with SQLite's one writer at a time it stays empty.
CREATE TABLE compteurs_mouvements (
  jour               TEXT NOT NULL,
  type               TEXT NOT NULL,
  statut             TEXT NOT NULL,
  classe             BIGINT NOT NULL,
  est_message_groupe BOOLEAN NOT NULL,
  est_lu             BOOLEAN NOT NULL,
  quart_heure        TEXT,
  nombre             BIGINT NOT NULL,
  nb_envoyes         BIGINT NOT NULL,
  nb_echecs          BIGINT NOT NULL,
  nb_incertains      BIGINT NOT NULL,
  nb_ignores         BIGINT NOT NULL
);

-- For the days that a period begins or ends in.
CREATE INDEX messages_creation ON messages (date_creation);

CREATE TRIGGER compteurs_insertion AFTER INSERT ON messages BEGIN
  INSERT INTO compteurs VALUES
    ('', NEW.type, NEW.statut, COALESCE(NEW.classe, 0), NEW.est_message_groupe, NEW.est_lu, 1,
     NEW.nb_envoyes * (NEW.statut <> 'en_attente'), NEW.nb_echecs * (NEW.statut <> 'en_attente'),
     NEW.nb_incertains * (NEW.statut <> 'en_attente'), NEW.nb_ignores * (NEW.statut <> 'en_attente')),
    (substr(NEW.date_creation, 1, 10), NEW.type, NEW.statut, COALESCE(NEW.classe, 0),
     NEW.est_message_groupe, NEW.est_lu, 1,
     NEW.nb_envoyes * (NEW.statut <> 'en_attente'), NEW.nb_echecs * (NEW.statut <> 'en_attente'),
     NEW.nb_incertains * (NEW.statut <> 'en_attente'), NEW.nb_ignores * (NEW.statut <> 'en_attente'))
  ON CONFLICT DO UPDATE
    SET nombre = nombre + 1,
        nb_envoyes = nb_envoyes + excluded.nb_envoyes,
        nb_echecs = nb_echecs + excluded.nb_echecs,
        nb_incertains = nb_incertains + excluded.nb_incertains,
        nb_ignores = nb_ignores + excluded.nb_ignores;
END;

CREATE TRIGGER compteurs_suppression AFTER DELETE ON messages BEGIN
  UPDATE compteurs
     SET nombre = nombre - 1,
         nb_envoyes = nb_envoyes - OLD.nb_envoyes * (OLD.statut <> 'en_attente'),
         nb_echecs = nb_echecs - OLD.nb_echecs * (OLD.statut <> 'en_attente'),
         nb_incertains = nb_incertains - OLD.nb_incertains * (OLD.statut <> 'en_attente'),
         nb_ignores = nb_ignores - OLD.nb_ignores * (OLD.statut <> 'en_attente')
   WHERE jour IN ('', substr(OLD.date_creation, 1, 10)) AND type = OLD.type AND statut = OLD.statut
     AND classe = COALESCE(OLD.classe, 0) AND est_message_groupe = OLD.est_message_groupe
     AND est_lu = OLD.est_lu;
  DELETE FROM compteurs
   WHERE jour = substr(OLD.date_creation, 1, 10) AND type = OLD.type AND statut = OLD.statut
     AND classe = COALESCE(OLD.classe, 0) AND est_message_groupe = OLD.est_message_groupe
     AND est_lu = OLD.est_lu
     AND nombre = 0;
END;

CREATE TRIGGER compteurs_changement AFTER UPDATE OF
  date_creation, type, statut, classe, est_message_groupe, est_lu, nb_envoyes, nb_echecs,
  nb_incertains, nb_ignores
  ON messages
WHEN (OLD.date_creation, OLD.type, OLD.statut, OLD.classe, OLD.est_message_groupe, OLD.est_lu,
      OLD.nb_envoyes, OLD.nb_echecs, OLD.nb_incertains, OLD.nb_ignores)
     IS NOT
     (NEW.date_creation, NEW.type, NEW.statut, NEW.classe, NEW.est_message_groupe, NEW.est_lu,
      NEW.nb_envoyes, NEW.nb_echecs, NEW.nb_incertains, NEW.nb_ignores)
BEGIN
  UPDATE compteurs
     SET nombre = nombre - 1,
         nb_envoyes = nb_envoyes - OLD.nb_envoyes * (OLD.statut <> 'en_attente'),
         nb_echecs = nb_echecs - OLD.nb_echecs * (OLD.statut <> 'en_attente'),
         nb_incertains = nb_incertains - OLD.nb_incertains * (OLD.statut <> 'en_attente'),
         nb_ignores = nb_ignores - OLD.nb_ignores * (OLD.statut <> 'en_attente')
   WHERE jour IN ('', substr(OLD.date_creation, 1, 10)) AND type = OLD.type AND statut = OLD.statut
     AND classe = COALESCE(OLD.classe, 0) AND est_message_groupe = OLD.est_message_groupe
     AND est_lu = OLD.est_lu;
  DELETE FROM compteurs
   WHERE jour = substr(OLD.date_creation, 1, 10) AND type = OLD.type AND statut = OLD.statut
     AND classe = COALESCE(OLD.classe, 0) AND est_message_groupe = OLD.est_message_groupe
     AND est_lu = OLD.est_lu
     AND nombre = 0;
  INSERT INTO compteurs VALUES
    ('', NEW.type, NEW.statut, COALESCE(NEW.classe, 0), NEW.est_message_groupe, NEW.est_lu, 1,
     NEW.nb_envoyes * (NEW.statut <> 'en_attente'), NEW.nb_echecs * (NEW.statut <> 'en_attente'),
     NEW.nb_incertains * (NEW.statut <> 'en_attente'), NEW.nb_ignores * (NEW.statut <> 'en_attente')),
    (substr(NEW.date_creation, 1, 10), NEW.type, NEW.statut, COALESCE(NEW.classe, 0),
     NEW.est_message_groupe, NEW.est_lu, 1,
     NEW.nb_envoyes * (NEW.statut <> 'en_attente'), NEW.nb_echecs * (NEW.statut <> 'en_attente'),
     NEW.nb_incertains * (NEW.statut <> 'en_attente'), NEW.nb_ignores * (NEW.statut <> 'en_attente'))
  ON CONFLICT DO UPDATE
    SET nombre = nombre + 1,
        nb_envoyes = nb_envoyes + excluded.nb_envoyes,
        nb_echecs = nb_echecs + excluded.nb_echecs,
        nb_incertains = nb_incertains + excluded.nb_incertains,
        nb_ignores = nb_ignores + excluded.nb_ignores;
END;

CREATE TRIGGER compteurs_quarts_insertion AFTER INSERT ON messages
WHEN NEW.date_envoi IS NOT NULL BEGIN
  INSERT INTO compteurs_quarts
    SELECT substr(NEW.date_envoi, 1, 14)
           || substr('00153045', substr(NEW.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z',
           COALESCE(NEW.classe, 0), 1
     WHERE NEW.date_envoi IS NOT NULL
  ON CONFLICT DO UPDATE SET nombre = nombre + 1;
END;

CREATE TRIGGER compteurs_quarts_suppression AFTER DELETE ON messages
WHEN OLD.date_envoi IS NOT NULL BEGIN
  UPDATE compteurs_quarts SET nombre = nombre - 1
   WHERE quart_heure = substr(OLD.date_envoi, 1, 14)
           || substr('00153045', substr(OLD.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z'
     AND classe = COALESCE(OLD.classe, 0);
  DELETE FROM compteurs_quarts
   WHERE quart_heure = substr(OLD.date_envoi, 1, 14)
           || substr('00153045', substr(OLD.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z'
     AND classe = COALESCE(OLD.classe, 0)
     AND nombre = 0;
END;

CREATE TRIGGER compteurs_quarts_changement AFTER UPDATE OF date_envoi, classe ON messages
WHEN (OLD.date_envoi, OLD.classe) IS NOT (NEW.date_envoi, NEW.classe)
BEGIN
  UPDATE compteurs_quarts SET nombre = nombre - 1
   WHERE quart_heure = substr(OLD.date_envoi, 1, 14)
           || substr('00153045', substr(OLD.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z'
     AND classe = COALESCE(OLD.classe, 0);
  DELETE FROM compteurs_quarts
   WHERE quart_heure = substr(OLD.date_envoi, 1, 14)
           || substr('00153045', substr(OLD.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z'
     AND classe = COALESCE(OLD.classe, 0)
     AND nombre = 0;
  INSERT INTO compteurs_quarts
    SELECT substr(NEW.date_envoi, 1, 14)
           || substr('00153045', substr(NEW.date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z',
           COALESCE(NEW.classe, 0), 1
     WHERE NEW.date_envoi IS NOT NULL
  ON CONFLICT DO UPDATE SET nombre = nombre + 1;
END;

-- What is there already.
INSERT INTO compteurs
  SELECT substr(date_creation, 1, 10), type, statut, COALESCE(classe, 0),
         est_message_groupe, est_lu, count(*),
         sum(nb_envoyes * (statut <> 'en_attente')),
         sum(nb_echecs * (statut <> 'en_attente')),
         sum(nb_incertains * (statut <> 'en_attente')),
         sum(nb_ignores * (statut <> 'en_attente'))
    FROM messages GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO compteurs
  SELECT '', type, statut, classe, est_message_groupe, est_lu, sum(nombre),
         sum(nb_envoyes), sum(nb_echecs), sum(nb_incertains), sum(nb_ignores)
    FROM compteurs GROUP BY type, statut, classe, est_message_groupe, est_lu;
INSERT INTO compteurs_quarts
  SELECT substr(date_envoi, 1, 14)
           || substr('00153045', substr(date_envoi, 15, 2) / 15 * 2 + 1, 2) || ':00.000000Z',
         COALESCE(classe, 0), count(*)
    FROM messages WHERE date_envoi IS NOT NULL GROUP BY 1, 2;
