DROP TABLE cles_api;
