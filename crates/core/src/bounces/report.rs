//! What became of the e-mail, and the code that says why.

use super::mail::Mail;
use super::{codes, words};
use crate::vocabulary::Remise;

/// What is said of an e-mail.
pub(super) struct Said {
    pub(super) remise: Remise,
    pub(super) code: Option<String>,
}

/// The fields of one recipient (RFC 3464, 2.3).
#[derive(Default)]
struct Recipient {
    action: String,
    status: Option<String>,
    diagnostic: String,
}

/// Of the report's fields, and where they are silent of the words to people.
pub(super) fn of(mail: &Mail) -> Said {
    let recipients = mail.report.as_deref().map(recipients).unwrap_or_default();
    // What failed says more than what did not; our e-mails have one recipient each.
    let weight = |one: &&Recipient| match one.action.as_str() {
        "failed" => 3,
        "delayed" => 2,
        "" => 0,
        _ => 1,
    };
    let recipient = recipients.iter().max_by_key(weight);
    let action = recipient.map_or("", |one| one.action.as_str());
    let told = recipient.and_then(code);
    let code = match told {
        _ if matches!(action, "delivered" | "relayed" | "expanded") => {
            recipient.and_then(|one| one.status.clone())
        }
        Some(code) if !codes::is_vague(&code) => Some(code),
        vague => codes::found(&mail.narrative)
            .filter(|found| !codes::is_vague(found))
            .or_else(|| words::reason(&mail.narrative))
            .or_else(|| words::reason(&mail.subject))
            .or(vague)
            .or_else(|| codes::found(&mail.narrative)),
    };
    Said {
        remise: remise(action, code.as_deref(), mail),
        code,
    }
}

fn remise(action: &str, code: Option<&str>, mail: &Mail) -> Remise {
    match action {
        "failed" => Remise::NonRemis,
        "delayed" | "relayed" => Remise::EnCours,
        "delivered" | "expanded" => Remise::Remis,
        _ if words::is_delayed(mail) => Remise::EnCours,
        _ if code.is_some_and(|code| code.starts_with('4')) && !words::is_given_up(mail) => {
            Remise::EnCours
        }
        _ => Remise::NonRemis,
    }
}

/// The status, or the more telling one among the remote server's words.
fn code(recipient: &Recipient) -> Option<String> {
    let told = codes::found(&recipient.diagnostic);
    let told = told.filter(|told| !codes::is_vague(told));
    let status = recipient.status.clone();
    match status {
        Some(status) if !codes::is_vague(&status) => Some(status),
        status => told
            .or_else(|| words::reason(&recipient.diagnostic))
            .or(status),
    }
}

/// Groups of fields, each of one recipient; the first, of the message as a whole, has no action.
fn recipients(report: &str) -> Vec<Recipient> {
    let mut all = Vec::new();
    let mut one = Recipient::default();
    let mut last = "";
    for line in report.lines() {
        if line.trim().is_empty() {
            all.push(std::mem::take(&mut one));
            last = "";
            continue;
        }
        if line.starts_with([' ', '\t']) {
            if last == "diagnostic" {
                one.diagnostic.push(' ');
                one.diagnostic.push_str(&line.trim().to_lowercase());
            }
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        let value = value.trim().to_lowercase();
        last = match name.trim().to_ascii_lowercase().as_str() {
            "action" => {
                let word = value.split([' ', ';', '(']).next();
                word.unwrap_or_default().clone_into(&mut one.action);
                "action"
            }
            "status" => {
                one.status = codes::enhanced(&value);
                "status"
            }
            "diagnostic-code" => {
                one.diagnostic = value;
                "diagnostic"
            }
            _ => "",
        };
    }
    all.push(one);
    all.retain(|one| !one.action.is_empty() || one.status.is_some());
    all
}
