DROP TRIGGER recherche_nom;
DROP TRIGGER recherche_changement;
DROP TRIGGER recherche_suppression;
DROP TRIGGER recherche_insertion;
DROP VIEW recherche_mots;
DROP TABLE recherche;
