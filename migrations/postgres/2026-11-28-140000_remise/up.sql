-- What became of an envoi after it left, as far as anybody tells: a gateway's receipt, a bounce.
ALTER TABLE envois ADD COLUMN remise TEXT NOT NULL DEFAULT 'inconnue'
  CHECK (remise IN ('inconnue', 'en_cours', 'remis', 'non_remis'));
-- Since when that is known.
ALTER TABLE envois ADD COLUMN remise_le TIMESTAMPTZ
  CHECK ((remise_le IS NULL) = (remise = 'inconnue'));
ALTER TABLE envois ADD COLUMN remise_code TEXT CHECK (length(remise_code) <= 40);
-- The gateway that has taken it.
ALTER TABLE envois ADD COLUMN passerelle TEXT;
-- By it a receipt finds its SMS.
CREATE INDEX envois_reference ON envois (reference) WHERE reference IS NOT NULL AND canal = 'sms';

-- What was told of envois before the run that sent them had recorded it. Runs look here.
CREATE TABLE nouvelles (
  -- The gateway; empty for mail.
  passerelle TEXT NOT NULL,
  -- What names the envoi: the gateway's own reference, or our key.
  reference  TEXT NOT NULL,
  remise     TEXT NOT NULL CHECK (remise IN ('inconnue', 'en_cours', 'remis', 'non_remis')),
  code       TEXT,
  -- Where it is known which.
  envoi      BIGINT REFERENCES envois (id) ON DELETE CASCADE,
  recue_le   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (passerelle, reference, remise)
);
CREATE INDEX nouvelles_envoi ON nouvelles (envoi) WHERE envoi IS NOT NULL;
CREATE INDEX nouvelles_recue ON nouvelles (recue_le);
