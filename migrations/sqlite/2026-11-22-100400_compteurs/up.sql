-- What the statistics and the lengths of lists are read from: kept by triggers at every change of a
-- message, so that no question ever reads the messages one by one.

-- How many messages there are of each combination, with the sums of their envois. jour is the UTC day
-- of date_creation, such as '2026-11-22'; the rows with '' count all days together. classe 0 is a
-- message without one. place tells PostgreSQL's writers apart; SQLite has one at a time.
CREATE TABLE compteurs (
  jour               TEXT NOT NULL,
  type               TEXT NOT NULL,
  statut             TEXT NOT NULL,
  classe             BIGINT NOT NULL,
  est_message_groupe BOOLEAN NOT NULL,
  est_lu             BOOLEAN NOT NULL,
  place              BIGINT NOT NULL,
  nombre             BIGINT NOT NULL,
  nb_envoyes         BIGINT NOT NULL,
  nb_echecs          BIGINT NOT NULL,
  nb_incertains      BIGINT NOT NULL,
  nb_ignores         BIGINT NOT NULL,
  PRIMARY KEY (jour, type, statut, classe, est_message_groupe, est_lu, place)
) WITHOUT ROWID;

-- For the days that a period begins or ends in, and for messages by the day they left.
CREATE INDEX messages_creation ON messages (date_creation);
CREATE INDEX messages_envoi ON messages (date_envoi, classe) WHERE date_envoi IS NOT NULL;

-- A row that is written here is added to the counters (signe 1) or taken away (-1).
CREATE VIEW compteurs_mouvements AS
  SELECT 1 AS signe, date_creation, type, statut, classe, est_message_groupe, est_lu,
         nb_envoyes, nb_echecs, nb_incertains, nb_ignores
    FROM messages;
CREATE TRIGGER compteurs_compter INSTEAD OF INSERT ON compteurs_mouvements BEGIN
  INSERT INTO compteurs
    SELECT jour, NEW.type, NEW.statut, COALESCE(NEW.classe, 0), NEW.est_message_groupe, NEW.est_lu, 0,
           NEW.signe, NEW.signe * NEW.nb_envoyes, NEW.signe * NEW.nb_echecs,
           NEW.signe * NEW.nb_incertains, NEW.signe * NEW.nb_ignores
      FROM (SELECT '' AS jour UNION ALL SELECT substr(NEW.date_creation, 1, 10)) WHERE true
  ON CONFLICT DO UPDATE
    SET nombre = nombre + excluded.nombre,
        nb_envoyes = nb_envoyes + excluded.nb_envoyes,
        nb_echecs = nb_echecs + excluded.nb_echecs,
        nb_incertains = nb_incertains + excluded.nb_incertains,
        nb_ignores = nb_ignores + excluded.nb_ignores;
  -- A message goes through several combinations on its first day: only the last one stays.
  DELETE FROM compteurs
   WHERE jour = substr(NEW.date_creation, 1, 10) AND type = NEW.type AND statut = NEW.statut
     AND classe = COALESCE(NEW.classe, 0) AND est_message_groupe = NEW.est_message_groupe
     AND est_lu = NEW.est_lu AND nombre = 0;
END;

CREATE TRIGGER compteurs_insertion AFTER INSERT ON messages BEGIN
  INSERT INTO compteurs_mouvements VALUES
    (1, NEW.date_creation, NEW.type, NEW.statut, NEW.classe, NEW.est_message_groupe, NEW.est_lu,
     NEW.nb_envoyes, NEW.nb_echecs, NEW.nb_incertains, NEW.nb_ignores);
END;
CREATE TRIGGER compteurs_suppression AFTER DELETE ON messages BEGIN
  INSERT INTO compteurs_mouvements VALUES
    (-1, OLD.date_creation, OLD.type, OLD.statut, OLD.classe, OLD.est_message_groupe, OLD.est_lu,
     OLD.nb_envoyes, OLD.nb_echecs, OLD.nb_incertains, OLD.nb_ignores);
END;
CREATE TRIGGER compteurs_changement AFTER UPDATE OF
  date_creation, type, statut, classe, est_message_groupe, est_lu, nb_envoyes, nb_echecs,
  nb_incertains, nb_ignores
  ON messages BEGIN
  INSERT INTO compteurs_mouvements VALUES
    (1, NEW.date_creation, NEW.type, NEW.statut, NEW.classe, NEW.est_message_groupe, NEW.est_lu,
     NEW.nb_envoyes, NEW.nb_echecs, NEW.nb_incertains, NEW.nb_ignores),
    (-1, OLD.date_creation, OLD.type, OLD.statut, OLD.classe, OLD.est_message_groupe, OLD.est_lu,
     OLD.nb_envoyes, OLD.nb_echecs, OLD.nb_incertains, OLD.nb_ignores);
END;

-- What is there already.
INSERT INTO compteurs_mouvements SELECT * FROM compteurs_mouvements;
