-- SMS about which a gateway that only answers questions is asked: how often it has answered, and when it is asked
-- next. Whoever asks moves that on first, so that nobody else asks the same.
CREATE TABLE sondages (
  envoi    BIGINT NOT NULL REFERENCES envois (id) ON DELETE CASCADE,
  renvois  BIGINT NOT NULL,
  fois     BIGINT NOT NULL,
  prochain TEXT NOT NULL CHECK (prochain GLOB '????-??-??T??:??:??*Z'),
  PRIMARY KEY (envoi, renvois)
);
CREATE INDEX sondages_prochain ON sondages (prochain);
-- Whom to ask about: SMS whose end nobody has told yet.
CREATE INDEX envois_a_suivre ON envois (termine_le)
  WHERE canal = 'sms' AND etat IN ('envoye', 'incertain') AND remise IN ('inconnue', 'en_cours');
