-- Each filter of the list alone, in the order in which messages stand; and each order.
DROP INDEX messages_du;
DROP INDEX messages_ouverts;
DROP INDEX messages_parent;
DROP INDEX messages_classe;
-- With its word in it, so that SQLite prefers it to messages_statut.
CREATE INDEX messages_du ON messages (statut, date_programmee, id) WHERE statut = 'programme';
CREATE INDEX messages_parent ON messages (parent, id);
CREATE INDEX messages_classe ON messages (classe, id);
-- What is leaving is found by it as well.
CREATE INDEX messages_statut ON messages (statut, id);
CREATE INDEX messages_type ON messages (type, id);
CREATE INDEX messages_groupe ON messages (est_message_groupe, id);
CREATE INDEX messages_lu ON messages (est_lu, id);
CREATE INDEX messages_programmee ON messages (date_programmee NULLS FIRST, id);
CREATE INDEX messages_depart ON messages (date_envoi NULLS FIRST, id);
