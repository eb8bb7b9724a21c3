//! Why a change was refused.

use super::pieces::{too_heavy, too_many};
use crate::config::Lang;
use crate::store::{Conflict, Deed, Named};

/// What a person reads of a conflict.
#[must_use]
pub fn conflit(lang: Lang, conflict: Conflict) -> String {
    match lang {
        Lang::Fr => fr(conflict),
        Lang::En => en(conflict),
    }
}

fn fr(conflict: Conflict) -> String {
    match conflict {
        Conflict::Undated => "date_programmee manque".to_owned(),
        Conflict::Reference => {
            "une fiche nommée n'existe pas, ou une fiche à supprimer sert encore".to_owned()
        }
        Conflict::Statut(statut, deed) => {
            let done = match deed {
                Deed::Change => "ne peut plus être modifié",
                Deed::Delete => "ne peut pas être supprimé",
                Deed::Cancel => "ne peut pas être annulé",
                Deed::SendNow => "ne peut pas être envoyé maintenant",
                Deed::Resend => "n'a pas encore été envoyé",
            };
            format!("un message à l'état {statut} {done}")
        }
        Conflict::Unconfirmed(count) => {
            let s = if count > 1 { "s" } else { "" };
            format!(
                "Ce message partirait à {count} destinataire{s} : pour le confirmer, donnez ce nombre dans « destinataires »."
            )
        }
        Conflict::NotAnEmail => "seul un e-mail peut être marqué comme lu".to_owned(),
        Conflict::SmsWithFile => "Un SMS ne peut pas avoir de pièce jointe.".to_owned(),
        Conflict::EmailWithFiles => {
            "Ce message a des pièces jointes\u{a0}: retirez-les avant d'en faire un SMS.".to_owned()
        }
        Conflict::TooHeavy { present, more } => too_heavy(Lang::Fr, present, more),
        Conflict::TooManyFiles => too_many(Lang::Fr),
        Conflict::NobodyToResend => {
            "aucun destinataire en échec, incertain ou sans adresse utilisable".to_owned()
        }
        Conflict::Forgotten => {
            "ce message a été oublié (données personnelles effacées) : il ne peut plus qu'être supprimé"
                .to_owned()
        }
        Conflict::Revoked => "cette clé est déjà révoquée".to_owned(),
        Conflict::Taken(id) => format!("le numéro {id} est déjà pris"),
        Conflict::Number(id) => format!("{id} ne peut pas être le numéro d'une fiche"),
        Conflict::Twice(Named::Classe, id, _) => format!("la classe {id} est donnée deux fois"),
        Conflict::Twice(Named::Etudiant, id, _) => format!("l'élève {id} est donné deux fois"),
        Conflict::Twice(Named::Parent, id, _) => format!("le parent {id} est donné deux fois"),
        Conflict::Twice(Named::Lien, parent, etudiant) => {
            format!("le lien du parent {parent} à l'élève {etudiant} est donné deux fois")
        }
        Conflict::SameClass { id, other } => {
            format!("les classes {other} et {id} ont le même nom et la même année scolaire")
        }
        Conflict::ClassInUse {
            etudiants,
            messages,
        } => format!("la classe sert encore : élèves {etudiants}, messages {messages}"),
        Conflict::UnderWay => {
            "un envoi à ce parent est en cours : réessayez dans quelques minutes".to_owned()
        }
        Conflict::NotOurs => "un autre traitement s'occupe de ce message".to_owned(),
    }
}

fn en(conflict: Conflict) -> String {
    match conflict {
        Conflict::Undated => "date_programmee is missing".to_owned(),
        Conflict::Reference => {
            "a record that is named does not exist, or one that goes is in use".to_owned()
        }
        Conflict::Statut(statut, deed) => {
            let done = match deed {
                Deed::Change => "cannot be changed any more",
                Deed::Delete => "cannot be deleted",
                Deed::Cancel => "cannot be cancelled",
                Deed::SendNow => "cannot be sent now",
                Deed::Resend => "has not been sent yet",
            };
            format!("a message in state {statut} {done}")
        }
        Conflict::Unconfirmed(count) => {
            let s = if count == 1 { "" } else { "s" };
            format!(
                "This message would leave for {count} recipient{s}: to confirm it, give this number in 'destinataires'."
            )
        }
        Conflict::NotAnEmail => "only an email can be marked as read".to_owned(),
        Conflict::SmsWithFile => "An SMS cannot have an attachment.".to_owned(),
        Conflict::EmailWithFiles => {
            "This message has attachments: remove them before it becomes an SMS.".to_owned()
        }
        Conflict::TooHeavy { present, more } => too_heavy(Lang::En, present, more),
        Conflict::TooManyFiles => too_many(Lang::En),
        Conflict::NobodyToResend => {
            "no recipient has failed, is uncertain or lacks a usable address".to_owned()
        }
        Conflict::Forgotten => {
            "this message was forgotten (personal data erased): it can only be deleted any more"
                .to_owned()
        }
        Conflict::Revoked => "this key is revoked already".to_owned(),
        Conflict::Taken(id) => format!("the number {id} is taken"),
        Conflict::Number(id) => format!("{id} cannot be the number of a record"),
        Conflict::Twice(Named::Classe, id, _) => format!("class {id} is given twice"),
        Conflict::Twice(Named::Etudiant, id, _) => format!("pupil {id} is given twice"),
        Conflict::Twice(Named::Parent, id, _) => format!("parent {id} is given twice"),
        Conflict::Twice(Named::Lien, parent, etudiant) => {
            format!("the link from parent {parent} to pupil {etudiant} is given twice")
        }
        Conflict::SameClass { id, other } => {
            format!("classes {other} and {id} have the same name and school year")
        }
        Conflict::ClassInUse {
            etudiants,
            messages,
        } => format!("the class is in use: pupils {etudiants}, messages {messages}"),
        Conflict::UnderWay => {
            "something is being sent to this parent: try again in a few minutes".to_owned()
        }
        Conflict::NotOurs => "another run takes care of this message".to_owned(),
    }
}
