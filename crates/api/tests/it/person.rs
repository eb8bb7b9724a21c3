//! Somebody at a browser in which no script runs: keeps cookies, follows redirections, sends forms with what
//! stands hidden in them.

use crate::client::Client;
use crate::harness::Server;
use crate::wire::Answer;
use form_urlencoded::Serializer;
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(crate) struct Person<'s> {
    server: &'s Server,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'s> Person<'s> {
    /// Somebody who has not signed in.
    pub(crate) fn new(server: &'s Server) -> Self {
        Self {
            server,
            cookies: RefCell::default(),
        }
    }

    /// Somebody signed in with this key or token.
    pub(crate) fn with(server: &'s Server, secret: &str) -> Self {
        let person = Self::new(server);
        let entered = person.send("/console/connexion/", &[("cle", secret)], &[]);
        assert_eq!(entered.status, 303, "{}", entered.text());
        person
    }

    /// What the cookie for signing in holds.
    pub(crate) fn token(&self) -> Option<String> {
        self.cookies.borrow().get("console").cloned()
    }

    /// The same cookies in another browser.
    pub(crate) fn stolen(&self) -> Self {
        Self {
            server: self.server,
            cookies: self.cookies.clone(),
        }
    }

    fn client(&self, headers: &[(&str, &str)]) -> Client<'s> {
        let cookies = self.cookies.borrow();
        let cookies: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let client = Client::nobody(self.server).with("Cookie", &cookies.join("; "));
        headers
            .iter()
            .fold(client, |client, (name, value)| client.with(name, value))
    }

    fn keep(&self, answer: &Answer) {
        for (name, value) in &answer.headers {
            if name != "set-cookie" {
                continue;
            }
            let (pair, rest) = value.split_once(';').unwrap_or((value, ""));
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.borrow_mut();
            if rest.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    /// Opens a page.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let answer = self.client(&[]).get(path);
        self.keep(&answer);
        answer
    }

    /// The text of a page that is there.
    pub(crate) fn page(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.text()
    }

    /// Sends these fields, as they are.
    pub(crate) fn send(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        let form = ("application/x-www-form-urlencoded", body.as_bytes());
        let answer = self
            .client(headers)
            .try_send("POST", path, Some(form))
            .unwrap();
        self.keep(&answer);
        answer
    }

    /// Opens a page and sends its form, with these fields besides.
    pub(crate) fn submit(&self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let text = self.page(page);
        let known = ["sceau", "demande", "vu"].map(|name| (name, hidden(&text, name)));
        let known = known.iter().map(|(name, value)| (*name, value.as_str()));
        let mut all: Vec<(&str, &str)> = known.filter(|(_, value)| !value.is_empty()).collect();
        all.extend(fields);
        self.send(path, &all, &[])
    }

    /// Sends a form, and opens where that leads.
    pub(crate) fn press(
        &self,
        page: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> (String, String) {
        let sent = self.submit(page, path, fields);
        assert_eq!(sent.status, 303, "{path}: {}", sent.text());
        let place = sent.header("location").unwrap();
        let page = self.page(&place);
        (place, page)
    }
}

/// What stands hidden in the first form of a page under this name.
pub(crate) fn hidden(page: &str, name: &str) -> String {
    let begin = format!("name=\"{name}\" value=\"");
    let rest = page.split_once(begin.as_str()).map(|(_, rest)| rest);
    let value = rest.and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().replace("&#34;", "\"")
}
