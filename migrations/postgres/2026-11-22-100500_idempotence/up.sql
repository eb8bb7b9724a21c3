-- Requests that name a key, so that repeating one does nothing twice. Kept for a day.
CREATE TABLE idempotences (
  -- Who asked: another caller's key of the same name is another key.
  demandeur TEXT NOT NULL,
  cle       TEXT NOT NULL,
  -- Where it went: what it answered about a parent is forgotten with the parent.
  chemin    TEXT NOT NULL,
  -- SHA-256 of the request.
  empreinte TEXT NOT NULL,
  -- The answer; NULL only within the transaction that makes it.
  statut    BIGINT,
  corps     TEXT,
  creee_le  TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (demandeur, cle)
);
CREATE INDEX idempotences_creee ON idempotences (creee_le);
