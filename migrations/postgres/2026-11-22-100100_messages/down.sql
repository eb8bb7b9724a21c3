DROP TABLE pieces_jointes;
DROP TABLE tentatives;
DROP TABLE envois;
DROP TABLE messages;
