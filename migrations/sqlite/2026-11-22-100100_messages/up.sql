CREATE TABLE messages (
  id                 INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  type               TEXT NOT NULL CHECK (type IN ('sms', 'email')),
  sujet              TEXT,
  contenu            TEXT NOT NULL,
  contenu_html       TEXT,
  parent             BIGINT REFERENCES parents (id) ON DELETE SET NULL,
  -- RESTRICT: without its class, a message to a class would go to everybody.
  classe             BIGINT REFERENCES classes (id) ON DELETE RESTRICT,
  est_message_groupe BOOLEAN NOT NULL DEFAULT FALSE,
  statut             TEXT NOT NULL DEFAULT 'brouillon'
    CHECK (statut IN ('brouillon', 'programme', 'en_attente', 'envoye', 'echec')),
  date_creation      TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')) CHECK (date_creation GLOB '????-??-??T??:??:??*Z'),
  date_programmee    TEXT CHECK (date_programmee GLOB '????-??-??T??:??:??*Z'),
  programme_le       TEXT CHECK (programme_le GLOB '????-??-??T??:??:??*Z'),
  date_envoi         TEXT CHECK (date_envoi GLOB '????-??-??T??:??:??*Z'),
  details_erreur     TEXT,
  est_lu             BOOLEAN NOT NULL DEFAULT FALSE,
  date_lecture       TEXT CHECK (date_lecture GLOB '????-??-??T??:??:??*Z'),
  nb_destinataires   BIGINT NOT NULL DEFAULT 0,
  nb_envoyes         BIGINT NOT NULL DEFAULT 0,
  nb_echecs          BIGINT NOT NULL DEFAULT 0,
  nb_incertains      BIGINT NOT NULL DEFAULT 0,
  nb_ignores         BIGINT NOT NULL DEFAULT 0,
  simule             BOOLEAN NOT NULL DEFAULT FALSE,
  -- Part of the e-mails' Message-ID: random, so that it cannot be guessed and two databases never share one.
  cle                TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
  -- What reading tokens are made with: never leaves the database.
  cle_lecture        TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
  annule_le          TEXT CHECK (annule_le GLOB '????-??-??T??:??:??*Z'),
  -- Working out of the recipients: who does it, until when, how far it got, when it was complete.
  jeton              BIGINT NOT NULL DEFAULT 0,
  proprio            TEXT,
  bail_jusqua        TEXT CHECK (bail_jusqua GLOB '????-??-??T??:??:??*Z'),
  curseur            BIGINT NOT NULL DEFAULT 0,
  etendu_le          TEXT CHECK (etendu_le GLOB '????-??-??T??:??:??*Z'),
  CHECK (statut <> 'programme' OR date_programmee IS NOT NULL)
);
-- With its word in it, so that SQLite prefers it to messages_statut.
CREATE INDEX messages_du ON messages (statut, date_programmee, id) WHERE statut = 'programme';
-- What a person has to look at.
CREATE INDEX messages_incertains ON messages (id) WHERE nb_incertains > 0;
-- Each filter of the list, in the order in which messages stand.
CREATE INDEX messages_statut ON messages (statut, id);
CREATE INDEX messages_type ON messages (type, id);
CREATE INDEX messages_groupe ON messages (est_message_groupe, id);
CREATE INDEX messages_lu ON messages (est_lu, id);
CREATE INDEX messages_parent ON messages (parent, id);
CREATE INDEX messages_classe ON messages (classe, id);
-- Other orders; date_creation has its index with the counters.
CREATE INDEX messages_programmee ON messages (date_programmee, id);
CREATE INDEX messages_depart ON messages (date_envoi, id);

CREATE TABLE envois (
  id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  message     BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  parent      BIGINT REFERENCES parents (id) ON DELETE SET NULL,
  canal       TEXT NOT NULL CHECK (canal IN ('sms', 'email')),
  -- E.164 number or mailbox; NULL when there is none to write to, or when the parent was erased.
  adresse     TEXT,
  etat        TEXT NOT NULL
    CHECK (etat IN ('a_envoyer', 'reserve', 'emission', 'envoye', 'echec', 'incertain', 'ignore')),
  motif       TEXT
    CHECK (motif IN ('permanent', 'epuise', 'expire', 'poison', 'resultat_inconnu', 'sans_adresse',
                     'numero_invalide', 'opposition', 'doublon', 'annule', 'efface', 'pays_refuse',
                     'adresse_morte')),
  -- Place within the message: the lowest places of all messages go first, so a large group holds nobody up.
  rang        BIGINT NOT NULL DEFAULT 0,
  jeton       BIGINT NOT NULL DEFAULT 0,
  proprio     TEXT,
  bail_jusqua TEXT CHECK (bail_jusqua GLOB '????-??-??T??:??:??*Z'),
  tentatives  BIGINT NOT NULL DEFAULT 0,
  ambigus     BIGINT NOT NULL DEFAULT 0,
  renvois     BIGINT NOT NULL DEFAULT 0,
  prochaine   TEXT NOT NULL CHECK (prochaine GLOB '????-??-??T??:??:??*Z'),
  expire      TEXT NOT NULL CHECK (expire GLOB '????-??-??T??:??:??*Z'),
  reference   TEXT,
  code        TEXT,
  detail      TEXT CHECK (length(detail) <= 200),
  emis_le     TEXT CHECK (emis_le GLOB '????-??-??T??:??:??*Z'),
  termine_le  TEXT CHECK (termine_le GLOB '????-??-??T??:??:??*Z'),
  -- Read first, where the reader agreed that it is followed.
  lu_le       TEXT CHECK (lu_le GLOB '????-??-??T??:??:??*Z'),
  CHECK ((motif IS NOT NULL) = (etat IN ('echec', 'incertain', 'ignore'))),
  CHECK (adresse IS NOT NULL OR etat NOT IN ('a_envoyer', 'reserve', 'emission')),
  -- In this order it also finds the envois of a parent.
  UNIQUE (parent, message)
);
-- Once per address, whatever the case in which a mailbox was typed.
CREATE UNIQUE INDEX envois_adresse ON envois (message, lower(adresse));
-- Every index is written at each change of state, so these hold open envois only.
CREATE INDEX envois_du ON envois (canal, rang, id, prochaine) WHERE etat = 'a_envoyer';
CREATE INDEX envois_bail ON envois (bail_jusqua) WHERE etat IN ('reserve', 'emission');
CREATE INDEX envois_ouverts ON envois (message) WHERE etat IN ('a_envoyer', 'reserve', 'emission');

-- One row for each time that an envoi was handed to the network. The key is also a guard: were a
-- token ever given out twice, the second intent would fail here.
CREATE TABLE tentatives (
  envoi   BIGINT NOT NULL REFERENCES envois (id) ON DELETE CASCADE,
  jeton   BIGINT NOT NULL,
  passage TEXT NOT NULL,
  debut   TEXT NOT NULL CHECK (debut GLOB '????-??-??T??:??:??*Z'),
  fin     TEXT CHECK (fin GLOB '????-??-??T??:??:??*Z'),
  verdict TEXT CHECK (verdict IN ('accepte', 'temporaire', 'config', 'permanent', 'ambigu')),
  code    TEXT,
  PRIMARY KEY (envoi, jeton)
);

-- Files that travel with an e-mail; they go when their message does, or is forgotten.
CREATE TABLE pieces_jointes (
  id          INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  message     BIGINT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
  nom_fichier TEXT NOT NULL CHECK (nom_fichier <> ''),
  type_mime   TEXT NOT NULL,
  taille      BIGINT NOT NULL CHECK (taille > 0),
  date_ajout  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')) CHECK (date_ajout GLOB '????-??-??T??:??:??*Z'),
  contenu     BLOB NOT NULL,
  CHECK (taille = length(contenu))
);
CREATE INDEX pieces_jointes_message ON pieces_jointes (message, id);
