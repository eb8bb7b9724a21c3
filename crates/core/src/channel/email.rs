//! An envoi as an e-mail: RFC 5322 headers and a MIME body.
//!
//! The same envoi gives the same bytes however often it is built, so that a mail system may
//! recognise a second copy: Message-ID, Date and boundary come from what is stored.

mod attached;
mod subject;

pub use self::attached::Attached;

use self::subject::Subject;
use super::{Delivery, Unwritable};
use crate::config::Config;
use crate::dkim::Signer;
use crate::{domain, html, tracking};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use std::sync::Arc;

/// The text of an e-mail.
enum Part {
    Single(SinglePart),
    Multi(MultiPart),
}

/// A header of ASCII letters, as it stands here.
fn plain(name: &'static str, value: String) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::dangerous_new_pre_encoded(name, value.clone(), value)
}

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// Subject of an e-mail that was programmed without one.
const NO_SUBJECT: &str = "Message de l'établissement";

/// What all e-mails of the school have in common.
#[derive(Debug, Clone)]
pub(super) struct Letterhead {
    /// The sender.
    pub(super) from: Mailbox,
    /// Where answers go, if not to the sender.
    reply_to: Option<Mailbox>,
    /// Who vouches for them.
    signer: Option<Signer>,
    /// Where e-mails come back to, if that is another address.
    pub(super) bounces: Option<Address>,
    /// Where the picture is that tells of reading, if reading is followed.
    tracking: Option<String>,
    /// Where parents say that they want no more e-mails, if they can.
    unsubscribe: Option<String>,
}

impl Letterhead {
    pub(super) fn new(config: &Config) -> Self {
        let api = &config.api;
        Self {
            from: config.email.from.clone(),
            reply_to: config.email.reply_to.clone(),
            signer: config.email.signer.clone(),
            bounces: config.email.bounces.clone(),
            tracking: api.base_url.clone().filter(|_| api.read_tracking),
            unsubscribe: api.base_url.clone().filter(|_| api.unsubscribe),
        }
    }

    /// Where this recipient does.
    fn unsubscribe(&self, delivery: &Delivery) -> Option<String> {
        let base_url = self.unsubscribe.as_ref()?;
        let token = tracking::unsubscription(&delivery.content.cle_lecture, delivery.id);
        Some(format!("{base_url}/api/desinscription/{token}/"))
    }

    /// The sender of the envelope, to which this e-mail comes back. Its key stands behind a `+`, so that
    /// also a bounce that quotes nothing says which e-mail it is about; not where the address has a `+`
    /// already, nor where it would be longer than relays take (RFC 5321, 4.5.3.1.1).
    pub(super) fn envelope_sender(&self, delivery: &Delivery) -> String {
        const LOCAL_PART: usize = 64;
        let Some(bounces) = &self.bounces else {
            return self.from.email.to_string();
        };
        let tagged = format!("{}+{}", bounces.user(), delivery.key());
        if bounces.user().contains('+') || tagged.len() > LOCAL_PART {
            return bounces.to_string();
        }
        format!("{tagged}@{}", bounces.domain())
    }

    /// The HTML of one recipient.
    fn html(&self, html: &str, delivery: &Delivery) -> String {
        match &self.tracking {
            None => html.to_owned(),
            Some(base_url) => {
                let token = tracking::token(&delivery.content.cle_lecture, delivery.id);
                tracking::with_picture(html, base_url, &token)
            }
        }
    }
}

/// An e-mail as it leaves: whole lines, one after the other.
#[derive(Debug)]
pub(super) struct Letter {
    /// All of it, or what stands in front of the files.
    pub(super) begin: Vec<u8>,
    /// The files, which others get too, and what stands behind them.
    pub(super) files: Option<(Arc<Attached>, Vec<u8>)>,
}

impl Letter {
    /// Its pieces, in their order.
    pub(super) fn pieces(&self) -> Vec<&[u8]> {
        let mut pieces = vec![self.begin.as_slice()];
        if let Some((attached, end)) = &self.files {
            pieces.extend([attached.parts(), end.as_slice()]);
        }
        pieces
    }
}

/// Writes the e-mail as it leaves.
///
/// # Errors
/// Why it cannot be written; it never will be, then.
pub(super) fn written(head: &Letterhead, delivery: &Delivery) -> Result<Letter, Unwritable> {
    let mut begin = build(head, delivery)?.formatted();
    let files = delivery.attached.as_ref().map(|attached| {
        let end = attached.end().into_bytes();
        if begin.ends_with(&end) {
            begin.truncate(begin.len() - end.len());
        }
        (Arc::clone(attached), end)
    });
    let mut letter = Letter { begin, files };
    if let Some(signature) = head
        .signer
        .as_ref()
        .and_then(|signer| signer.signature(&letter.pieces()))
    {
        letter.begin.splice(0..0, signature.into_bytes());
    }
    Ok(letter)
}

fn build(head: &Letterhead, delivery: &Delivery) -> Result<Message, Unwritable> {
    let content = &delivery.content;
    let to = mailbox(&delivery.adresse).ok_or(Unwritable::Address)?;
    let subject = content
        .sujet
        .as_deref()
        .filter(|sujet| !sujet.trim().is_empty())
        .unwrap_or(NO_SUBJECT)
        .replace(char::is_control, " ");
    let key = delivery.key().to_string();
    let message = Message::builder()
        .from(head.from.clone())
        .to(Mailbox::new(None, to))
        .header(Subject(subject))
        .date(delivery.emis_le.utc().into())
        .message_id(Some(format!("<{key}@{}>", head.from.email.domain())))
        // Keeps holiday answers away (RFC 3834, 5.1).
        .raw_header(plain("Auto-Submitted", "auto-generated".to_owned()));
    let message = match &head.reply_to {
        Some(reply_to) => message.reply_to(reply_to.clone()),
        None => message,
    };
    let message = match head.unsubscribe(delivery) {
        // One click, and the parent is out (RFC 8058).
        Some(address) => message
            .raw_header(plain("List-Unsubscribe", format!("<{address}>")))
            .raw_header(plain("List-Unsubscribe-Post", ONE_CLICK.to_owned())),
        None => message,
    };
    let (text, html) = html::parts(&content.contenu, content.contenu_html.as_deref());
    let plain = SinglePart::plain(lines(&text));
    let body = match html {
        None => Part::Single(plain),
        Some(html) => Part::Multi(
            MultiPart::alternative()
                .boundary(key)
                .singlepart(plain)
                .singlepart(SinglePart::html(lines(&head.html(html, delivery)))),
        ),
    };
    let mixed = |attached: &Attached| MultiPart::mixed().boundary(attached.boundary());
    Ok(match (delivery.attached.as_deref(), body) {
        (None, Part::Single(one)) => message.singlepart(one),
        (None, Part::Multi(both)) => message.multipart(both),
        (Some(attached), Part::Single(one)) => message.multipart(mixed(attached).singlepart(one)),
        (Some(attached), Part::Multi(both)) => message.multipart(mixed(attached).multipart(both)),
    }?)
}

/// The address, its domain as relays know it.
fn mailbox(address: &str) -> Option<Address> {
    let (local, name) = address.rsplit_once('@')?;
    Address::new(local, domain::ascii(name)?).ok()
}

/// With line feeds only, and without characters that no mail may carry (RFC 5322, 2.2 and 3.5).
fn lines(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let stays = |c: &char| matches!(c, '\n' | '\t') || !c.is_ascii_control();
    unix.chars().filter(stays).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::Cutoff;
    use super::*;
    use crate::model::Content;

    pub(crate) fn delivery(sujet: &str, contenu: &str) -> Delivery {
        Delivery {
            id: 7,
            jeton: 1,
            content: Arc::new(Content {
                id: 1,
                sujet: Some(sujet.to_owned()),
                contenu: contenu.to_owned(),
                contenu_html: None,
                cle: "abc".to_owned(),
                cle_lecture: "def".to_owned(),
            }),
            attached: None,
            adresse: "awa@example.org".to_owned(),
            renvois: 0,
            emis_le: "2026-03-29T01:30:00Z".parse().unwrap(),
            deadline: std::time::Instant::now(),
            cutoff: Cutoff::default(),
        }
    }

    fn head() -> Letterhead {
        Letterhead {
            from: "Collège <ecole@exemple.fr>".parse().unwrap(),
            bounces: None,
            reply_to: None,
            signer: None,
            tracking: None,
            unsubscribe: None,
        }
    }

    fn mail(head: &Letterhead, delivery: &Delivery) -> String {
        let letter = written(head, delivery).unwrap();
        String::from_utf8(letter.pieces().concat()).unwrap()
    }

    fn tracked(delivery: &Delivery) -> String {
        let head = Letterhead {
            tracking: Some("https://ecole.exemple.fr".to_owned()),
            ..head()
        };
        mail(&head, delivery)
    }

    fn text(delivery: &Delivery) -> String {
        mail(&head(), delivery)
    }

    #[test]
    fn answers_go_where_the_school_wants_them() {
        let delivery = delivery("Réunion", "Jeudi");
        assert!(!text(&delivery).contains("Reply-To"));
        let head = Letterhead {
            reply_to: Some("Vie scolaire <vs@exemple.fr>".parse().unwrap()),
            ..head()
        };
        let mail = mail(&head, &delivery);
        let line = "Reply-To: \"Vie scolaire\" <vs@exemple.fr>\r\n";
        assert!(mail.contains(line), "{mail}");
    }

    #[test]
    fn one_click_says_that_no_more_is_wanted() {
        let delivery = delivery("Réunion", "Jeudi");
        assert!(!text(&delivery).contains("List-Unsubscribe"));
        let head = Letterhead {
            unsubscribe: Some("https://messages.ecole.exemple.fr".to_owned()),
            ..head()
        };
        let mail = mail(&head, &delivery);
        let token = tracking::unsubscription("def", 7);
        let line = format!(
            "List-Unsubscribe: <https://messages.ecole.exemple.fr/api/desinscription/{token}/>\r\n"
        );
        assert!(mail.contains(&line), "{mail}");
        let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        assert!(mail.contains(post), "{mail}");
    }

    #[test]
    fn an_email_comes_back_with_its_key_where_that_is_possible() {
        let mut delivery = delivery("Sortie", "Jeudi");
        let cle = "0123456789abcdef0123456789abcdef";
        Arc::make_mut(&mut delivery.content).cle = cle.to_owned();
        delivery.renvois = 2;
        let long = format!("{}@exemple.fr", "r".repeat(60));
        for (bounces, sender) in [
            (None, "ecole@exemple.fr".to_owned()),
            (
                Some("retours@exemple.fr"),
                format!("retours+{cle}.7.2@exemple.fr"),
            ),
            (Some("a+b@exemple.fr"), "a+b@exemple.fr".to_owned()),
            (Some(long.as_str()), long.clone()),
        ] {
            let head = Letterhead {
                bounces: bounces.map(|address| address.parse().unwrap()),
                ..head()
            };
            assert_eq!(head.envelope_sender(&delivery), sender);
        }
    }

    #[test]
    fn the_picture_stands_in_the_html_only_where_reading_is_followed() {
        let mut delivery = delivery("Réunion", "Jeudi");
        assert!(!tracked(&delivery).contains("track"));
        Arc::make_mut(&mut delivery.content).contenu_html = Some("<p>Jeudi</p>".into());
        assert!(!text(&delivery).contains("track"));
        let followed = tracked(&delivery).replace("=\r\n", "");
        let token = tracking::token("def", 7);
        assert!(
            followed.contains(&format!("/api/messages/track/{token}/")),
            "{followed}"
        );
    }

    #[test]
    fn an_html_of_an_emptied_editor_is_none() {
        let mut delivery = delivery("Réunion", "Jeudi");
        for html in ["<p><br></p>", "&nbsp;", " "] {
            Arc::make_mut(&mut delivery.content).contenu_html = Some(html.into());
            assert!(!tracked(&delivery).contains("multipart"), "{html}");
        }
    }

    #[test]
    fn a_text_that_is_html_is_sent_as_html_and_as_text() {
        let html = "<p>Musee <b>vendredi</b></p>";
        let mail = text(&delivery("Sortie", html));
        assert!(mail.contains("multipart/alternative"), "{mail}");
        assert!(mail.contains("\r\n\r\nMusee vendredi\r\n"), "{mail}");
        assert_eq!(mail.matches(html).count(), 1, "{mail}");
        for words in ["<3 Jeudi", "<p> est une balise"] {
            let mail = text(&delivery("Sortie", words));
            assert!(
                !mail.contains("multipart") && mail.contains(words),
                "{mail}"
            );
        }
    }

    #[test]
    fn a_text_that_says_something_else_is_followed_by_what_the_html_says() {
        let mut delivery = delivery("Sortie", "Voir la suite.");
        Arc::make_mut(&mut delivery.content).contenu_html = Some("<p>Musee vendredi</p>".into());
        let mail = text(&delivery);
        assert_eq!(mail.matches("Musee vendredi").count(), 2, "{mail}");
        assert!(mail.contains("Voir la suite."));
    }

    #[test]
    fn the_same_envoi_gives_the_same_bytes() {
        let mut delivery = delivery("Réunion", "Jeudi à 18 h");
        Arc::make_mut(&mut delivery.content).contenu_html = Some("<p>Jeudi</p>".into());
        assert_eq!(text(&delivery), text(&delivery));
        assert!(text(&delivery).contains("Message-ID: <abc.7@exemple.fr>\r\n"));
        assert!(text(&delivery).contains("Date: Sun, 29 Mar 2026 01:30:00 +0000\r\n"));
        assert!(text(&delivery).contains("Auto-Submitted: auto-generated\r\n"));
        delivery.renvois = 1;
        assert!(text(&delivery).contains("Message-ID: <abc.7.1@exemple.fr>\r\n"));
    }

    #[test]
    fn the_bytes_are_ascii_and_no_header_can_be_injected() {
        for control in (0u8..32).map(char::from) {
            let text = text(&delivery(&format!("a{control}Bcc: x@y.z"), "é\0"));
            assert!(text.is_ascii());
            assert!(
                !text.lines().any(|line| line.starts_with("Bcc")),
                "{control:?}"
            );
        }
    }
}
