//! A real Postfix that cannot deliver: what it sends back goes through an alias to the command that reads
//! it.

use super::scene::{Way, program};
use crate::program::{Program, To, mailbox};
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::relay::Relay;
use messages_testing::stories;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

stories!(what_postfix_sends_back_is_marked);

/// The sender is told by the key in the address, or by what is quoted.
const RETURN_ADDRESSES: [Option<&str>; 2] = [Some("retours@relais.exemple.example"), None];

fn what_postfix_sends_back_is_marked(database: &Database) {
    let Some(relay) = Relay::postfix() else {
        return;
    };
    for address in RETURN_ADDRESSES {
        let mut program = program(database, &relay, "blind", Way::Cleartext).set(
            "DEFAULT_FROM_EMAIL",
            "Collège <ecole@relais.exemple.example>",
        );
        if let Some(address) = address {
            program = program.set("EMAIL_BOUNCE_ADDRESS", address);
        }
        program.school(3, 1);
        // The relay takes it, and finds then that there is nobody.
        database.execute("UPDATE parents SET email = 'inconnu@college.example' WHERE id = 2");
        let log = database.folder().join("retours.log");
        let reads = program.clone().set("LOG_FILE", log.to_str().unwrap());
        relay.returns_to(&reads.command(&["bounces"]));
        open_to_all(database);
        let id = program.programme(Canal::Email, To::All);
        assert_eq!(program.run(&["--json"]).code, 0);
        assert_eq!(program.states(id), ["envoye"; 3]);
        let mut delivered = relay.take(2);
        delivered.sort();
        for (text, parent) in delivered.iter().zip([1, 3]) {
            assert!(text.contains(&mailbox(parent)), "{text}");
        }
        assert_eq!(
            told(&program, id, &relay),
            ["inconnue", "non_remis 5.1.1", "inconnue"]
        );
        program.verify();
    }
}

/// The alias's user is another one.
fn open_to_all(database: &Database) {
    let open = |place: &std::path::Path, mode| {
        fs::set_permissions(place, Permissions::from_mode(mode)).unwrap();
    };
    open(database.folder(), 0o777);
    for file in fs::read_dir(database.folder()).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            open(&file.path(), 0o666);
        }
    }
}

/// What is known of each envoi once something is; a run notes what came before its answer.
fn told(program: &Program<'_>, message: i64, relay: &Relay) -> Vec<String> {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let told = program.database.texts(&format!(
            "SELECT trim(remise || ' ' || COALESCE(remise_code, '')) AS v FROM envois
              WHERE message = {message} ORDER BY parent"
        ));
        if told.iter().any(|told| told != "inconnue") {
            return told;
        }
        assert!(Instant::now() < until, "{told:?}: {}", relay.log());
        assert_eq!(program.run(&["--quiet"]).code, 0);
        std::thread::sleep(Duration::from_millis(100));
    }
}
