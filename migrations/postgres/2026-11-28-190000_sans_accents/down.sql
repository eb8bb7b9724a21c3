CREATE OR REPLACE FUNCTION recherche_mots(contenu TEXT, sujet TEXT, de_parent BIGINT) RETURNS TEXT
  LANGUAGE sql STABLE
  AS $$ SELECT minuscules(contenu || E'\n' || COALESCE(sujet, '') || E'\n'
                          || COALESCE((SELECT nom || E'\n' || prenom FROM parents WHERE id = de_parent), '')) $$;
UPDATE recherche SET mots = recherche_mots(m.contenu, m.sujet, m.parent) FROM messages m WHERE m.id = message;
DROP FUNCTION sans_accents;
