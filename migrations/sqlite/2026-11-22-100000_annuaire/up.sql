CREATE TABLE classes (
  id             INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  nom            TEXT NOT NULL,
  niveau         TEXT NOT NULL DEFAULT '',
  annee_scolaire TEXT NOT NULL DEFAULT '',
  description    TEXT NOT NULL DEFAULT ''
);

-- RESTRICT: a class that goes must not take its pupils with it.
CREATE TABLE etudiants (
  id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  nom    TEXT NOT NULL,
  prenom TEXT NOT NULL DEFAULT '',
  classe BIGINT REFERENCES classes (id) ON DELETE RESTRICT,
  -- Kept for the web app; an étudiant who is not there any more still has parents.
  statut TEXT NOT NULL DEFAULT 'actif' CHECK (statut IN ('actif', 'inactif'))
);
CREATE INDEX etudiants_classe ON etudiants (classe);

CREATE TABLE parents (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  nom                 TEXT NOT NULL,
  prenom              TEXT NOT NULL DEFAULT '',
  telephone           TEXT NOT NULL DEFAULT '',
  email               TEXT NOT NULL DEFAULT '',
  adresse             TEXT NOT NULL DEFAULT '',
  relation            TEXT NOT NULL DEFAULT 'autre' CHECK (relation IN ('père', 'mère', 'tuteur', 'autre')),
  notifications_sms   BOOLEAN NOT NULL DEFAULT TRUE,
  notifications_email BOOLEAN NOT NULL DEFAULT FALSE
);

-- rang: the order in which the directory names a parent's pupils.
CREATE TABLE parents_etudiants (
  parent   BIGINT NOT NULL REFERENCES parents (id) ON DELETE CASCADE,
  etudiant BIGINT NOT NULL REFERENCES etudiants (id) ON DELETE CASCADE,
  rang     BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (parent, etudiant)
);
CREATE INDEX parents_etudiants_etudiant ON parents_etudiants (etudiant);
