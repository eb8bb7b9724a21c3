-- When a message was forgotten: its texts, its parent and its author, and of its envois who they went to
-- and what the peers said. Its state and its sums stay.
ALTER TABLE messages ADD COLUMN oublie_le TIMESTAMPTZ;
-- What is not forgotten yet, the oldest first.
CREATE INDEX messages_a_oublier ON messages (date_creation, id) WHERE oublie_le IS NULL;

-- Large messages that were begun to be forgotten, each with the last of its envois that is.
CREATE TABLE oublis (
  message BIGINT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
  curseur BIGINT NOT NULL
);

-- Parents who left, the first of them first.
CREATE INDEX parents_partis ON parents (parti_le) WHERE parti_le IS NOT NULL;
