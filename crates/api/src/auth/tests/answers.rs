//! The words of the answers.

use super::*;
use crate::auth::TokenFault;
use serde_json::json;

#[test]
fn answers_are_those_of_django() {
    let body = |refusal: Refusal, lang| serde_json::to_string(&refusal.body(lang)).unwrap();
    for (refusal, status, french, english) in [
        (
            Refusal::NoCredentials,
            401,
            "Informations d'authentification non fournies.",
            NO_CREDENTIALS,
        ),
        (
            Refusal::BadKey,
            401,
            "Informations d'authentification incorrectes.",
            "Incorrect authentication credentials.",
        ),
        (
            Refusal::Forbidden,
            403,
            "Vous n'avez pas la permission d'effectuer cette action.",
            "You do not have permission to perform this action.",
        ),
    ] {
        assert_eq!(refusal.status(), status);
        assert_eq!(
            body(refusal, Lang::Fr),
            json!({ "detail": french }).to_string()
        );
        assert_eq!(
            body(refusal, Lang::En),
            json!({ "detail": english }).to_string()
        );
    }
    // default/token-three-parts, default/token-no-user and default/token-no-exp of the recordings.
    assert_eq!(
        body(Refusal::BadHeader, Lang::Fr),
        r#"{"detail":"L'en-tête 'Authorization' doit contenir deux valeurs séparées par des espaces","code":"bad_authorization_header"}"#
    );
    assert_eq!(
        body(Refusal::NoUser, Lang::Fr),
        r#"{"detail":"Le jeton ne contient aucune information permettant d'identifier l'utilisateur","code":"token_not_valid"}"#
    );
    assert_eq!(
        body(TokenFault::NoExp.into(), Lang::Fr),
        r#"{"detail":"Le type de jeton fourni n'est pas valide","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Le jeton n'a pas le privilège 'exp'"}]}"#
    );
    assert_eq!(
        body(TokenFault::WrongType.into(), Lang::En),
        r#"{"detail":"Given token not valid for any token type","code":"token_not_valid","messages":[{"token_class":"AccessToken","token_type":"access","message":"Token has wrong type"}]}"#
    );
    // What is fuzzy in simplejwt's catalogue stays English.
    for (fault, french) in [
        (TokenFault::Invalid, INVALID),
        (TokenFault::Expired, EXPIRED),
        (TokenFault::NoId, "Le jeton n'a pas d'id"),
        (TokenFault::NoType, "Le jeton n'a pas de type"),
        (TokenFault::WrongType, "Le jeton a un type erroné"),
    ] {
        assert_eq!(text(fault.into(), Lang::Fr), french);
        assert_eq!(Refusal::from(fault).status(), 401);
    }
}
