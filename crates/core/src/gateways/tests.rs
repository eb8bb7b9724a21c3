use super::template::{Template, Values};
use super::*;

/// The shortest preset there can be, with more lines behind it.
fn with(more: &str) -> Result<Preset, Fault> {
    parse(&format!(
        "name = \"essai\"\nmanual = \"\"\n{more}\n[request]\nurl = \"https://sms.exemple\"\n\
         encoding = \"json\"\nfields = {{ to = \"{{to}}\", text = \"{{text}}\" }}\n"
    ))
}

fn fault(more: &str) -> String {
    with(more).unwrap_err().to_string()
}

#[test]
fn every_preset_can_be_read() {
    for name in names() {
        let text = named(name).unwrap();
        let preset = parse(text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(
            name == LEGACY || preset.manual.starts_with("https://"),
            "{name}"
        );
        for (setting, about) in &preset.settings {
            assert!(
                crate::config::Config::names().any(|known| known == setting),
                "{setting}"
            );
            assert!(!about.about.ends_with('.'), "{name}: {setting}");
        }
    }
    assert!(named("http").is_some() && named("twillio").is_none());
}

#[test]
fn a_fault_is_told_with_its_line() {
    with("").unwrap();
    for (more, expected) in [
        (
            "per_minut = 3",
            "ligne 3 : « per_minut » n'est pas connu ici, il faut l'un de : name,",
        ),
        (
            "per_minute = \"3\"",
            "ligne 3 : la valeur n'est pas de la bonne sorte (u32)",
        ),
        (
            "per_minute = 0",
            "ligne 3 : « per_minute » : il faut au moins 1",
        ),
        (
            "timeout = 90",
            "ligne 3 : « timeout » : il faut un nombre entre 1 et 30",
        ),
        ("name = \"encore\"", "ligne 3 : ce nom s'y trouve déjà"),
        (
            "[account]\nheaders = { a = \"{apikey}\" }",
            "ligne 4 : « {apikey} » n'est pas connu, il faut {to},",
        ),
        (
            "[account]\nheaders = { a = \"{to\" }",
            "ligne 4 : « {to » : une accolade n'est pas fermée",
        ),
        (
            "[account]\n\nheaders = { a = \"{SMS_CLE}\" }",
            "ligne 5 : {SMS_CLE} n'est pas déclaré sous [settings]",
        ),
        (
            "[account]\nheaders = { a = \"{token}\" }",
            "ligne 4 : {token} : il manque [token]",
        ),
        (
            "[settings]\ncle = { about = \"clé\" }",
            "ligne 4 : « cle » : un réglage s'appelle SMS_… en majuscules",
        ),
        (
            "[settings]\nSMS_CLE = { default = \"\" }",
            "ligne 4 : « about » manque",
        ),
        (
            "[answer]\nrules = [{ means = \"oui\" }]",
            "ligne 4 : « oui » n'est pas connu ici, il faut l'un de : accepted,",
        ),
        (
            "[answer]\nrules = [{ means = \"accepted\", at = \"ids\" }]",
            "ligne 4 : « ids » : il faut un chemin comme /messages/0/status",
        ),
    ] {
        let told = fault(more);
        assert!(told.starts_with(expected), "{more}: {told}");
    }
}

#[test]
fn a_preset_that_could_send_nothing_is_refused() {
    let base = "name = \"essai\"\nmanual = \"\"\n[request]\nurl = \"https://sms.exemple\"\n";
    for (rest, expected) in [
        (
            "encoding = \"json\"\nfields = { to = \"{to}\" }",
            "ligne 3 : {text} ne s'y trouve pas",
        ),
        (
            "encoding = \"json\"\nfields = { m = \"{text}\" }",
            "ligne 3 : {to} ne s'y trouve pas",
        ),
        (
            "encoding = \"form\"\nfields = { to = [\"{to}\"], m = \"{text}\" }",
            "ligne 6 : « to » : un formulaire n'a que des textes et des nombres",
        ),
        (
            "encoding = \"xml\"",
            "ligne 5 : « xml » n'est pas connu ici, il faut l'un de : json, form, query",
        ),
        ("encoding = \"json\"", "ligne 3 : « fields » manque"),
    ] {
        let told = parse(&format!("{base}{rest}\n")).unwrap_err().to_string();
        assert!(told.starts_with(expected), "{rest}: {told}");
    }
    let told = parse("name = ").unwrap_err();
    assert_eq!(told.line, Some(1));
}

#[test]
fn a_text_with_something_unset_is_left_out() {
    let values = Values {
        to: "+33612345678",
        text: "\"}{to}",
        ..Values::default()
    };
    let text = |text: &str| Template::parse(text).unwrap().text(&values);
    assert_eq!(text("tel:{to}").as_deref(), Some("tel:+33612345678"));
    assert_eq!(text("{to_zeros}").as_deref(), Some("0033612345678"));
    assert_eq!(text("{from}"), None);
    // Values are no templates.
    assert_eq!(text("{text}").as_deref(), Some("\"}{to}"));
}

#[test]
fn what_is_put_into_an_address_is_escaped() {
    let values = Values {
        to: "+33612345678",
        text: "a/b?c&d",
        ..Values::default()
    };
    let address = Template::parse("https://sms.exemple/{to}/{text}")
        .unwrap()
        .address(&values);
    assert_eq!(
        address.as_deref(),
        Some("https://sms.exemple/%2B33612345678/a%2Fb%3Fc%26d")
    );
}

#[test]
fn a_gateway_that_could_not_be_asked_is_refused() {
    let base = "name = \"essai\"\nmanual = \"\"\n[request]\nurl = \"https://sms.exemple\"\n\
                encoding = \"json\"\nfields = { to = \"{to}\", text = \"{text}\", n = \"{id}\" }\n[poll]\n";
    let polled = |rest: &str| parse(&format!("{base}{rest}\n"));
    let whole = "url = \"https://sms.exemple/{id}\"\nstatus = \"etat\"\ndelivered = [1]";
    for (rest, expected) in [
        (
            "url = \"https://sms.exemple/{id}\"",
            "ligne 7 : « status » manque",
        ),
        (whole, "ligne 10 : la valeur n'est pas de la bonne sorte"),
        (
            "url = \"https://sms.exemple/{id}\"\nstatus = \"etat\"",
            "ligne 7 : « delivered » manque",
        ),
        (
            "url = \"https://sms.exemple\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 7 : « url » ne dit pas quel SMS",
        ),
        (
            "url = \"https://sms.exemple/{to}\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 7 : [poll] ne connaît que {id}, {tag},",
        ),
        (
            "url = \"https://sms.exemple/{tag}\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 7 : [poll] cherche un nom que [request] ne donne pas",
        ),
        (
            "find = \"https://sms.exemple/{id}\"\nurl = \"https://sms.exemple/{id}\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 7 : « url » demande {reference}",
        ),
        (
            "find = \"https://sms.exemple/\"\nurl = \"https://sms.exemple/{reference}\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 7 : « find » cherche un SMS par {id}",
        ),
        (
            "url = \"https://{SMS_LA}/{id}\"\nstatus = \"etat\"\ndelivered = [\"1\"]",
            "ligne 8 : {SMS_LA} n'est pas déclaré",
        ),
        (
            "urls = \"https://sms.exemple/{id}\"",
            "ligne 8 : « urls » n'est pas connu ici, il faut l'un de : find,",
        ),
    ] {
        let told = polled(rest).unwrap_err().to_string();
        assert!(told.starts_with(expected), "{rest}: {told}");
    }
    polled("url = \"https://sms.exemple/{id}\"\nstatus = \"etat\"\ndelivered = [\"1\"]").unwrap();
    let told = fault("[account]\nheaders = { a = \"{reference}\" }");
    assert!(
        told.starts_with("ligne 4 : {reference} n'est connu que sous [poll]"),
        "{told}"
    );
}

#[test]
fn a_tag_is_short_and_the_same_for_the_same_sms() {
    let tag = |id: &str| template::tag(id);
    assert_eq!(tag("0123456789abcdef-1234567890").len(), 20);
    assert_eq!(tag("a-1"), tag("a-1"));
    assert_ne!(tag("a-1"), tag("a-1-1"));
}
