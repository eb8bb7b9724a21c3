//! The tables of those who call the HTTP interface: their keys, their repeated requests.

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    cles_api (id) {
        id -> BigInt,
        nom -> Text,
        prefixe -> Text,
        empreinte -> Text,
        portees -> Text,
        creee_le -> InstantSql,
        revoquee_le -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    idempotences (demandeur, cle) {
        demandeur -> Text,
        cle -> Text,
        chemin -> Text,
        empreinte -> Text,
        statut -> Nullable<BigInt>,
        corps -> Nullable<Text>,
        creee_le -> InstantSql,
    }
}
