-- The addresses in the one form in which they can be compared, and the rules by which they were made.
ALTER TABLE parents ADD COLUMN telephone_e164 TEXT;
ALTER TABLE parents ADD COLUMN email_norme TEXT;
ALTER TABLE parents ADD COLUMN norme TEXT NOT NULL DEFAULT '';
CREATE INDEX parents_norme ON parents (norme, id);
CREATE INDEX parents_telephone ON parents (telephone_e164, notifications_sms);
CREATE INDEX parents_email ON parents (email_norme, notifications_email);

-- Whoever writes a number or a mailbox, the form is to be made again.
CREATE FUNCTION parents_a_normer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.telephone_e164 := NULL;
  NEW.email_norme := NULL;
  NEW.norme := '';
  RETURN NEW;
END $$;
CREATE TRIGGER parents_a_normer BEFORE UPDATE OF telephone, email ON parents
FOR EACH ROW WHEN (NEW.telephone <> OLD.telephone OR NEW.email <> OLD.email)
EXECUTE FUNCTION parents_a_normer();
