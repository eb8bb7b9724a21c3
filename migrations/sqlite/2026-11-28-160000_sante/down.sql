DROP INDEX envois_refuses;
DROP INDEX envois_non_remis;
