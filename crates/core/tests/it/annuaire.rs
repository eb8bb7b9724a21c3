//! The directory: asked, changed, taken over, also while messages leave.

mod departs;
mod erase;
mod lists;
mod oppositions;
mod replace;
mod rows;
mod upsert;

use crate::harness::parent;
use crate::whole::Whole;
use messages_core::model::{Classe, Etudiant};
use messages_core::store::annuaire::{Annuaire, Lien};

fn school_of(parents: i64) -> Annuaire {
    Annuaire {
        classes: vec![
            classe(1, "6e A", "6e", "2026-2027").whole(),
            classe(2, "5e \"B\"", "", "").whole(),
        ],
        etudiants: (1..=parents)
            .map(|id| Etudiant {
                id,
                nom: format!("Élève{id}"),
                prenom: "Zoé".to_owned(),
                classe: (id % 3 != 0).then_some(id % 3),
                ..Etudiant::default()
            })
            .map(Whole::whole)
            .collect(),
        parents: (1..=parents).map(|id| parent(id).whole()).collect(),
        liens: (1..=parents)
            .map(|id| Lien {
                parent: id,
                etudiant: id,
                rang: 0,
            })
            .collect(),
        familles: Vec::new(),
    }
}

fn classe(id: i64, nom: &str, niveau: &str, annee_scolaire: &str) -> Classe {
    Classe {
        id,
        nom: nom.to_owned(),
        niveau: niveau.to_owned(),
        annee_scolaire: annee_scolaire.to_owned(),
        ..Classe::default()
    }
}
