DROP INDEX messages_bilan;
