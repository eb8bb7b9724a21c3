DROP TABLE agendas;
