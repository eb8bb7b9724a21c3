DROP TABLE recherche;
CREATE VIRTUAL TABLE recherche USING fts5(mots, tokenize = 'trigram', detail = none, columnsize = 0);
INSERT INTO recherche (rowid, mots) SELECT message, mots FROM recherche_mots;
