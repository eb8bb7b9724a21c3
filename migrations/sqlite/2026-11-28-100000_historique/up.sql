-- What was done by whom: one row for each change, written in the change's own transaction. No name, no
-- address, no text: who acts and what is changed stand here by their numbers.
CREATE TABLE historique (
  id      INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  fait_le TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')) CHECK (fait_le GLOB '????-??-??T??:??:??*Z'),
  -- 'utilisateur 12', 'clé 3', 'anonyme', 'ligne de commande'
  acteur  TEXT NOT NULL,
  action  TEXT NOT NULL
    CHECK (action IN ('cree', 'modifie', 'supprime', 'programme', 'annule', 'envoye_maintenant', 'renvoye',
                      'marque_lu', 'importe', 'lance', 'revoque', 'connecte', 'essaye')),
  objet   TEXT NOT NULL
    CHECK (objet IN ('message', 'classe', 'etudiant', 'parent', 'annuaire', 'cle', 'jeton', 'traitement', 'session',
                     'agenda')),
  -- Of the object; NULL where it has none.
  numero  BIGINT,
  -- How many of what, as JSON.
  bilan   TEXT,
  -- Where the request came from, and its number; NULL for the command line.
  ip      TEXT,
  demande TEXT
);
CREATE INDEX historique_objet ON historique (objet, numero, id);
CREATE INDEX historique_acteur ON historique (acteur, id);
CREATE INDEX historique_action ON historique (action, id);
CREATE INDEX historique_fait_le ON historique (fait_le);

-- Who created it. Not read from historique, which is purged one day.
ALTER TABLE messages ADD COLUMN auteur TEXT;
