-- Why a channel is stopped, from the run that stopped it until somebody is accepted again: cause in one
-- word, the peer's code and words, since when, and in how many runs in a row.
ALTER TABLE canaux ADD COLUMN cause TEXT CHECK (cause IN (
    'expediteur', 'helo', 'relayage', 'identification', 'blancs', 'verrou', 'compte', 'adresse_ip',
    'domaine', 'chiffrement', 'credit', 'passerelle', 'reglage', 'refus', 'indesirable',
    'limite', 'depense', 'cadence', 'pause', 'occupe', 'injoignable', 'muet', 'reponses'));
ALTER TABLE canaux ADD COLUMN code TEXT;
ALTER TABLE canaux ADD COLUMN detail TEXT;
ALTER TABLE canaux ADD COLUMN arrete_le TEXT CHECK (arrete_le GLOB '????-??-??T??:??:??*Z');
ALTER TABLE canaux ADD COLUMN arrets BIGINT NOT NULL DEFAULT 0;
