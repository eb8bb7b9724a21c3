-- What the addresses end with at which gateways tell of deliveries. A token itself is nowhere: empreinte is
-- its SHA-256.
CREATE TABLE jetons_recus (
  id         INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  passerelle TEXT NOT NULL,
  empreinte  TEXT NOT NULL,
  cree_le    TEXT NOT NULL CHECK (cree_le GLOB '????-??-??T??:??:??*Z'),
  revoque_le TEXT CHECK (revoque_le GLOB '????-??-??T??:??:??*Z')
);
CREATE INDEX jetons_recus_passerelle ON jetons_recus (passerelle);
