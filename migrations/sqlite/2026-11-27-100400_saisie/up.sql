-- What the directory said when adresse was made of it. Until the first attempt an envoi goes to what the
-- directory says now; a difference is seen in the intent. NULL: not looked at.
ALTER TABLE envois ADD COLUMN saisie TEXT;
