//! The settings file, as editors leave it.

use crate::program::{Program, To, mailbox};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::smtp::{Script, Server};

const USER: &str = "ecole@exemple.example";
const PASSWORD: &str = "pa$$wörd#1é";

/// What an editor makes of a text.
type Encode<'e> = &'e dyn Fn(&str) -> Vec<u8>;

/// A school whose settings are in this file alone, and its relay.
fn written(encode: impl Fn(&str) -> Vec<u8>) -> (Database, Server) {
    let database = Database::sqlite();
    let server = Server::start(Script::default().auth(USER, PASSWORD));
    let text = format!(
        "MESSAGES_MODE=reel\r\nEMAIL_HOST=127.0.0.1\r\nEMAIL_PORT={}\r\nEMAIL_HOST_USER={USER}\r\n\
         EMAIL_HOST_PASSWORD={PASSWORD}\r\nDEFAULT_FROM_EMAIL=Collège <{USER}>\r\n",
        server.port()
    );
    std::fs::write(database.folder().join(".env"), encode(&text)).unwrap();
    (database, server)
}

fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let marked = std::iter::once(0xfeff).chain(text.encode_utf16());
    marked.flat_map(unit).collect()
}

/// Every letter of it is in Latin-1, which Windows-1252 holds.
fn western(text: &str) -> Vec<u8> {
    let byte = |c: char| u8::try_from(u32::from(c)).unwrap();
    text.chars().map(byte).collect()
}

#[test]
fn an_accent_is_an_accent_whatever_the_encoding() {
    let lf = |text: &str| text.replace("\r\n", "\n");
    let cr = |text: &str| text.replace("\r\n", "\r");
    let encodings: [Encode<'_>; 10] = [
        &|text| text.into(),
        &|text| format!("\u{feff}{text}").into(),
        &|text| cr(text).into(),
        &|text| utf_16(text, u16::to_le_bytes),
        &|text| utf_16(text, u16::to_be_bytes),
        &|text| utf_16(&lf(text), u16::to_le_bytes),
        &|text| utf_16(&lf(text), u16::to_be_bytes),
        &|text| utf_16(&cr(text), u16::to_le_bytes),
        &western,
        &|text| western(&cr(text)),
    ];
    for (n, encode) in encodings.into_iter().enumerate() {
        let (database, server) = written(encode);
        let program = Program::without_settings(&database);
        program.school(1, 1);
        program.programme(Canal::Email, To::Parent(1));
        let ended = program.run(&[]);
        assert_eq!(ended.code, 0, "{n}: {ended:?}");
        let mails = server.accepted();
        assert_eq!(mails[0].rcpt_to, [mailbox(1)], "{n}");
        // "Collège", in base64.
        assert!(format!("{:?}", mails[0]).contains("Q29sbMOoZ2U="), "{n}");
        assert!(server.logins() > 0);
        let told = ended.stderr.contains("Windows-1252");
        assert_eq!(told, n >= 8, "{n}: {ended:?}");
    }
}

#[test]
fn a_file_that_is_not_understood_is_no_empty_file() {
    let dos = |text: &str| text.replace('é', "\u{82}").replace('è', "\u{8a}");
    for (bytes, named) in [
        (
            western(&dos("MESSAGES_MODE=reel\nP=é\n")),
            "ligne 2, encodage inconnu",
        ),
        (b"\xff\xfe\0\0M\0\0\0".to_vec(), "UTF-32"),
        (b"M=1\nE\0=\x001\0\n\0".to_vec(), "UTF-16"),
        (
            b"{\\rtf1\\ansi\n\\f0 MESSAGES_MODE=reel\\\n}".to_vec(),
            "aucun réglage",
        ),
        (b"MESSAGES_MODE: reel\n".to_vec(), "aucun réglage"),
        (
            b"A=1\nMESSAGES_MODE reel\n".to_vec(),
            "ligne 2 illisible, il faut MESSAGES_MODE=valeur",
        ),
    ] {
        let database = Database::sqlite();
        let file = database.folder().join(".env");
        std::fs::write(&file, bytes).unwrap();
        let program = Program::without_settings(&database);
        for command in [&["migrate"][..], &[], &["check"]] {
            let ended = program.run(command);
            assert_eq!(ended.code, 78, "{named}: {ended:?}");
            let place = file.to_str().unwrap();
            assert!(
                ended.stderr.contains(place) && ended.stderr.contains(named),
                "{named}: {ended:?}"
            );
        }
        assert!(!database.folder().join("messages.sqlite3").exists());
    }
}

#[test]
fn a_file_with_another_name_beside_is_told_of() {
    for name in [".env.txt", "env.txt", "env"] {
        let database = Database::sqlite();
        let program = Program::without_settings(&database);
        let wrong = database.folder().join(name);
        std::fs::write(&wrong, "MESSAGES_MODE=simulation\n").unwrap();
        let ended = program.run(&["migrate"]);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(
            ended.stderr.contains(wrong.to_str().unwrap()) && ended.stderr.contains("renommez"),
            "{ended:?}"
        );
        std::fs::copy(&wrong, database.folder().join(".env")).unwrap();
        let ended = program.run(&["migrate"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let told = format!("/{name} : n'est pas lu\n");
        assert!(ended.stderr.contains(&told), "{ended:?}");
        // Who sets everything in the environment wants no file.
        std::fs::remove_file(database.folder().join(".env")).unwrap();
        let ended = program.set("MESSAGES_MODE", "simulation").run(&["check"]);
        assert!(ended.code == 0 && ended.stdout.contains(name), "{ended:?}");
    }
}

#[test]
fn a_misspelt_name_is_told_with_the_one_that_was_meant() {
    let database = Database::sqlite();
    let text = "EMAIL_HOTS=smtp.exemple.fr\nSMS_APIKEY=x\nAPI_BINDS=y\nJWT_SIGNINGKEY=z\nDEBUG=1\n";
    std::fs::write(database.folder().join(".env"), text).unwrap();
    let program = Program::without_settings(&database);
    assert_eq!(program.run(&["migrate"]).code, 0);
    // cron mails what a quiet run says.
    let (check, quiet) = (program.run(&["check"]), program.run(&["--quiet"]));
    for (name, meant) in [
        ("EMAIL_HOTS", "EMAIL_HOST"),
        ("SMS_APIKEY", "SMS_API_KEY"),
        ("API_BINDS", "API_BIND"),
        ("JWT_SIGNINGKEY", "JWT_SIGNING_KEY"),
    ] {
        let told = format!("{name} : réglage inconnu, ignoré (le plus proche : {meant})");
        assert!(quiet.stderr.contains(&told), "{quiet:?}");
        assert!(check.stdout.contains(&told), "{check:?}");
    }
    assert!(!check.stdout.contains("DEBUG") && !quiet.stderr.contains("DEBUG"));
}

#[test]
#[cfg(unix)]
fn a_setting_of_the_environment_that_is_no_text_is_a_fault() {
    use std::os::unix::ffi::OsStrExt;
    let database = Database::sqlite();
    let program = Program::new(&database);
    let mut command = program.command(&["check"]);
    command.env(
        "SMS_SENDER_NAME",
        std::ffi::OsStr::from_bytes(b"Coll\xe8ge"),
    );
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&output.stderr).contains("SMS_SENDER_NAME"));
}
