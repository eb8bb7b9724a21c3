-- What became of the messages of a day, without reading them: by the moment at which they left, or were to.
CREATE INDEX messages_bilan ON messages
  (COALESCE(date_envoi, date_programmee), nb_envoyes, nb_echecs, nb_incertains, nb_ignores);
