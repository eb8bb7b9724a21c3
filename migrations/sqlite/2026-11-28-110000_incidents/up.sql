-- What needs a person, from its begin to its end. No name, no address, none of a peer's words.
CREATE TABLE incidents (
  id     INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  genre  TEXT NOT NULL
    CHECK (genre IN ('canal_arrete', 'quota', 'retard', 'incertain', 'personne', 'disque', 'simulation',
                     'reglages', 'horloge', 'sans_passage', 'retenue')),
  -- The channel, the message's number, or the machine's name; empty where there is only one.
  objet  TEXT NOT NULL,
  detail TEXT,
  debut  TEXT NOT NULL CHECK (debut GLOB '????-??-??T??:??:??*Z'),
  -- Found again then, or not much later.
  vu_le  TEXT NOT NULL CHECK (vu_le GLOB '????-??-??T??:??:??*Z'),
  -- Last told; whoever writes it is who tells.
  dit_le TEXT CHECK (dit_le GLOB '????-??-??T??:??:??*Z'),
  fin    TEXT CHECK (fin GLOB '????-??-??T??:??:??*Z')
);
CREATE UNIQUE INDEX incidents_ouverts ON incidents (genre, objet) WHERE fin IS NULL;
