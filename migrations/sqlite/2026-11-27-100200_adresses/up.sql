-- The addresses in the one form in which they can be compared, and the rules by which they were made.
ALTER TABLE parents ADD COLUMN telephone_e164 TEXT;
ALTER TABLE parents ADD COLUMN email_norme TEXT;
ALTER TABLE parents ADD COLUMN norme TEXT NOT NULL DEFAULT '';
CREATE INDEX parents_norme ON parents (norme, id);
CREATE INDEX parents_telephone ON parents (telephone_e164, notifications_sms);
CREATE INDEX parents_email ON parents (email_norme, notifications_email);

-- Whoever writes a number or a mailbox, the form is to be made again.
CREATE TRIGGER parents_a_normer AFTER UPDATE OF telephone, email ON parents
WHEN NEW.telephone <> OLD.telephone OR NEW.email <> OLD.email
BEGIN
  UPDATE parents SET telephone_e164 = NULL, email_norme = NULL, norme = '' WHERE id = NEW.id;
END;
