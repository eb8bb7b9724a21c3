-- What the gateway said was left of the account, in its own words, and when.
ALTER TABLE canaux ADD COLUMN credit TEXT;
ALTER TABLE canaux ADD COLUMN credit_le TIMESTAMPTZ;
