//! Files that travel with a message, as the web app's form sends them.

use crate::client::{Client, FORM, form, key};
use crate::harness::Server;
use crate::token::{KEY, mint};
use crate::wire::{Answer, exchange_raw};
use messages_core::vocabulary::Portee::{Ecriture, Lecture};
use messages_testing::db::Database;
use messages_testing::stories;
use serde_json::{Value, json};

stories!(
    a_file_is_added_listed_read_and_removed,
    what_may_not_travel_is_told_in_one_sentence,
    too_much_is_told_with_both_sizes,
    an_sms_has_no_files,
    a_message_that_has_left_keeps_its_files,
    a_file_that_is_sent_twice_is_added_once,
    who_may_not_read_is_told_of_no_file,
);

const MEGA: usize = 1024 * 1024;

fn start(database: &Database) -> Server {
    let server = Server::start(database, &[("JWT_SIGNING_KEY", KEY)]);
    Client::user(&server).school(2, 1);
    server
}

fn add(client: &Client<'_>, message: i64, name: &str, content: &[u8]) -> Answer {
    let path = format!("/api/messages/{message}/add_attachment/");
    client.attach(&path, name, content)
}

fn email(client: &Client<'_>) -> i64 {
    client.write(&json!({ "type": "email", "contenu": "x", "parent": 1 }))
}

fn files(client: &Client<'_>, message: i64) -> Vec<Value> {
    let list = client.get(&format!("/api/messages/{message}/attachments/"));
    assert_eq!(list.status, 200);
    let list = list.json();
    assert_eq!(client.message(message)["attachments"], list);
    list.as_array().unwrap().clone()
}

fn rows(database: &Database) -> i64 {
    database.number("SELECT CAST(count(*) AS TEXT) AS v FROM pieces_jointes")
}

fn a_file_is_added_listed_read_and_removed(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let id = email(&user);
    assert_eq!(files(&user, id), Vec::<Value>::new());
    let tag = user.get(&format!("/api/messages/{id}/")).header("etag");
    let content: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let added = add(&user, id, "Réunion d'été.pdf", &content);
    assert_eq!(added.status, 201, "{}", added.text());
    let told = added.json();
    let path = told["fichier"].as_str().unwrap();
    assert_eq!(path, format!("/api/attachments/{}/", told["id"]));
    assert_eq!(
        (
            &told["message"],
            &told["nom_fichier"],
            &told["type_mime"],
            &told["taille"]
        ),
        (
            &json!(id),
            &json!("Réunion d'été.pdf"),
            &json!("application/pdf"),
            &json!(100_000)
        )
    );
    assert!(told["date_ajout"].as_str().unwrap().contains('T'));
    let renamed = form(
        "plan.bin",
        b"x",
        "--b\r\nContent-Disposition: form-data; name=\"nom_fichier\"\r\n\r\n plan d'accès.PNG \r\n",
    );
    let second = format!("/api/messages/{id}/add_attachment/");
    let second = user
        .try_send("POST", &second, Some((FORM, &renamed)))
        .unwrap();
    assert_eq!(second.json()["nom_fichier"], "plan d'accès.PNG");
    assert_eq!(second.json()["type_mime"], "image/png");
    assert_eq!(files(&user, id), [told.clone(), second.json()]);
    assert_ne!(
        user.get(&format!("/api/messages/{id}/")).header("etag"),
        tag
    );

    let read = user.get(path);
    assert_eq!((read.status, &read.body), (200, &content));
    assert_eq!(read.header("content-type").unwrap(), "application/pdf");
    assert_eq!(read.header("x-content-type-options").unwrap(), "nosniff");
    assert_eq!(
        read.header("content-disposition").unwrap(),
        "attachment; filename*=UTF-8''R%C3%A9union%20d%27%C3%A9t%C3%A9.pdf"
    );
    assert_eq!(user.delete(path).status, 204);
    for answer in [user.get(path), user.delete(path)] {
        assert_eq!(answer.status, 404, "{}", answer.text());
    }
    assert_eq!(files(&user, id), [second.json()]);
    let deeds = user.get(&format!("/api/messages/{id}/historique/")).json();
    let told: Vec<(&Value, &Value)> = deeds
        .as_array()
        .unwrap()
        .iter()
        .map(|deed| (&deed["action"], &deed["bilan"]))
        .collect();
    assert_eq!(told[0], (&json!("modifie"), &json!({ "piece_retiree": 1 })));
    assert_eq!(told[2].1, &json!({ "octets": 100_000, "piece_ajoutee": 1 }));
    assert_eq!(user.delete(&format!("/api/messages/{id}/")).status, 204);
    assert_eq!(rows(database), 0);
    assert_eq!(add(&user, 999, "a.pdf", b"x").status, 404);
}

fn what_may_not_travel_is_told_in_one_sentence(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let id = email(&user);
    let blocked = |ending: &str| {
        format!(
            "Les fichiers .{ending} ne peuvent être joints\u{a0}: les messageries les bloquent, car ils peuvent contenir un programme."
        )
    };
    let long = format!("{}.pdf", "é".repeat(147));
    for (name, content, text) in [
        ("virus.exe", "x", blocked("exe")),
        ("facture.pdf.EXE", "x", blocked("exe")),
        ("facture.pdf.js.", "x", blocked("js")),
        ("image.iso", "x", blocked("iso")),
        (
            "notes.xlsm",
            "x",
            "Les documents avec macros (.xlsm) ne peuvent être joints\u{a0}: les messageries les bloquent. Enregistrez-le sans macros, ou en PDF.".to_owned(),
        ),
        ("vide.pdf", "", "Le fichier soumis est vide.".to_owned()),
        ("", "x", "Le nom de fichier n'a pu être déterminé.".to_owned()),
        ("", "", "Aucun fichier n'a été soumis.".to_owned()),
        (".pdf", "x", "Le fichier n'a pas de nom.".to_owned()),
        (
            "../a.pdf",
            "x",
            "Le nom du fichier ne peut contenir «\u{a0}/\u{a0}» ni «\u{a0}\\\u{a0}»\u{a0}: donnez le nom seul, sans dossier.".to_owned(),
        ),
        (
            "facture\u{202e}fdp.exe",
            "x",
            "Les caractères de contrôle ne sont pas autorisés.".to_owned(),
        ),
        (
            "a\u{85}.pdf",
            "x",
            "Les caractères de contrôle ne sont pas autorisés.".to_owned(),
        ),
        (
            &long,
            "x",
            "Assurez-vous que le nom de fichier comporte au plus 150 caractères (il en comporte 151).".to_owned(),
        ),
    ] {
        let answer = add(&user, id, name, content.as_bytes());
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({ "fichier": [text] })),
            "{name:?}"
        );
    }
    let path = format!("/api/messages/{id}/add_attachment/");
    for (media, body, text) in [
        ("application/json", "{}", "Aucun fichier n'a été soumis."),
        (
            "application/json",
            r#"{"fichier":"a.pdf"}"#,
            "La donnée soumise n'est pas un fichier. Vérifiez le type d'encodage du formulaire.",
        ),
        (FORM, "--b--\r\n", "Aucun fichier n'a été soumis."),
    ] {
        let answer = user
            .try_send("POST", &path, Some((media, body.as_bytes())))
            .unwrap();
        assert_eq!(
            (answer.status, answer.json()),
            (400, json!({ "fichier": [text] }))
        );
    }
    let named = "--b\r\nContent-Disposition: form-data; name=\"nom_fichier\"\r\n\r\nb.bat\r\n";
    let answer = user.try_send("POST", &path, Some((FORM, &form("a.pdf", b"x", named))));
    assert_eq!(
        answer.unwrap().json(),
        json!({ "nom_fichier": [blocked("bat")] })
    );
    let cut = &form("a.pdf", b"x", "")[..150];
    let answer = user.try_send("POST", &path, Some((FORM, cut))).unwrap();
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(rows(database), 0);
    let just = format!("{}.pdf", "é".repeat(146));
    assert_eq!(add(&user, id, &just, b"x").json()["nom_fichier"], just);
}

fn too_much_is_told_with_both_sizes(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let (one, two) = (email(&user), email(&user));
    let alone = |size: &str| {
        json!({ "fichier": [format!(
            "Ce fichier fait {size}\u{a0}Mo\u{a0}: les pièces jointes d'un message ne peuvent dépasser 10\u{a0}Mo."
        )] })
    };
    for (length, size) in [
        (10 * MEGA + 1, "10,1"),
        (11 * MEGA, "11"),
        (40 * MEGA, "40"),
    ] {
        let content = vec![b'x'; length];
        let keyed = user.with("Idempotency-Key", &length.to_string());
        for client in [&user, &keyed] {
            let answer = add(client, one, "a.pdf", &content);
            assert_eq!(answer.status, 400, "{}", answer.text());
            let told = answer.json();
            // Of a body that is too long as a whole, the frame is counted too.
            let rounded = alone(&format!("{size},1"));
            assert!([alone(size), rounded].contains(&told), "{told}");
        }
    }
    // Without its length, too.
    let body = form("a.pdf", &vec![b'x'; 12 * MEGA], "");
    let mut raw = format!(
        "POST /api/messages/{one}/add_attachment/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer {}\r\nContent-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n",
        mint("access")
    )
    .into_bytes();
    for chunk in body.chunks(MEGA) {
        raw.extend(format!("{:x}\r\n", chunk.len()).bytes());
        raw.extend(chunk);
        raw.extend(b"\r\n");
    }
    raw.extend(b"0\r\n\r\n");
    let answer = exchange_raw(server.address(), &raw).unwrap();
    assert_eq!((answer.status, answer.json()), (400, alone("12,1")));
    assert_eq!(rows(database), 0);

    let most = vec![b'x'; 10 * MEGA];
    assert_eq!(add(&user, one, "a.pdf", &most).status, 201);
    let seven = vec![b'x'; 7 * MEGA];
    assert_eq!(add(&user, two, "a.pdf", &seven).status, 201);
    let answer = add(&user, two, "b.pdf", &most[..4 * MEGA]);
    let text = "Ce fichier fait 4\u{a0}Mo et les pièces jointes de ce message font déjà 7\u{a0}Mo\u{a0}: ensemble elles ne peuvent dépasser 10\u{a0}Mo.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "fichier": [text] }))
    );
    assert_eq!(add(&user, two, "b.pdf", &most[..3 * MEGA]).status, 201);
    assert_eq!(
        user.get(&format!("/api/attachments/{}/", 1)).body.len(),
        most.len()
    );

    let many = email(&user);
    for n in 0..20 {
        assert_eq!(add(&user, many, &format!("{n}.pdf"), b"x").status, 201);
    }
    let answer = add(&user, many, "20.pdf", b"x");
    let text = "Un message ne peut avoir plus de 20 pièces jointes.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "fichier": [text] }))
    );
}

fn an_sms_has_no_files(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let sms = user.write(&json!({ "type": "sms", "contenu": "x", "parent": 1 }));
    let answer = add(&user, sms, "a.pdf", b"x");
    let text = "Un SMS ne peut pas avoir de pièce jointe.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "fichier": [text] }))
    );
    let id = email(&user);
    assert_eq!(add(&user, id, "a.pdf", b"x").status, 201);
    let path = format!("/api/messages/{id}/");
    let answer = user.patch(&path, &json!({ "type": "sms" }));
    let text = "Ce message a des pièces jointes\u{a0}: retirez-les avant d'en faire un SMS.";
    assert_eq!(
        (answer.status, answer.json()),
        (400, json!({ "type": [text] }))
    );
    assert_eq!(user.delete("/api/attachments/1/").status, 204);
    assert_eq!(user.patch(&path, &json!({ "type": "sms" })).status, 200);
}

fn a_message_that_has_left_keeps_its_files(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    for (n, (state, open)) in [
        ("brouillon", true),
        ("programme", true),
        ("en_attente", false),
        ("envoye", false),
        ("echec", true),
    ]
    .into_iter()
    .enumerate()
    {
        let id = email(&user);
        assert_eq!(add(&user, id, "a.pdf", b"x").status, 201);
        database.execute(&format!(
            "UPDATE messages SET statut = '{state}', date_programmee = '2090-01-01T09:00:00Z' WHERE id = {id}"
        ));
        let piece = files(&user, id)[0]["id"].clone();
        let path = format!("/api/attachments/{piece}/");
        let added = add(&user, id, "b.pdf", b"x");
        let removed = user.delete(&path);
        if open {
            assert_eq!((added.status, removed.status), (201, 204), "{state}");
        } else {
            let why = json!({ "detail": "Un message en cours d'envoi ou envoyé ne peut plus être modifié." });
            for answer in [added, removed] {
                assert_eq!(
                    (answer.status, answer.json()),
                    (409, why.clone()),
                    "{state}"
                );
            }
            assert_eq!(user.get(&path).status, 200);
        }
        assert_eq!(files(&user, id).len(), 1, "{n}");
    }
    let id = email(&user);
    database.execute(&format!(
        "UPDATE messages SET oublie_le = '2026-03-01T12:00:00.000000Z' WHERE id = {id}"
    ));
    assert_eq!(add(&user, id, "a.pdf", b"x").status, 409);
}

fn a_file_that_is_sent_twice_is_added_once(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let id = email(&user);
    let keyed = user.with("Idempotency-Key", "clic-1");
    let content = vec![b'x'; 5 * MEGA];
    let [first, second] = [(); 2].map(|()| add(&keyed, id, "a.pdf", &content));
    assert_eq!((first.status, &first.body), (201, &second.body));
    assert_eq!(add(&keyed, id, "b.pdf", &content).status, 422);
    assert_eq!(files(&user, id).len(), 1);
}

fn who_may_not_read_is_told_of_no_file(database: &Database) {
    let server = start(database);
    let user = Client::user(&server);
    let id = email(&user);
    add(&user, id, "Exclusion de Zoé Martin.pdf", b"x");
    let writer = Client::nobody(&server).bearer(&key(database, &[Ecriture]).0);
    let reader = Client::nobody(&server).bearer(&key(database, &[Lecture]).0);
    let own = add(&writer, id, "b.pdf", b"x");
    assert_eq!(
        (own.status, &own.json()["nom_fichier"]),
        (201, &json!("b.pdf"))
    );
    let list = format!("/api/messages/{id}/attachments/");
    for path in [list.as_str(), "/api/attachments/1/"] {
        assert_eq!(writer.get(path).status, 403);
        assert_eq!(reader.get(path).status, 200);
    }
    let path = format!("/api/messages/{id}/");
    let answers = [
        add(&writer, id, "c.exe", b"x"),
        writer.patch(&path, &json!({ "contenu": "y" })),
        writer.patch(&path, &json!({ "type": "sms" })),
        writer.delete("/api/attachments/2/"),
    ];
    assert!(
        answers
            .iter()
            .all(|answer| !answer.text().contains("Martin"))
    );
    assert_eq!(add(&reader, id, "d.pdf", b"x").status, 403);
    assert_eq!(reader.delete("/api/attachments/1/").status, 403);
    assert_eq!(writer.delete("/api/attachments/1/").status, 204);
}
