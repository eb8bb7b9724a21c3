//! Pictures that tell of reading.

use crate::harness::School;
use messages_core::store::envois;
use messages_core::tracking;
use messages_core::vocabulary::Canal;
use messages_testing::db::Database;
use messages_testing::stories;

stories!(only_the_true_token_marks_an_email_as_read,);

fn only_the_true_token_marks_an_email_as_read(database: &Database) {
    let school = School::new(database);
    let message = school.leaving(Canal::Email, 2);
    let envoi = database.number("SELECT CAST(min(id) AS TEXT) AS v FROM envois");
    let key = school.one("SELECT cle_lecture AS v FROM messages");
    let token = tracking::token(&key, envoi);
    let other = token.replace(&format!("{envoi}-"), &format!("{}-", envoi + 1));
    let mut conn = school.conn();
    for forged in [
        "",
        "-",
        "x",
        "1-",
        "999-abc",
        &token[..token.len() - 1],
        &other,
    ] {
        envois::mark_read(&mut conn, forged).unwrap();
    }
    assert_eq!(school.count("envois", "lu_le IS NOT NULL"), 0);
    assert_eq!(school.count("messages", "est_lu"), 0);
    envois::mark_read(&mut conn, &token).unwrap();
    assert_eq!(
        school.count("envois", &format!("lu_le IS NOT NULL AND id = {envoi}")),
        1
    );
    assert_eq!(
        school.count("messages", &format!("est_lu AND id = {message}")),
        1
    );
    let first = school.envoi(envoi, "CAST(lu_le AS TEXT)");
    envois::mark_read(&mut conn, &token).unwrap();
    assert_eq!(school.envoi(envoi, "CAST(lu_le AS TEXT)"), first);
}
