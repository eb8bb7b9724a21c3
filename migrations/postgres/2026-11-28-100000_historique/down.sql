ALTER TABLE messages DROP COLUMN auteur;
DROP TABLE historique;
