ALTER TABLE canaux DROP COLUMN credit_le;
ALTER TABLE canaux DROP COLUMN credit;
