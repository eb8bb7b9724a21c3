-- What the statistics and the lengths of lists are read from: kept by triggers at every change of a
-- message, so that no question ever reads the messages one by one.

-- How many messages there are of each combination, with the sums of their envois. jour is the UTC day
-- of date_creation, such as '2026-11-22'; the rows with '' count all days together. classe 0 is a
-- message without one. Transactions at once count at places of their own, which are added up: at the
-- same few rows they would wait for each other, in any order, and so for ever.
CREATE TABLE compteurs (
  jour               TEXT COLLATE "C" NOT NULL,
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
);

-- For the days that a period begins or ends in, and for messages by the day they left.
CREATE INDEX messages_creation ON messages (date_creation);
CREATE INDEX messages_envoi ON messages (date_envoi, classe) WHERE date_envoi IS NOT NULL;

-- Adds the rows (argument 1) or takes them away (-1), a statement at a time.
CREATE FUNCTION compteurs_compter() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  signe CONSTANT bigint := TG_ARGV[0];
  ici integer := 0;
BEGIN
  -- The first place that no other transaction holds, until the commit.
  WHILE NOT pg_try_advisory_xact_lock(730718, ici) LOOP
    ici := ici + 1;
  END LOOP;
  INSERT INTO compteurs AS c
    SELECT j.jour, type, statut, COALESCE(classe, 0), est_message_groupe, est_lu, ici,
           signe * count(*), signe * sum(nb_envoyes), signe * sum(nb_echecs),
           signe * sum(nb_incertains), signe * sum(nb_ignores)
      FROM lignes CROSS JOIN LATERAL
           (VALUES (''), (to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'))) AS j (jour)
     GROUP BY 1, 2, 3, 4, 5, 6
  ON CONFLICT ON CONSTRAINT compteurs_pkey DO UPDATE
    SET nombre = c.nombre + excluded.nombre,
        nb_envoyes = c.nb_envoyes + excluded.nb_envoyes,
        nb_echecs = c.nb_echecs + excluded.nb_echecs,
        nb_incertains = c.nb_incertains + excluded.nb_incertains,
        nb_ignores = c.nb_ignores + excluded.nb_ignores;
  -- A message goes through several combinations on its first day: only the last one stays.
  DELETE FROM compteurs
   WHERE jour = ANY (ARRAY(SELECT DISTINCT to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD')
                             FROM lignes))
     AND place = ici
     AND (nombre, nb_envoyes, nb_echecs, nb_incertains, nb_ignores) = (0, 0, 0, 0, 0);
  RETURN NULL;
END $$;

CREATE FUNCTION compteurs_vider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM compteurs;
  RETURN NULL;
END $$;

CREATE TRIGGER compteurs_insertion AFTER INSERT ON messages
  REFERENCING NEW TABLE AS lignes FOR EACH STATEMENT EXECUTE FUNCTION compteurs_compter('1');
CREATE TRIGGER compteurs_suppression AFTER DELETE ON messages
  REFERENCING OLD TABLE AS lignes FOR EACH STATEMENT EXECUTE FUNCTION compteurs_compter('-1');
-- In the order of their names, so that what did not change is never swept out.
CREATE TRIGGER compteurs_changement_apres AFTER UPDATE ON messages
  REFERENCING NEW TABLE AS lignes FOR EACH STATEMENT EXECUTE FUNCTION compteurs_compter('1');
CREATE TRIGGER compteurs_changement_avant AFTER UPDATE ON messages
  REFERENCING OLD TABLE AS lignes FOR EACH STATEMENT EXECUTE FUNCTION compteurs_compter('-1');
CREATE TRIGGER compteurs_vidage AFTER TRUNCATE ON messages
  FOR EACH STATEMENT EXECUTE FUNCTION compteurs_vider();

-- What is there already.
INSERT INTO compteurs
  SELECT j.jour, type, statut, COALESCE(classe, 0), est_message_groupe, est_lu, 0, count(*),
         sum(nb_envoyes), sum(nb_echecs), sum(nb_incertains), sum(nb_ignores)
    FROM messages CROSS JOIN LATERAL
         (VALUES (''), (to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'))) AS j (jour)
   GROUP BY 1, 2, 3, 4, 5, 6;
