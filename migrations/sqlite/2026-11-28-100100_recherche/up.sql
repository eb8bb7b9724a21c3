-- What is searched in a message: its text, its subject, its parent's name. Kept by triggers; in pieces
-- of three letters, large and small ones the same, so that any piece of a word is found.
CREATE VIRTUAL TABLE recherche USING fts5(mots, tokenize = 'trigram', detail = none, columnsize = 0);

-- İ is the one letter in use whose small form SQLite does not know.
CREATE VIEW recherche_mots AS
  SELECT m.id AS message,
         replace(m.contenu || char(10) || COALESCE(m.sujet, '') || char(10)
                 || COALESCE(p.nom || char(10) || p.prenom, ''), char(304), 'i' || char(775)) AS mots
    FROM messages m LEFT JOIN parents p ON p.id = m.parent;

CREATE TRIGGER recherche_insertion AFTER INSERT ON messages BEGIN
  INSERT INTO recherche (rowid, mots) SELECT message, mots FROM recherche_mots WHERE message = NEW.id;
END;
CREATE TRIGGER recherche_suppression AFTER DELETE ON messages BEGIN
  DELETE FROM recherche WHERE rowid = OLD.id;
END;
CREATE TRIGGER recherche_changement AFTER UPDATE OF contenu, sujet, parent ON messages
WHEN NEW.contenu <> OLD.contenu OR NEW.sujet IS NOT OLD.sujet OR NEW.parent IS NOT OLD.parent
BEGIN
  UPDATE recherche SET mots = (SELECT mots FROM recherche_mots WHERE message = NEW.id)
   WHERE rowid = NEW.id;
END;
CREATE TRIGGER recherche_nom AFTER UPDATE OF nom, prenom ON parents
WHEN NEW.nom <> OLD.nom OR NEW.prenom <> OLD.prenom
BEGIN
  UPDATE recherche SET mots = (SELECT mots FROM recherche_mots WHERE message = recherche.rowid)
   WHERE rowid IN (SELECT id FROM messages WHERE parent = NEW.id);
END;

-- What is there already.
INSERT INTO recherche (rowid, mots) SELECT message, mots FROM recherche_mots;
