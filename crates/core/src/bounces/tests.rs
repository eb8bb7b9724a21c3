use super::*;
use proptest::prelude::*;

const KEY: &str = "0123456789abcdef0123456789abcdef.7";

/// With line ends of mail, and our key where a text says `KEY`.
fn mail(text: &str) -> Vec<u8> {
    text.replace("KEY", KEY).replace('\n', "\r\n").into_bytes()
}

fn bounce(text: &str) -> (Remise, String, Vec<String>) {
    match read(&mail(text)) {
        Read::Bounce(bounce) => {
            let keys = bounce.keys();
            (bounce.remise, bounce.code.unwrap_or_default(), keys)
        }
        other => panic!("{other:?}: {text}"),
    }
}

const POSTFIX: &str = "Return-Path: <>
From: MAILER-DAEMON@relais.exemple.fr (Mail Delivery System)
To: ecole@exemple.fr
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"

--b
Content-Type: text/plain; charset=us-ascii

<awa@exemple.fr>: host mx.exemple.fr said: 550 5.1.1 <awa@exemple.fr>: Recipient address rejected

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.exemple.fr

Final-Recipient: rfc822; awa@exemple.fr
Action: ACTION
Status: STATUS
Diagnostic-Code: smtp; 550 5.1.1 <awa@exemple.fr>: Recipient address
    rejected: User unknown

--b
Content-Type: text/rfc822-headers

Return-Path: <ecole@exemple.fr>
Message-ID: <KEY@exemple.fr>
Subject: =?utf-8?q?R=C3=A9union?=

--b--
";

#[test]
fn a_report_is_read_by_its_fields() {
    for (action, status, remise, code) in [
        ("failed", "5.1.1", Remise::NonRemis, "5.1.1"),
        // Vague: the remote server said more.
        ("failed", "5.0.0", Remise::NonRemis, "5.1.1"),
        ("failed", "4.4.7 (expired)", Remise::NonRemis, "4.4.7"),
        ("delayed", "4.4.1", Remise::EnCours, "4.4.1"),
        ("delivered", "2.0.0", Remise::Remis, "2.0.0"),
        ("relayed", "2.0.0", Remise::EnCours, "2.0.0"),
        ("Failed (bad)", "5.2.2", Remise::NonRemis, "5.2.2"),
    ] {
        let text = POSTFIX.replace("ACTION", action).replace("STATUS", status);
        let expected = (remise, code.to_owned(), vec![KEY.to_owned()]);
        assert_eq!(bounce(&text), expected, "{action} {status}");
    }
}

/// Exim's own, and qmail's: everything in one text.
const ONE_TEXT: [(&str, &str); 2] = [
    (
        "From: Mail Delivery System <Mailer-Daemon@exemple.fr>
X-Failed-Recipients: awa@exemple.fr
Auto-Submitted: auto-replied
To: ecole@exemple.fr
Subject: Mail delivery failed: returning message to sender

A message that you sent could not be delivered to one or more of its recipients.

  awa@exemple.fr
    host mx.exemple.fr [192.0.2.7]: 552 5.2.2 mailbox full

------ This is a copy of the message's headers. ------

Return-path: <ecole@exemple.fr>
Received: from [192.0.2.7] by exemple.fr; Mon, 2 Mar 2026 08:30:00 +0100
Message-ID: <KEY@exemple.fr>
Subject: 5.1.1 user unknown
",
        "5.2.2",
    ),
    (
        "Return-Path: <>
From: MAILER-DAEMON@mx.exemple.fr
To: ecole@exemple.fr
Subject: failure notice

Hi. This is the qmail-send program at mx.exemple.fr.
I'm afraid I wasn't able to deliver your message to the following addresses.

<awa@exemple.fr>:
192.0.2.7 does not like recipient.
Remote host said: 550 User unknown
Giving up on 192.0.2.7.

--- Below this line is a copy of the message.

Return-Path: <ecole@exemple.fr>
Received: (qmail 1 invoked by uid 1); 2 Mar 2026 07:30:00 -0000
MESSAGE-ID:
 <KEY@exemple.fr>
",
        "5.1.1",
    ),
];

#[test]
fn what_is_no_report_is_read_by_its_words() {
    for (text, code) in ONE_TEXT {
        let expected = (Remise::NonRemis, code.to_owned(), vec![KEY.to_owned()]);
        assert_eq!(bounce(text), expected, "{text}");
    }
}

/// In French, coded, and the e-mail that it is about stands in the address it came to alone.
const FRENCH: &str = "Return-Path: <>
Delivered-To: retours+KEY@exemple.fr
From: postmaster@exemple.fr
To: retours@exemple.fr
Subject: =?utf-8?q?Non_remis_=3A_R=C3=A9union?=
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>Votre message n'a pas pu =C3=AAtre remis. La bo=C3=AEte aux lettres est p=
leine.</p><p>La bo=C3=AEte pleine de awa@exemple.fr</p>
";

#[test]
fn a_bounce_in_french_that_quotes_nothing_is_known_by_the_address_it_came_to() {
    let expected = (Remise::NonRemis, "5.2.2".to_owned(), vec![KEY.to_owned()]);
    assert_eq!(bounce(FRENCH), expected);
    let upper = String::from_utf8(mail(FRENCH))
        .unwrap()
        .replace(KEY, &KEY.to_uppercase());
    assert_eq!(bounce(&upper).2, [KEY.to_uppercase()]);
}

#[test]
fn what_is_still_tried_is_not_lost() {
    let text = "Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: ecole@exemple.fr
Subject: Delivery Status Notification (Delay)

THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.
Delivery to the following recipient has been delayed: awa@exemple.fr
The error that the other server returned was: 451 4.7.1 Greylisted
Message will be retried for 2 more days.

----- Original message -----

Message-ID: <KEY.2@exemple.fr>
From: ecole@exemple.fr
Subject: x
";
    let expected = (
        Remise::EnCours,
        "4.7.1".to_owned(),
        vec![format!("{KEY}.2")],
    );
    assert_eq!(bounce(text), expected);
}

#[test]
fn who_is_away_and_who_answers_bounces_nothing() {
    let head = "To: ecole@exemple.fr\nIn-Reply-To: <KEY@exemple.fr>\n";
    for (said, expected) in [
        (
            "From: a@b.fr\nAuto-Submitted: auto-replied\nSubject: x\n\nabsente",
            Read::AutoReply,
        ),
        (
            "Return-Path: <>\nFrom: a@b.fr\nSubject: =?utf-8?q?R=C3=A9ponse_automatique?=\n\nvotre message n'a pas pu être lu",
            Read::AutoReply,
        ),
        (
            "From: a@b.fr\nX-Autoreply: yes\nSubject: x\n\nmailbox full",
            Read::AutoReply,
        ),
        (
            "From: a@b.fr\nSubject: Re: retard\n\nIl n'a pas pu être là, user unknown",
            Read::Other,
        ),
        (
            "From: a@b.fr\nSubject: Fwd: failure notice\n\n550 5.1.1 user unknown",
            Read::Other,
        ),
        (
            "From: a@b.fr\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\nSubject: Lu\n\n--b\n\nlu\n--b--",
            Read::Other,
        ),
        (
            "From: mailer-daemon@b.fr\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\nSubject: complaint\n\n--b\n\nspam\n--b--",
            Read::Other,
        ),
        (
            "From: postmaster@b.fr\nSubject: Bonjour\n\nMerci.",
            Read::Other,
        ),
        ("", Read::Other),
    ] {
        assert_eq!(read(&mail(&format!("{head}{said}\n"))), expected, "{said}");
    }
}

#[test]
fn a_code_among_words_is_one() {
    for (text, code) in [
        ("550 5.1.1 user unknown", Some("5.1.1")),
        ("(#5.2.2)", Some("5.2.2")),
        ("dsn=4.4.1,", Some("4.4.1")),
        ("5.0.0 and 5.7.26", Some("5.7.26")),
        ("192.5.1.1 and 5.1.1.2, version 8.14.4", None),
        ("remote host said: 554 rejected", Some("554")),
        ("page 554 of 600", None),
        ("", None),
    ] {
        assert_eq!(codes::found(text).as_deref(), code, "{text}");
    }
}

fn line() -> impl Strategy<Value = String> {
    let parts = [
        "From: mailer-daemon@x",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "--b",
        "--b--",
        "Content-Type: message/delivery-status",
        "Content-Type: message/rfc822",
        "Content-Transfer-Encoding: base64",
        "Action: failed",
        "Status: 5.1",
        "Message-ID:",
        "<a@",
        "+@<+",
        "é\u{0}=?utf-8?q?",
        "",
    ];
    prop_oneof![
        proptest::sample::select(parts.to_vec()).prop_map(str::to_owned),
        ".{0,30}"
    ]
}

proptest! {
    #[test]
    fn whatever_comes_is_read(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        drop(read(&bytes));
    }

    #[test]
    fn whatever_looks_like_mail_is_read(lines in proptest::collection::vec(line(), 0..40)) {
        drop(read(lines.join("\n").as_bytes()));
    }

    #[test]
    fn a_bounce_that_is_cut_off_is_read(at in 0..1200_usize) {
        let text = mail(POSTFIX);
        drop(read(&text[..at.min(text.len())]));
    }
}
