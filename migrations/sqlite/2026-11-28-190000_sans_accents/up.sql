-- A word is found with accents and without: the pieces of the index have none.
DROP TABLE recherche;
CREATE VIRTUAL TABLE recherche
  USING fts5(mots, tokenize = 'trigram remove_diacritics 1', detail = none, columnsize = 0);
INSERT INTO recherche (rowid, mots) SELECT message, mots FROM recherche_mots;
