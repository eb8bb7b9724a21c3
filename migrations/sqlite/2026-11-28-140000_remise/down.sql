DROP TABLE nouvelles;
DROP INDEX envois_reference;
ALTER TABLE envois DROP COLUMN passerelle;
ALTER TABLE envois DROP COLUMN remise_code;
ALTER TABLE envois DROP COLUMN remise_le;
ALTER TABLE envois DROP COLUMN remise;
