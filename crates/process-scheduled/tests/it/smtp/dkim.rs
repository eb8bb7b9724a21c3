//! E-mails that the school's domain vouches for.

use crate::program::{Program, To, mailbox, message};
use messages_core::model::NewMessage;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::dkim::{is_installed, is_valid, key, openssl};
use messages_testing::figures::skipped;
use messages_testing::smtp::{Accepted, Action, Script, Server, Stage};
use messages_testing::stories;
use std::path::PathBuf;

stories!(
    every_email_is_signed_also_after_a_refusal_and_sent_again,
    a_key_that_cannot_sign_is_told_before_anything_leaves,
);

pub(super) fn key_file(database: &Database, pem: &[u8]) -> PathBuf {
    let file = database.folder().join("dkim.pem");
    std::fs::write(&file, pem).unwrap();
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&file, mode).unwrap();
    }
    file
}

pub(super) fn signing<'d>(program: Program<'d>, pem: &[u8]) -> Program<'d> {
    let file = key_file(program.database, pem);
    program
        .set("EMAIL_DKIM_KEY", file.to_str().unwrap())
        .set("EMAIL_DKIM_SELECTOR", "ecole2026")
}

fn every_email_is_signed_also_after_a_refusal_and_sent_again(database: &Database) {
    if !is_installed() {
        return skipped("dkimpy is not installed (scripts/test.sh)");
    }
    let script = Script::default()
        .on_recipient(&mailbox(1), Stage::Body, Action::reply("550 5.0.0 no"))
        .times(1)
        .on_recipient(&mailbox(2), Stage::Body, Action::reply("451 4.3.0 later"))
        .times(2);
    let server = Server::start(script);
    let pem = key(&[]);
    let program = signing(Program::new(database).relay(&server), pem.as_bytes())
        .set("EMAIL_REPLY_TO", "vs@exemple.example");
    program.school(2, 1);
    let plain = program.programme(Canal::Email, To::All);
    let both = NewMessage {
        contenu: "  « L'été »\n.\n\n.fin  \n\n".to_owned(),
        contenu_html: Some("<p>L'été\t <b>ici</b></p>\n\n".to_owned()),
        ..message(Canal::Email, To::All)
    };
    let both = program.insert(&both);
    for _ in 0..4 {
        program.run(&[]);
        program.wait_is_over();
    }
    let refused = [plain, both]
        .into_iter()
        .find(|id| program.states(*id)[0] == "echec permanent");
    let refused = refused.unwrap().to_string();
    let resent = program.run(&["resend", &refused]);
    assert_eq!(resent.code, 0, "{resent:?}");
    program.run(&[]);
    for id in [plain, both] {
        assert_eq!(program.states(id), ["envoye"; 2]);
    }
    let all = server.accepted();
    assert_eq!(all.len(), 4);
    let again = |mail: &&Accepted| mail.data.contains(".1@exemple.example>\r\n");
    assert_eq!(all.iter().filter(again).count(), 1);
    for mail in &all {
        assert!(mail.data.contains("d=exemple.example; s=ecole2026;"));
        assert!(is_valid(mail.data.as_bytes(), &pem), "{}", mail.data);
    }
}

fn a_key_that_cannot_sign_is_told_before_anything_leaves(database: &Database) {
    let server = Server::start(Script::default());
    let ed25519 = openssl(&["genpkey", "-algorithm", "ed25519"], "");
    let program = signing(Program::new(database).relay(&server), &ed25519);
    for arguments in [&[][..], &["check"]] {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 78, "{ended:?}");
        assert!(ended.stderr.contains("EMAIL_DKIM_KEY : "), "{ended:?}");
        assert!(ended.stderr.contains("openssl genrsa"), "{ended:?}");
    }
    assert_eq!(server.connections(), 0);
    let program = signing(program, key(&["-traditional"]).as_bytes());
    let told = program.run(&["check"]).stdout;
    assert!(!told.contains("DKIM"), "{told}");
    let program = program.set("EMAIL_DKIM_DOMAIN", "autre.example");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(database.folder().join("dkim.pem"), mode).unwrap();
        assert!(program.run(&["check"]).stdout.contains("chmod 640"));
    }
    let told = program.run(&["check"]).stdout;
    assert!(
        told.contains("EMAIL_DKIM_DOMAIN : « autre.example »"),
        "{told}"
    );
}
