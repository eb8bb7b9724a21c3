DROP TRIGGER recherche_nom ON parents;
DROP TRIGGER recherche_changement ON messages;
DROP TRIGGER recherche_insertion ON messages;
DROP FUNCTION recherche_renommer();
DROP FUNCTION recherche_suivre();
DROP FUNCTION recherche_mots(TEXT, TEXT, BIGINT);
DROP TABLE recherche;
