//! A parent as the audience sees it, and how addresses are read.

use crate::model::Fiche;
use crate::phone::Region;
use crate::schema::parents;
use diesel::prelude::*;

/// A parent as the audience sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = parents)]
pub struct Candidate {
    /// Number of the parent.
    pub id: i64,
    /// Family name.
    pub nom: String,
    /// First name.
    pub prenom: String,
    /// As typed.
    pub telephone: String,
    /// As typed.
    pub email: String,
    /// False: wants no SMS.
    pub notifications_sms: bool,
    /// False: wants no e-mail.
    pub notifications_email: bool,
    /// Whether the parent has left: no recipient any more.
    #[diesel(select_expression = parents::parti_le.is_not_null())]
    pub parti: bool,
}

impl From<&Fiche> for Candidate {
    fn from(fiche: &Fiche) -> Self {
        let parent = &fiche.parent;
        Self {
            id: parent.id,
            nom: parent.nom.clone(),
            prenom: parent.prenom.clone(),
            telephone: parent.telephone.clone(),
            email: parent.email.clone(),
            notifications_sms: parent.notifications_sms,
            notifications_email: parent.notifications_email,
            parti: fiche.parti_le.is_some(),
        }
    }
}

/// Why an address is not written to, whoever has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Barred {
    /// A record that has it refuses the channel.
    Refusee,
    /// There is no such mailbox: what was sent to it came back.
    Morte,
}

/// What the settings say of how the directory's addresses are read, and by which gateway SMS leave.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Country of numbers that are written without one.
    pub region: Region,
    /// What is told when another record refuses the address.
    pub elsewhere: &'static str,
    /// Name of the gateway; empty when nothing really leaves.
    pub passerelle: String,
}
