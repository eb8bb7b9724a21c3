DROP TABLE jetons_recus;
