-- What the statistics and the lengths of lists are read from: kept by triggers at every change of a
-- message, so that no question ever reads the messages one by one.

-- One row for each combination. jour is the UTC day of date_creation, such as '2026-11-22'; the rows
-- with '' count all days together. classe 0 is a message without one. The sums of envois leave
-- messages in en_attente out: theirs still change, and are counted where they are.
CREATE TABLE compteurs (
  jour               TEXT COLLATE "C" NOT NULL,
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
);

-- Messages by date_envoi, to the quarter of an hour: every time zone's days begin at one.
CREATE TABLE compteurs_quarts (
  quart_heure TIMESTAMPTZ NOT NULL,
  classe      BIGINT NOT NULL,
  nombre      BIGINT NOT NULL,
  PRIMARY KEY (quart_heure, classe)
);

-- Many writers would wait for each other at the same few counters, in any order, and so for ever.
-- They note here what they changed; a reader adds it up, and compteurs_ranger moves it into the
-- counters now and then.
CREATE TABLE compteurs_mouvements (
  jour               TEXT COLLATE "C" NOT NULL,
  type               TEXT NOT NULL,
  statut             TEXT NOT NULL,
  classe             BIGINT NOT NULL,
  est_message_groupe BOOLEAN NOT NULL,
  est_lu             BOOLEAN NOT NULL,
  quart_heure        TIMESTAMPTZ,
  nombre             BIGINT NOT NULL,
  nb_envoyes         BIGINT NOT NULL,
  nb_echecs          BIGINT NOT NULL,
  nb_incertains      BIGINT NOT NULL,
  nb_ignores         BIGINT NOT NULL
);

-- For the days that a period begins or ends in.
CREATE INDEX messages_creation ON messages (date_creation);

-- Emptied again and again: swept early, or readers would walk through what is gone.
ALTER TABLE compteurs_mouvements
  SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Only one may change the counters at a time; the others leave their notes for later.
CREATE FUNCTION compteurs_prendre() RETURNS boolean LANGUAGE sql AS
$$ SELECT pg_try_advisory_xact_lock('compteurs'::regclass::oid::bigint) $$;

CREATE FUNCTION compteurs_ranger() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  jours text[];
BEGIN
  IF NOT compteurs_prendre() THEN
    RETURN;
  END IF;
  WITH partis AS (
    DELETE FROM compteurs_mouvements RETURNING *
  ), quarts AS (
    INSERT INTO compteurs_quarts AS c
      SELECT quart_heure, classe, sum(nombre) FROM partis
       WHERE quart_heure IS NOT NULL GROUP BY 1, 2 HAVING sum(nombre) <> 0
    ON CONFLICT (quart_heure, classe) DO UPDATE SET nombre = c.nombre + excluded.nombre
  ), combinaisons AS (
    INSERT INTO compteurs AS c
      SELECT j.jour, type, statut, classe, est_message_groupe, est_lu, sum(nombre),
             sum(nb_envoyes), sum(nb_echecs), sum(nb_incertains), sum(nb_ignores)
        FROM partis CROSS JOIN LATERAL (VALUES (''), (partis.jour)) AS j (jour)
       GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (jour, type, statut, classe, est_message_groupe, est_lu) DO UPDATE
      SET nombre = c.nombre + excluded.nombre,
          nb_envoyes = c.nb_envoyes + excluded.nb_envoyes,
          nb_echecs = c.nb_echecs + excluded.nb_echecs,
          nb_incertains = c.nb_incertains + excluded.nb_incertains,
          nb_ignores = c.nb_ignores + excluded.nb_ignores
    RETURNING c.jour, c.nombre
  )
  SELECT array_agg(DISTINCT jour) INTO jours FROM combinaisons WHERE nombre = 0 AND jour <> '';
  -- A message goes through several combinations on its first day: only the last one stays.
  DELETE FROM compteurs WHERE jour = ANY (jours) AND nombre = 0;
END $$;

-- A statement at a time, so that closing 500 messages is a few notes.
CREATE FUNCTION compteurs_noter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (SELECT count(*) FROM (SELECT 1 FROM apres LIMIT 1001) AS m) > 1000 THEN
      -- A file of messages: more notes than a reader should find.
      IF compteurs_prendre() THEN
        INSERT INTO compteurs_quarts AS c
          SELECT to_timestamp(floor(extract(epoch FROM date_envoi) / 900) * 900),
                 COALESCE(classe, 0), count(*)
            FROM apres WHERE date_envoi IS NOT NULL GROUP BY 1, 2
        ON CONFLICT (quart_heure, classe) DO UPDATE SET nombre = c.nombre + excluded.nombre;
        INSERT INTO compteurs AS c
          SELECT j.jour, type, statut, COALESCE(classe, 0), est_message_groupe, est_lu, count(*),
                 sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_envoyes END),
                 sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_echecs END),
                 sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_incertains END),
                 sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_ignores END)
            FROM apres CROSS JOIN LATERAL
                 (VALUES (''), (to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'))) AS j (jour)
           GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (jour, type, statut, classe, est_message_groupe, est_lu) DO UPDATE
          SET nombre = c.nombre + excluded.nombre,
              nb_envoyes = c.nb_envoyes + excluded.nb_envoyes,
              nb_echecs = c.nb_echecs + excluded.nb_echecs,
              nb_incertains = c.nb_incertains + excluded.nb_incertains,
              nb_ignores = c.nb_ignores + excluded.nb_ignores;
        RETURN NULL;
      END IF;
    END IF;
    INSERT INTO compteurs_mouvements
      SELECT to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'), type, statut,
             COALESCE(classe, 0), est_message_groupe, est_lu,
             to_timestamp(floor(extract(epoch FROM date_envoi) / 900) * 900), sum(signe),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_envoyes END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_echecs END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_incertains END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_ignores END)
        FROM (SELECT 1 AS signe, * FROM apres) AS m
       GROUP BY 1, 2, 3, 4, 5, 6, 7;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO compteurs_mouvements
      SELECT to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'), type, statut,
             COALESCE(classe, 0), est_message_groupe, est_lu,
             to_timestamp(floor(extract(epoch FROM date_envoi) / 900) * 900), sum(signe),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_envoyes END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_echecs END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_incertains END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_ignores END)
        FROM (SELECT -1 AS signe, * FROM avant) AS m
       GROUP BY 1, 2, 3, 4, 5, 6, 7;
  ELSE
    -- What did not change cancels out.
    INSERT INTO compteurs_mouvements
      SELECT to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'), type, statut,
             COALESCE(classe, 0), est_message_groupe, est_lu,
             to_timestamp(floor(extract(epoch FROM date_envoi) / 900) * 900), sum(signe),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_envoyes END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_echecs END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_incertains END),
             sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_ignores END)
        FROM (SELECT -1 AS signe, * FROM avant UNION ALL SELECT 1, * FROM apres) AS m
       GROUP BY 1, 2, 3, 4, 5, 6, 7
      HAVING sum(signe) <> 0
          OR sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_envoyes END) <> 0
          OR sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_echecs END) <> 0
          OR sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_incertains END) <> 0
          OR sum(CASE statut WHEN 'en_attente' THEN 0 ELSE signe * nb_ignores END) <> 0;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION compteurs_vider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock('compteurs'::regclass::oid::bigint);
  DELETE FROM compteurs;
  DELETE FROM compteurs_quarts;
  DELETE FROM compteurs_mouvements;
  RETURN NULL;
END $$;

CREATE TRIGGER compteurs_insertion AFTER INSERT ON messages
  REFERENCING NEW TABLE AS apres FOR EACH STATEMENT EXECUTE FUNCTION compteurs_noter();
CREATE TRIGGER compteurs_suppression AFTER DELETE ON messages
  REFERENCING OLD TABLE AS avant FOR EACH STATEMENT EXECUTE FUNCTION compteurs_noter();
CREATE TRIGGER compteurs_changement AFTER UPDATE ON messages
  REFERENCING OLD TABLE AS avant NEW TABLE AS apres
  FOR EACH STATEMENT EXECUTE FUNCTION compteurs_noter();
CREATE TRIGGER compteurs_vidage AFTER TRUNCATE ON messages
  FOR EACH STATEMENT EXECUTE FUNCTION compteurs_vider();

-- What is there already.
INSERT INTO compteurs
  SELECT to_char(date_creation AT TIME ZONE 'UTC', 'YYYY-MM-DD'), type, statut, COALESCE(classe, 0),
         est_message_groupe, est_lu, count(*),
         sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_envoyes END),
         sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_echecs END),
         sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_incertains END),
         sum(CASE statut WHEN 'en_attente' THEN 0 ELSE nb_ignores END)
    FROM messages GROUP BY 1, 2, 3, 4, 5, 6;
INSERT INTO compteurs
  SELECT '', type, statut, classe, est_message_groupe, est_lu, sum(nombre),
         sum(nb_envoyes), sum(nb_echecs), sum(nb_incertains), sum(nb_ignores)
    FROM compteurs GROUP BY type, statut, classe, est_message_groupe, est_lu;
INSERT INTO compteurs_quarts
  SELECT to_timestamp(floor(extract(epoch FROM date_envoi) / 900) * 900),
         COALESCE(classe, 0), count(*)
    FROM messages WHERE date_envoi IS NOT NULL GROUP BY 1, 2;
