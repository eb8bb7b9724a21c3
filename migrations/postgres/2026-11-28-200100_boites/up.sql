-- How far each mailbox of bounces was read: messages of an IMAP folder have numbers that only grow, as long as
-- the folder keeps its validity.
CREATE TABLE boites (
  -- SHA-256 of its address.
  empreinte TEXT PRIMARY KEY NOT NULL,
  validite  BIGINT NOT NULL,
  dernier   BIGINT NOT NULL
);
