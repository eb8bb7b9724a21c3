//! What is counted at every change of a message.

diesel::table! {
    compteurs (jour, type_, statut, classe, est_message_groupe, est_lu) {
        jour -> Text,
        #[sql_name = "type"]
        type_ -> Text,
        statut -> Text,
        classe -> BigInt,
        est_message_groupe -> Bool,
        est_lu -> Bool,
        nombre -> BigInt,
        nb_envoyes -> BigInt,
        nb_echecs -> BigInt,
        nb_incertains -> BigInt,
        nb_ignores -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::instant::InstantSql;

    compteurs_quarts (quart_heure, classe) {
        quart_heure -> InstantSql,
        classe -> BigInt,
        nombre -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::instant::InstantSql;

    // Without a key: diesel wants one named.
    compteurs_mouvements (jour) {
        jour -> Text,
        #[sql_name = "type"]
        type_ -> Text,
        statut -> Text,
        classe -> BigInt,
        est_message_groupe -> Bool,
        est_lu -> Bool,
        quart_heure -> Nullable<InstantSql>,
        nombre -> BigInt,
        nb_envoyes -> BigInt,
        nb_echecs -> BigInt,
        nb_incertains -> BigInt,
        nb_ignores -> BigInt,
    }
}
