DROP TABLE idempotences;
