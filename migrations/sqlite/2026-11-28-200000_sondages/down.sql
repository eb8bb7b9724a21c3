DROP INDEX envois_a_suivre;
DROP TABLE sondages;
