//! What the buttons of the web app answer, in both languages. (What a refusal says otherwise stands
//! with Django REST framework.)

use crate::drf::{Texts, plain};
use messages_core::config::Lang;
use messages_core::store::canaux::Arret;
use messages_core::vocabulary::Canal;

/// `by_parent` without its parent. This text and the next are the old server's own, which says them
/// in French whatever its language: the web app knows them.
pub(crate) const NO_PARENT_ID: &str = "ID du parent non fourni";
/// `by_classe` without its class.
pub(crate) const NO_CLASSE_ID: &str = "ID de la classe non fourni";
/// A single message to nobody.
pub(crate) const NO_PARENT: &str = "Ce champ est obligatoire.";
/// `mark_as_read`
pub(crate) const MARKED: &str = "Message marqué comme lu";
/// `mark_as_read` of an SMS.
pub(crate) const ONLY_EMAILS: &str = "Seuls les emails peuvent être marqués comme lus";
/// A run that found nothing.
pub(crate) const NOTHING_DUE: &str = "Aucun message programmé à envoyer";

/// A run that is over.
pub(crate) fn processed(all: usize, sent: usize, failed: usize) -> String {
    format!("Traitement terminé: {all} messages traités, {sent} succès, {failed} échecs")
}

plain! {
    /// Editing what is leaving or has left.
    not_editable: "Un message en cours d'envoi ou envoyé ne peut plus être modifié.",
        "A message that is being sent or was sent can no longer be changed.";
    /// Deleting what is leaving.
    not_deletable: "Un message en cours d'envoi ne peut pas être supprimé. Annulez-le d'abord.",
        "A message that is being sent cannot be deleted. Cancel it first.";
    /// Cancelling what is neither programmed nor leaving.
    not_cancellable: "Seul un message programmé ou en cours d'envoi peut être annulé.",
        "Only a programmed message or one that is being sent can be cancelled.";
    /// Sending what is leaving or has left.
    not_sendable: "Seul un brouillon, un message programmé ou en échec peut être envoyé maintenant.",
        "Only a draft, a programmed or a failed message can be sent now.";
    /// Sending again when nobody is left.
    not_resendable: "Aucun destinataire en échec ou incertain à qui renvoyer ce message.",
        "No recipient in failure or uncertain to send this message to again.";
    /// Another state than those a client may set.
    statut_not_settable: "Seuls « brouillon » et « programme » peuvent être demandés.",
        "Only \"brouillon\" and \"programme\" can be asked for.";
    /// A run that is not over yet.
    goes_on: "Traitement en cours : il continue en arrière-plan.", "Processing: it goes on in the background.";
    /// A run that could not be made.
    run_failed: "Le traitement n'a pas pu être fait. Le journal du serveur dit pourquoi.",
        "The processing could not be done. The server's log tells why.";
    /// A run that would only have pretended to send.
    run_refused: "SIMULATION refusée : cette base a envoyé pour de bon, mais ce serveur n'est pas réglé pour envoyer (MESSAGES_MODE). Rien n'est parti : prévenez l'administrateur.",
        "SIMULATION refused: this database has sent for real, but this server is not set to send (MESSAGES_MODE). Nothing has left: tell the administrator.";
    /// A run on a database that was restored or copied.
    run_held: "Rien n'est parti : la base a été restaurée ou copiée, et l'administrateur doit dire d'abord ce qui peut repartir (process-scheduled resume).",
        "Nothing has left: the database was restored or copied, and the administrator has to say first what may leave again (process-scheduled resume).";
    /// What is stopped before it leaves.
    cancelled: "Message annulé : il est redevenu un brouillon.", "Message cancelled: it is a draft again.";
    /// A message that somebody got.
    sent: "Message envoyé", "Message sent";
    /// A message that nobody got.
    not_sent: "Le message n'a pas pu être envoyé.", "The message could not be sent.";
    /// A message that still has to leave.
    leaving: "Message en cours d'envoi.", "The message is being sent.";
    /// A message that would go to everybody although it names a parent or had a class.
    wider_than_meant: "Ce message partirait à tous les parents. Précisez la classe ; s'il est vraiment pour tous, enregistrez-le d'abord en brouillon, sans parent ni classe.",
        "This message would leave for all parents. Name the class; if it really is for all, save it as a draft first, without parent and class.";
    /// A group message without saying to whom.
    nobody_named: "Indiquez une classe (classe_id) ou tous les parents (tous_parents).",
        "Name a class (classe_id) or all parents (tous_parents).";
    /// A parent who is being written to.
    parent_busy: "Un envoi à ce parent est en cours. Réessayez dans quelques minutes.",
        "This parent is being written to. Try again in a few minutes.";
    /// A class that is used.
    classe_used: "Cette classe a encore des élèves ou des messages.", "This class still has pupils or messages.";
}

impl Texts {
    /// What became of a message that was sent again: who was reached, and who was not.
    pub(crate) fn sent_again(self, reached: usize, missing: Option<String>) -> String {
        match (reached, missing) {
            (0, Some(why)) => why,
            (0, None) => self.leaving().to_owned(),
            (_, Some(why)) => format!("{}. {why}", self.sent()),
            (_, None) => self.sent().to_owned(),
        }
    }

    /// A message to many: how many of them got it.
    pub(crate) fn reached(self, canal: Canal, reached: usize, all: usize) -> String {
        let (fr, en) = match canal {
            Canal::Sms => ("Message", "Message"),
            Canal::Email => ("Email", "Email"),
        };
        let s = if reached > 1 { "s" } else { "" };
        match self.0 {
            Lang::Fr => format!("{fr} envoyé à {reached} parent{s} sur {all}"),
            Lang::En => format!("{en} sent to {reached} of {all} parents"),
        }
    }

    /// A channel that could not go on, for staff.
    pub(crate) fn stopped_channel(self, arret: &Arret) -> String {
        let why = arret.phrase(self.0);
        match (self.0, arret.canal) {
            (Lang::Fr, Canal::Sms) => {
                format!("Les SMS ne partent pas : {why}. Prévenez l'administrateur.")
            }
            (Lang::Fr, Canal::Email) => {
                format!("Les e-mails ne partent pas : {why}. Prévenez l'administrateur.")
            }
            (Lang::En, Canal::Sms) => format!("SMS do not leave: {why}. Tell the administrator."),
            (Lang::En, Canal::Email) => {
                format!("Emails do not leave: {why}. Tell the administrator.")
            }
        }
    }

    /// A message that was stopped on its way.
    pub(crate) fn stopped(self, envois: usize) -> String {
        match self.0 {
            Lang::Fr if envois < 2 => {
                format!("Message annulé : {envois} envoi arrêté avant son départ.")
            }
            Lang::Fr => format!("Message annulé : {envois} envois arrêtés avant leur départ."),
            Lang::En => format!("Message cancelled: {envois} deliveries stopped before leaving."),
        }
    }
}

/// The words of the list that the office telephones by.
pub(crate) struct Sheet {
    /// For the page's `lang`.
    pub(crate) lang: &'static str,
    pub(crate) title: String,
    /// Everybody was reached.
    pub(crate) nobody: &'static str,
    /// Of the columns.
    pub(crate) heads: [&'static str; 7],
}

/// The words of the list of a message.
pub(crate) fn sheet(lang: Lang, message: i64) -> Sheet {
    match lang {
        Lang::Fr => Sheet {
            lang: "fr",
            title: format!("Familles à appeler : message n° {message}"),
            nobody: "Tous les destinataires ont été atteints.",
            heads: [
                "Classe",
                "Élève",
                "Parent",
                "Téléphone",
                "E-mail",
                "Pourquoi",
                "✓",
            ],
        },
        Lang::En => Sheet {
            lang: "en",
            title: format!("Families to call: message no. {message}"),
            nobody: "Every recipient was reached.",
            heads: ["Class", "Pupil", "Parent", "Telephone", "Email", "Why", "✓"],
        },
    }
}
