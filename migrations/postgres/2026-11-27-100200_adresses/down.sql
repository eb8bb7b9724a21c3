DROP TRIGGER parents_a_normer ON parents;
DROP FUNCTION parents_a_normer();
DROP INDEX parents_email;
DROP INDEX parents_telephone;
DROP INDEX parents_norme;
ALTER TABLE parents DROP COLUMN norme;
ALTER TABLE parents DROP COLUMN email_norme;
ALTER TABLE parents DROP COLUMN telephone_e164;
