//! Why nothing can leave by a channel.

use crate::channel::Unready;
use crate::config::Lang;

/// What the administrator has to mend; it begins with the setting's name.
#[must_use]
pub fn unready(lang: Lang, fault: &Unready) -> String {
    match (lang, fault) {
        (Lang::Fr, Unready::NoRelay(port)) => {
            format!("EMAIL_HOST manque, et aucun relais ne répond sur cette machine (port {port})")
        }
        (Lang::Fr, Unready::NoGateway) => {
            "SMS_PROVIDER : aucune passerelle n'est réglée, aucun SMS ne peut partir (« process-scheduled gateways » en donne la liste)".to_owned()
        }
        (Lang::Fr, Unready::Host(host)) => {
            format!("EMAIL_HOST : « {host} » n'est pas un nom de machine")
        }
        (Lang::Fr, Unready::Sender(sender)) => format!(
            "DEFAULT_FROM_EMAIL : « {sender} » n'est l'adresse de personne, aucun relais n'en veut \
             comme expéditeur ; mettez celle de l'établissement"
        ),
        (_, Unready::Tls(error)) => format!("EMAIL_HOST : {error}"),
        (Lang::En, Unready::NoRelay(port)) => {
            format!("EMAIL_HOST is missing, and no relay answers on this machine (port {port})")
        }
        (Lang::En, Unready::NoGateway) => "SMS_PROVIDER: no gateway is set, no SMS can leave (“process-scheduled gateways” lists them)".to_owned(),
        (Lang::En, Unready::Host(host)) => format!("EMAIL_HOST: “{host}” is not a host name"),
        (Lang::En, Unready::Sender(sender)) => format!(
            "DEFAULT_FROM_EMAIL: “{sender}” is nobody's address, no relay takes it as a sender; give \
             the school's"
        ),
    }
}
