//! What an SMS costs, and the letters that make it dear.

use messages_core::segments::{Price, Segments};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = CoutSms)]
pub(super) struct Cost {
    /// Alphabet qu'il faut : « gsm7 » ou « ucs2 ».
    encodage: &'static str,
    /// Places prises.
    caracteres: usize,
    /// SMS facturés pour chaque destinataire.
    segments: usize,
    /// SMS facturés en tout.
    total_segments: usize,
    /// Le texte qui part (réglage `SMS_PLAIN`).
    texte: String,
    /// Prix du texte tel qu'il est écrit.
    ecrit: Measure,
    /// Prix du texte sans les lettres qui imposent l'alphabet long.
    simplifie: Measure,
    /// Les lettres qui imposent l'alphabet long, les plus fréquentes d'abord.
    lettres: Vec<Letter>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MesureSms)]
struct Measure {
    /// Alphabet qu'il faut : « gsm7 » ou « ucs2 ».
    encodage: &'static str,
    /// Places prises.
    caracteres: usize,
    /// SMS facturés pour chaque destinataire.
    segments: usize,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LettreSms)]
struct Letter {
    /// La lettre.
    lettre: String,
    /// Combien de fois.
    nombre: usize,
    /// Ce qui la remplacerait ; null si rien ne peut.
    devient: Option<String>,
}

/// For so many recipients.
pub(super) fn of(price: Price, nb_destinataires: usize) -> Cost {
    let paid = measure(price.envoye);
    let lettres = price.lettres.into_iter().map(|wide| Letter {
        lettre: wide.lettre.to_string(),
        nombre: wide.nombre,
        devient: wide.devient,
    });
    Cost {
        encodage: paid.encodage,
        caracteres: paid.caracteres,
        segments: paid.segments,
        total_segments: paid.segments * nb_destinataires,
        texte: price.texte,
        ecrit: measure(price.ecrit),
        simplifie: measure(price.simplifie),
        lettres: lettres.collect(),
    }
}

const fn measure(counted: Segments) -> Measure {
    Measure {
        encodage: counted.encodage,
        caracteres: counted.caracteres,
        segments: counted.segments,
    }
}
