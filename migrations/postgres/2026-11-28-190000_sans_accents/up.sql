-- A word is found with accents and without. Small letters, Latin ones without the marks above and below them, and
-- one apostrophe; compares and sorts by code point, as on SQLite, where the program brings this function along.
CREATE FUNCTION sans_accents(texte TEXT) RETURNS TEXT
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT normalize(regexp_replace(normalize(translate(lower(texte COLLATE "und-x-icu"), '’‘ʼ', ''''''''), NFD),
                                        '([a-z])[\u0300-\u036f]+', '\1', 'g'), NFC) COLLATE "C" $$;

CREATE OR REPLACE FUNCTION recherche_mots(contenu TEXT, sujet TEXT, de_parent BIGINT) RETURNS TEXT
  LANGUAGE sql STABLE
  AS $$ SELECT sans_accents(contenu || E'\n' || COALESCE(sujet, '') || E'\n'
                            || COALESCE((SELECT nom || E'\n' || prenom FROM parents WHERE id = de_parent), '')) $$;

-- Only what has accents changes. (minuscules goes in a later release: an older program may still ask it.)
UPDATE recherche SET mots = sans_accents(mots) WHERE mots <> sans_accents(mots);
