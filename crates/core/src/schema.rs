//! The tables, once for both databases. Kept by hand; a test compares it with both migrations.

pub(crate) mod appels;

diesel::table! {
    classes (id) {
        id -> BigInt,
        nom -> Text,
        niveau -> Text,
        annee_scolaire -> Text,
        description -> Text,
        identifiant -> Nullable<Text>,
    }
}

diesel::table! {
    etudiants (id) {
        id -> BigInt,
        nom -> Text,
        prenom -> Text,
        classe -> Nullable<BigInt>,
        statut -> Text,
        identifiant -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::instant::InstantSql;

    parents (id) {
        id -> BigInt,
        nom -> Text,
        prenom -> Text,
        telephone -> Text,
        email -> Text,
        adresse -> Text,
        relation -> Text,
        notifications_sms -> Bool,
        notifications_email -> Bool,
        telephone_e164 -> Nullable<Text>,
        email_norme -> Nullable<Text>,
        norme -> Text,
        parti_le -> Nullable<InstantSql>,
        identifiant -> Nullable<Text>,
    }
}

diesel::table! {
    parents_etudiants (parent, etudiant) {
        parent -> BigInt,
        etudiant -> BigInt,
        rang -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Nullable, Text};
    use crate::instant::InstantSql;

    messages (id) {
        id -> BigInt,
        #[sql_name = "type"]
        type_ -> Text,
        sujet -> Nullable<Text>,
        contenu -> Text,
        contenu_html -> Nullable<Text>,
        parent -> Nullable<BigInt>,
        classe -> Nullable<BigInt>,
        est_message_groupe -> Bool,
        statut -> Text,
        date_creation -> InstantSql,
        date_programmee -> Nullable<InstantSql>,
        programme_le -> Nullable<InstantSql>,
        date_envoi -> Nullable<InstantSql>,
        details_erreur -> Nullable<Text>,
        est_lu -> Bool,
        date_lecture -> Nullable<InstantSql>,
        nb_destinataires -> BigInt,
        nb_envoyes -> BigInt,
        nb_echecs -> BigInt,
        nb_incertains -> BigInt,
        nb_ignores -> BigInt,
        simule -> Bool,
        cle -> Text,
        cle_lecture -> Text,
        annule_le -> Nullable<InstantSql>,
        jeton -> BigInt,
        proprio -> Nullable<Text>,
        bail_jusqua -> Nullable<InstantSql>,
        curseur -> BigInt,
        etendu_le -> Nullable<InstantSql>,
        auteur -> Nullable<Text>,
        oublie_le -> Nullable<InstantSql>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    envois (id) {
        id -> BigInt,
        message -> BigInt,
        parent -> Nullable<BigInt>,
        canal -> Text,
        adresse -> Nullable<Text>,
        etat -> Text,
        motif -> Nullable<Text>,
        rang -> BigInt,
        jeton -> BigInt,
        proprio -> Nullable<Text>,
        bail_jusqua -> Nullable<InstantSql>,
        tentatives -> BigInt,
        ambigus -> BigInt,
        renvois -> BigInt,
        prochaine -> InstantSql,
        expire -> InstantSql,
        reference -> Nullable<Text>,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        emis_le -> Nullable<InstantSql>,
        termine_le -> Nullable<InstantSql>,
        lu_le -> Nullable<InstantSql>,
        remise -> Text,
        remise_le -> Nullable<InstantSql>,
        remise_code -> Nullable<Text>,
        passerelle -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    tentatives (envoi, jeton) {
        envoi -> BigInt,
        jeton -> BigInt,
        passage -> Text,
        debut -> InstantSql,
        fin -> Nullable<InstantSql>,
        verdict -> Nullable<Text>,
        code -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Text};
    use crate::instant::InstantSql;

    pieces_jointes (id) {
        id -> BigInt,
        message -> BigInt,
        nom_fichier -> Text,
        type_mime -> Text,
        taille -> BigInt,
        date_ajout -> InstantSql,
        contenu -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    passages (id) {
        id -> Text,
        hote -> Text,
        pid -> BigInt,
        version -> Text,
        mode -> Text,
        debut -> InstantSql,
        battement -> InstantSql,
        fin -> Nullable<InstantSql>,
        nb_messages -> BigInt,
        nb_envoyes -> BigInt,
        nb_echecs -> BigInt,
        nb_incertains -> BigInt,
        nb_ignores -> BigInt,
        nb_reportes -> BigInt,
        arret -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    canaux (canal) {
        canal -> Text,
        bloque_jusqua -> Nullable<InstantSql>,
        prochain_creneau -> Nullable<InstantSql>,
        cause -> Nullable<Text>,
        code -> Nullable<Text>,
        detail -> Nullable<Text>,
        arrete_le -> Nullable<InstantSql>,
        arrets -> BigInt,
        credit -> Nullable<Text>,
        credit_le -> Nullable<InstantSql>,
    }
}

diesel::table! {
    depenses (jour) {
        jour -> Text,
        segments -> BigInt,
    }
}

diesel::table! {
    // What is counted at every change of a message.
    compteurs (jour, type_, statut, classe, est_message_groupe, est_lu, place) {
        jour -> Text,
        #[sql_name = "type"]
        type_ -> Text,
        statut -> Text,
        classe -> BigInt,
        est_message_groupe -> Bool,
        est_lu -> Bool,
        place -> BigInt,
        nombre -> BigInt,
        nb_envoyes -> BigInt,
        nb_echecs -> BigInt,
        nb_incertains -> BigInt,
        nb_ignores -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    historique (id) {
        id -> BigInt,
        fait_le -> InstantSql,
        acteur -> Text,
        action -> Text,
        objet -> Text,
        numero -> Nullable<BigInt>,
        bilan -> Nullable<Text>,
        ip -> Nullable<Text>,
        demande -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    incidents (id) {
        id -> BigInt,
        genre -> Text,
        objet -> Text,
        detail -> Nullable<Text>,
        debut -> InstantSql,
        vu_le -> InstantSql,
        dit_le -> Nullable<InstantSql>,
        fin -> Nullable<InstantSql>,
    }
}

diesel::table! {
    oublis (message) {
        message -> BigInt,
        curseur -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    origine (id) {
        id -> BigInt,
        cle -> Text,
        lieu -> Nullable<Text>,
        epoque -> BigInt,
        copie_le -> Nullable<InstantSql>,
        retenu_le -> Nullable<InstantSql>,
        cause -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::instant::InstantSql;

    generations (dossier) {
        dossier -> Text,
        hote -> Text,
        nombre -> BigInt,
        vu_le -> InstantSql,
    }
}

diesel::table! {
    doutes (message) {
        message -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::instant::InstantSql;

    nouvelles (passerelle, reference, remise) {
        passerelle -> Text,
        reference -> Text,
        remise -> Text,
        code -> Nullable<Text>,
        envoi -> Nullable<BigInt>,
        recue_le -> InstantSql,
    }
}

diesel::table! {
    use diesel::sql_types::BigInt;
    use crate::instant::InstantSql;

    sondages (envoi, renvois) {
        envoi -> BigInt,
        renvois -> BigInt,
        fois -> BigInt,
        prochain -> InstantSql,
    }
}

diesel::table! {
    boites (empreinte) {
        empreinte -> Text,
        validite -> BigInt,
        dernier -> BigInt,
    }
}

diesel::joinable!(doutes -> messages (message));
diesel::joinable!(envois -> messages (message));
diesel::joinable!(envois -> parents (parent));
diesel::joinable!(pieces_jointes -> messages (message));
diesel::allow_tables_to_appear_in_same_query!(
    classes,
    etudiants,
    parents,
    parents_etudiants,
    messages,
    envois,
    tentatives,
    pieces_jointes,
    passages,
    doutes
);
