//! What the interface is, how to be let in, and its parts.

use utoipa::openapi::info::{Info, InfoBuilder, LicenseBuilder};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::Server;
use utoipa::openapi::tag::{Tag, TagBuilder};

const DESCRIPTION: &str = "\
Interface du service de messages programmés d'un établissement scolaire : SMS et e-mails aux parents.

## S'authentifier

Chaque requête porte l'en-tête `Authorization: Bearer …` avec :

- un jeton d'accès (JWT) de l'application web, qui permet tout, ou ce que `JWT_SCOPES` en dit ;
- ou une clé faite par `messages-api key create`, qui permet ses portées : `lecture` (lire), `ecriture` (écrire des brouillons, tenir l'annuaire), `envoi` (faire partir des messages ; avec `ecriture`, les programmer), `supervision` (les compteurs), `historique` (qui a fait quoi). Aucune portée n'en contient une autre : sans `lecture`, les noms, adresses, numéros et textes que l'appelant n'envoie pas lui-même sont vides dans les réponses.

## Les états d'un message

| statut | sens |
|---|---|
| `brouillon` | écrit, ne partira pas |
| `programme` | partira à `date_programmee` |
| `en_attente` | en cours d'envoi |
| `envoye` | tous les envois sont terminés, et au moins un a été accepté |
| `echec` | tous les envois sont terminés, et aucun n'a été accepté |

Seuls `brouillon` et `programme` se demandent ; les autres suivent les envois, un par destinataire.

## Les erreurs

Elles ont les formes de Django REST framework : `{\"champ\": [\"texte\"]}` pour les fautes d'un formulaire (400), `{\"detail\": \"texte\"}` pour le reste. Les boutons répondent `{\"error\": \"texte\"}` à ce qui ne se fait pas (400). Chaque réponse porte un numéro, `X-Request-Id`, que le journal du serveur reprend ; il peut être donné par l'appelant.

## Ce qui se lit aussi

Un corps est du JSON ; un formulaire (`application/x-www-form-urlencoded`, `multipart/form-data`) qui dit la même chose est lu aussi. Comme dans Django REST framework, un nombre peut être écrit dans un texte (`\"3\"`), un booléen comme `\"true\"`, `\"on\"`, `\"1\"` ou `1`, et un nombre sert de texte ; un texte vide vaut null pour une date ou le numéro d'un objet.

## Les dates

Elles sont données dans le fuseau horaire de l'établissement, avec leur décalage. Une date sans décalage est lue dans ce fuseau.
";

pub(super) fn info() -> Info {
    let licence = LicenseBuilder::new()
        .name(env!("CARGO_PKG_LICENSE"))
        .identifier(Some(env!("CARGO_PKG_LICENSE")));
    InfoBuilder::new()
        .title("Messages programmés")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(licence.build()))
        .build()
}

/// The server that answers the document.
pub(super) fn servers() -> [Server; 1] {
    [Server::new("/")]
}

pub(super) fn securities() -> [(&'static str, SecurityScheme); 2] {
    let bearer = |description| {
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(description))
    };
    let token = bearer("Jeton d'accès de l'application web.").bearer_format("JWT");
    let key = bearer("Clé faite par « messages-api key create ».");
    [
        ("jwtAuth", SecurityScheme::Http(token.build())),
        ("cleApi", SecurityScheme::Http(key.build())),
    ]
}

pub(super) fn tags() -> [Tag; 5] {
    [
        ("messages", "Écrire, programmer, envoyer, suivre."),
        ("envois", "Ce que chaque destinataire a reçu."),
        ("historique", "Qui a fait quoi."),
        ("annuaire", "Classes, élèves, parents."),
        ("exploitation", "Santé, mesures, documentation."),
    ]
    .map(|(name, description)| {
        let tag = TagBuilder::new().name(name);
        tag.description(Some(description)).build()
    })
}
