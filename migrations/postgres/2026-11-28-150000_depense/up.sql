-- SMS that were announced and not surely refused, as parts that are paid, by day in TIME_ZONE. Counted where
-- a limit is set (MESSAGES_SMS_PER_DAY, MESSAGES_SMS_PER_MONTH); whoever counts holds the channel's row.
CREATE TABLE depenses (
  jour     TEXT NOT NULL PRIMARY KEY CHECK (jour LIKE '____-__-__'),
  segments BIGINT NOT NULL CHECK (segments >= 0)
);
