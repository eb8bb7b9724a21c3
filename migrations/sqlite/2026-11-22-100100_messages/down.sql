DROP TABLE tentatives;
DROP TABLE envois;
DROP TABLE messages;
