//! The tables of those who call the HTTP interface: their keys, their repeated requests, the tokens of
//! gateways, who is signed in, the secret addresses of calendars.

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
        utilisee_le -> Nullable<InstantSql>,
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

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    jetons_recus (id) {
        id -> BigInt,
        passerelle -> Text,
        empreinte -> Text,
        cree_le -> InstantSql,
        revoque_le -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    sessions (id) {
        id -> BigInt,
        empreinte -> Text,
        cle -> Nullable<BigInt>,
        utilisateur -> Nullable<Text>,
        portees -> Text,
        fin -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    agendas (id) {
        id -> BigInt,
        empreinte -> Text,
        cle -> Nullable<BigInt>,
        utilisateur -> Nullable<Text>,
        cree_le -> InstantSql,
        fin -> InstantSql,
    }
}

diesel::allow_tables_to_appear_in_same_query!(agendas, cles_api, sessions);
