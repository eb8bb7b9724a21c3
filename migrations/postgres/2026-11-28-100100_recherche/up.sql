-- What is searched in a message, in small letters: its text, its subject, its parent's name. Kept by
-- triggers, and beside the messages, so that the index is written only when a text changes.
CREATE TABLE recherche (
  message BIGINT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  mots    TEXT COLLATE "C" NOT NULL
);

CREATE FUNCTION recherche_mots(contenu TEXT, sujet TEXT, de_parent BIGINT) RETURNS TEXT
  LANGUAGE sql STABLE
  AS $$ SELECT minuscules(contenu || E'\n' || COALESCE(sujet, '') || E'\n'
                          || COALESCE((SELECT nom || E'\n' || prenom FROM parents WHERE id = de_parent), '')) $$;

CREATE FUNCTION recherche_suivre() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO recherche VALUES (NEW.id, recherche_mots(NEW.contenu, NEW.sujet, NEW.parent))
  ON CONFLICT (message) DO UPDATE SET mots = excluded.mots;
  RETURN NULL;
END $$;
CREATE FUNCTION recherche_renommer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE recherche SET mots = recherche_mots(m.contenu, m.sujet, m.parent)
    FROM messages m WHERE m.parent = NEW.id AND recherche.message = m.id;
  RETURN NULL;
END $$;

CREATE TRIGGER recherche_insertion AFTER INSERT ON messages
FOR EACH ROW EXECUTE FUNCTION recherche_suivre();
CREATE TRIGGER recherche_changement AFTER UPDATE OF contenu, sujet, parent ON messages
FOR EACH ROW WHEN ((NEW.contenu, NEW.sujet, NEW.parent) IS DISTINCT FROM (OLD.contenu, OLD.sujet, OLD.parent))
EXECUTE FUNCTION recherche_suivre();
CREATE TRIGGER recherche_nom AFTER UPDATE OF nom, prenom ON parents
FOR EACH ROW WHEN ((NEW.nom, NEW.prenom) IS DISTINCT FROM (OLD.nom, OLD.prenom))
EXECUTE FUNCTION recherche_renommer();

-- What is there already.
INSERT INTO recherche SELECT id, recherche_mots(contenu, sujet, parent) FROM messages;

-- With the extension pg_trgm any piece of a word is found by an index; without it the texts are read
-- one by one. Whoever may create something in the database may create it, where it is installed.
DO $$
DECLARE
  place TEXT;
BEGIN
  BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
  EXCEPTION
    WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR invalid_schema_name THEN
      RAISE WARNING 'pg_trgm: %', SQLERRM;
    -- Somebody else creates it at the same moment.
    WHEN unique_violation OR duplicate_object THEN NULL;
  END;
  SELECT nspname INTO place
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  IF FOUND THEN
    EXECUTE format('CREATE INDEX recherche_trigrammes ON recherche USING gin (mots %I.gin_trgm_ops)', place);
  END IF;
END $$;
