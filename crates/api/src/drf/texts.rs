//! What a refusal says, in both languages.
//!
//! The texts of validation are Django's, Django REST framework's and django-filter's own, word for
//! word (blanks that do not break included): the web app shows them as they come.

use chrono::{NaiveDateTime, TimeDelta, TimeZone};
use messages_core::config::Lang;

/// The texts of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Lang);

/// A character that is not to be seen: control characters, and those that turn the direction of
/// what follows (Unicode TR 36, section 2.7).
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Texts without a gap: `name: French, English;`.
macro_rules! plain {
    ($($(#[$doc:meta])* $name:ident: $fr:literal, $en:literal;)+) => {
        impl Texts {
            $($(#[$doc])* pub(crate) const fn $name(self) -> &'static str {
                self.either($fr, $en)
            })+
        }
    };
}

/// Texts with gaps: `name(gap: type): French, English;`.
macro_rules! filled {
    ($($(#[$doc:meta])* $name:ident($($gap:ident: $type:ty),+): $fr:literal, $en:literal;)+) => {
        impl Texts {
            $($(#[$doc])* pub(crate) fn $name(self, $($gap: $type),+) -> String {
                match self.0 {
                    Lang::Fr => format!($fr),
                    Lang::En => format!($en),
                }
            })+
        }
    };
}

pub(crate) use plain;

plain! {
    /// A field that must be there is not.
    required: "Ce champ est obligatoire.", "This field is required.";
    /// A field is `null`.
    null: "Ce champ ne peut être nul.", "This field may not be null.";
    /// A text says nothing.
    blank: "Ce champ ne peut être vide.", "This field may not be blank.";
    /// A value is no text.
    not_a_text: "Chaîne de caractère invalide.", "Not a valid string.";
    /// A value is no boolean.
    not_a_switch: "Doit être un booléen valide.", "Must be a valid boolean.";
    /// A value is no list.
    not_a_list: "Attendait une liste.", "Expected a list.";
    /// A text holds the character U+0000.
    nul: "Le caractère nul n’est pas autorisé.", "Null characters are not allowed.";
    /// A subject or a name holds a control character.
    control: "Les caractères de contrôle ne sont pas autorisés.", "Control characters are not allowed.";
    /// A form without its file.
    no_file: "Aucun fichier n'a été soumis.", "No file was submitted.";
    /// A member that is no file.
    not_a_file: "La donnée soumise n'est pas un fichier. Vérifiez le type d'encodage du formulaire.",
        "The submitted data was not a file. Check the encoding type on the form.";
    /// A file without a name.
    no_file_name: "Le nom de fichier n'a pu être déterminé.", "No filename could be determined.";
    /// A file without a byte.
    empty_file: "Le fichier soumis est vide.", "The submitted file is empty.";
    /// A value is no mailbox.
    not_a_mailbox: "Saisissez une adresse email valide.", "Enter a valid email address.";
    /// A value is no telephone number.
    not_a_telephone: "Saisissez un numéro de téléphone valide.", "Enter a valid telephone number.";
    /// Another class has the name.
    same_class: "Une classe de ce nom existe déjà pour cette année scolaire.",
        "A class of this name exists already in this school year.";
    /// A value is no date.
    not_a_date: "La date + heure n'a pas le bon format. Utilisez un des formats suivants\u{a0}: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
    /// A date is before the year 1 or after 9999.
    date_out_of_range: "Valeur de date et heure hors de l'intervalle.", "Datetime value out of range.";
    /// A number is already somebody else's.
    taken: "Ce champ doit être unique.", "This field must be unique.";
    /// A number is none.
    not_a_number: "Un nombre entier valide est requis.", "A valid integer is required.";
    /// `?parent=` of somebody who is not there.
    no_filter_object: "Sélectionnez un choix valide. Ce choix ne fait pas partie de ceux disponibles.",
        "Select a valid choice. That choice is not one of the available choices.";
    /// No such page.
    no_page: "Page non valide.", "Invalid page.";
    /// Nothing is here.
    not_found: "Pas trouvé.", "Not found.";
    /// Nobody can be served in the format that is asked for.
    not_acceptable: "L'en-tête « Accept » n'a pas pu être satisfaite.", "Could not satisfy the request Accept header.";
    /// The request cannot be read.
    malformed: "Requête malformée.", "Malformed request.";
    /// The body is longer than the server reads.
    too_large: "Le corps de la requête est trop long.", "The request body is too long.";
    /// The body comes byte by byte.
    too_slow: "Le corps de la requête n'est pas arrivé à temps.", "The request body did not arrive in time.";
    /// Somebody else changes the same thing.
    stale: "Modifié entre-temps par quelqu'un d'autre. Relisez puis réessayez.",
        "Changed by somebody else in the meantime. Read it again and retry.";
    /// A fault of this server.
    internal: "Une erreur du serveur est survenue.", "A server error occurred.";
    /// The database is away.
    unavailable: "Le service est momentanément indisponible. Réessayez dans quelques instants.",
        "The service is unavailable for the moment. Try again shortly.";
    /// A state forbids the change.
    conflict: "L'état actuel ne permet pas cette opération.", "The present state does not allow this operation.";
    /// The same `Idempotency-Key` with another body.
    other_body: "Cette demande a déjà été envoyée avec un autre contenu.",
        "This request was already sent with another content.";
}

filled! {
    /// Too many parents would leave at once.
    many_left_out(absents: usize, presents: usize): "{absents} parents sur {presents} ne sont pas dans cet annuaire, plus d'un tiers\u{a0}: rien n'est changé. Ajoutez « oui=true » si c'est voulu.",
        "{absents} parents of {presents} are not in this directory, more than a third: nothing is changed. Add \"oui=true\" if that is meant.";
    /// A text has too many characters.
    too_long(max: usize): "Assurez-vous que ce champ comporte au plus {max}\u{a0}caractères.",
        "Ensure this field has no more than {max} characters.";
    /// The name of a file has too many characters.
    file_name_too_long(max: usize, length: usize): "Assurez-vous que le nom de fichier comporte au plus {max} caractères (il en comporte {length}).",
        "Ensure this filename has at most {max} characters (it has {length}).";
    /// A text holds half of a surrogate pair.
    surrogate(code: u32): "Les caractères de substitution ne sont pas autorisés\u{a0}: U+{code:X}.",
        "Surrogate characters are not allowed: U+{code:X}.";
    /// A word is none of those that may be said.
    not_a_choice(word: &str): "«\u{a0}{word}\u{a0}» n'est pas un choix valide.",
        "\"{word}\" is not a valid choice.";
    /// The same of a filter.
    not_a_filter_choice(word: &str): "Sélectionnez un choix valide. {word} n’en fait pas partie.",
        "Select a valid choice. {word} is not one of the available choices.";
    /// A value cannot be the number of an object.
    not_a_key(python_type: &str): "Type incorrect. Attendait une clé primaire, a reçu {python_type}.",
        "Incorrect type. Expected pk value, received {python_type}.";
    /// No object has the number that was written so.
    no_object(written: &str): "Clé primaire «\u{a0}{written}\u{a0}» non valide - l'objet n'existe pas.",
        "Invalid pk \"{written}\" - object does not exist.";
    /// A method is not offered here.
    method(method: &str): "Méthode «\u{a0}{method}\u{a0}» non autorisée.",
        "Method \"{method}\" not allowed.";
    /// A body is of a kind that is not read.
    media_type(media: &str): "Type de média «\u{a0}{media}\u{a0}» non supporté.",
        "Unsupported media type \"{media}\" in request.";
}

impl Texts {
    /// No object of this model (Django's English name) has the number that was asked for.
    pub(crate) fn no_such(self, model: &str) -> String {
        match self.0 {
            Lang::Fr => self.not_found().to_owned(),
            Lang::En => format!("No {model} matches the given query."),
        }
    }

    /// The one of the two that is in this language.
    pub(crate) const fn either(self, french: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Lang::Fr => french,
            Lang::En => english,
        }
    }

    pub(crate) fn not_a_dict(self, python_type: &str) -> String {
        if python_type == "NoneType" {
            return "No data provided".to_owned();
        }
        match self.0 {
            Lang::Fr => {
                format!("Donnée non valide. Attendait un dictionnaire, a reçu {python_type}.")
            }
            Lang::En => format!("Invalid data. Expected a dictionary, but got {python_type}."),
        }
    }

    pub(crate) fn throttled(self, wait: u64) -> String {
        match self.0 {
            Lang::Fr if wait == 1 => {
                "Requête ralentie. Disponible à nouveau dans 1 seconde.".to_owned()
            }
            Lang::Fr => {
                format!("Requête ralentie. Disponible à nouveau dans {wait} secondes.")
            }
            Lang::En if wait == 1 => {
                "Request was throttled. Expected available in 1 second.".to_owned()
            }
            Lang::En => {
                format!("Request was throttled. Expected available in {wait} seconds.")
            }
        }
    }

    /// An hour that the clocks jump over in spring: the nearest times that there are.
    pub(crate) fn skipped_hour(self, wall: NaiveDateTime, zone: chrono_tz::Tz) -> String {
        let near = |step: TimeDelta| {
            (0..=48)
                .filter_map(|n| wall.checked_add_signed(step * n))
                .find(|at| zone.from_local_datetime(at).earliest().is_some())
                .unwrap_or(wall)
                .format("%Y-%m-%dT%H:%M:%S")
                .to_string()
        };
        let step = TimeDelta::minutes(30);
        let (before, after) = (near(-step), near(step));
        match self.0 {
            Lang::Fr => format!(
                "Cette heure n'existe pas dans le fuseau horaire {zone} (changement d'heure). Choisissez {before} ou {after}."
            ),
            Lang::En => format!(
                "This time does not exist in the time zone {zone} (daylight saving). Choose {before} or {after}."
            ),
        }
    }
}
