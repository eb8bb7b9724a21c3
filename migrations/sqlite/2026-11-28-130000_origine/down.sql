DROP TABLE doutes;
DROP TABLE generations;
DROP TABLE origine;
