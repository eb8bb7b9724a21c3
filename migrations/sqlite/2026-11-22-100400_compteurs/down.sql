DROP TRIGGER compteurs_changement;
DROP TRIGGER compteurs_suppression;
DROP TRIGGER compteurs_insertion;
DROP VIEW compteurs_mouvements;
DROP INDEX messages_envoi;
DROP INDEX messages_creation;
DROP TABLE compteurs;
