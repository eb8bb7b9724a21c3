DROP INDEX parents_partis;
DROP TABLE oublis;
DROP INDEX messages_a_oublier;
ALTER TABLE messages DROP COLUMN oublie_le;
INSERT INTO recherche (recherche, rank) VALUES ('secure-delete', 0);
