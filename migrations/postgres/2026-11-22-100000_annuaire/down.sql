DROP TABLE parents_etudiants;
DROP TABLE parents;
DROP TABLE etudiants;
DROP TABLE classes;
DROP FUNCTION minuscules;
