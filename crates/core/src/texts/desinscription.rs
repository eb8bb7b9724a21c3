//! The page where a parent says that no more e-mails are wanted. The school's words stand in its e-mails;
//! parents read these alone.

use crate::config::Lang;

/// Title, sentence, and the word on the button.
#[must_use]
pub const fn unsubscribe_asked(lang: Lang) -> [&'static str; 3] {
    match lang {
        Lang::Fr => [
            "Ne plus recevoir d'e-mails",
            "Vous ne recevrez plus les e-mails de l'établissement. Vous pouvez changer d'avis en le lui disant.",
            "Ne plus recevoir d'e-mails",
        ],
        Lang::En => [
            "No more emails",
            "You will no longer receive the school's emails. You can change your mind by telling the school.",
            "No more emails",
        ],
    }
}

/// Title and sentence.
#[must_use]
pub const fn unsubscribed(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Fr => [
            "C'est noté",
            "Vous ne recevrez plus d'e-mails de l'établissement. Si vous changez d'avis, dites-le-lui.",
        ],
        Lang::En => [
            "Noted",
            "You will receive no more emails of the school. If you change your mind, tell the school.",
        ],
    }
}

/// Title and sentence, for an address that speaks for nobody.
#[must_use]
pub const fn unsubscribe_unknown(lang: Lang) -> [&'static str; 2] {
    match lang {
        Lang::Fr => [
            "Page introuvable",
            "Cette adresse ne mène nulle part. Pour ne plus recevoir d'e-mails, dites-le à l'établissement.",
        ],
        Lang::En => [
            "Page not found",
            "This address leads nowhere. To receive no more emails, tell the school.",
        ],
    }
}
