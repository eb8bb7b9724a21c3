DROP TABLE canaux;
DROP TABLE passages;
