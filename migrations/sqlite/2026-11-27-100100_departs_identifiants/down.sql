DROP INDEX classes_identifiant;
DROP INDEX etudiants_identifiant;
DROP INDEX parents_identifiant;
ALTER TABLE classes DROP COLUMN identifiant;
ALTER TABLE etudiants DROP COLUMN identifiant;
ALTER TABLE parents DROP COLUMN identifiant;
ALTER TABLE parents DROP COLUMN parti_le;
