-- When a parent was no longer in a complete directory: no recipient of anything since, and back with
-- the first directory that names the parent again.
ALTER TABLE parents ADD COLUMN parti_le TEXT CHECK (parti_le GLOB '????-??-??T??:??:??*Z');

-- What the office's own files call the row, where that is no number of the web app.
ALTER TABLE parents ADD COLUMN identifiant TEXT;
ALTER TABLE etudiants ADD COLUMN identifiant TEXT;
ALTER TABLE classes ADD COLUMN identifiant TEXT;
CREATE UNIQUE INDEX parents_identifiant ON parents (identifiant) WHERE identifiant IS NOT NULL;
CREATE UNIQUE INDEX etudiants_identifiant ON etudiants (identifiant) WHERE identifiant IS NOT NULL;
CREATE UNIQUE INDEX classes_identifiant ON classes (identifiant) WHERE identifiant IS NOT NULL;
