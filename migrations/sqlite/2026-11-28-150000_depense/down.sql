DROP TABLE depenses;
