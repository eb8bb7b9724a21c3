DROP TABLE boites;
