//! Logging in over SMTP.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::Stage;
use super::session::Session;

// What LOGIN asks for: "Username:" and "Password:".
const USERNAME: &str = "VXNlcm5hbWU6";
const PASSWORD: &str = "UGFzc3dvcmQ6";

impl Session {
    pub(super) fn auth(&mut self, rest: &str) -> io::Result<()> {
        let server = Arc::clone(&self.server);
        let Some((user, password)) = &server.script.credentials else {
            return self.say("502 5.5.1 No AUTH here");
        };
        if server.script.offers_tls(self.peer.get_ref().is_tls()) {
            return self.say("538 5.7.11 Encryption required");
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        let right = match mechanism.to_ascii_uppercase().as_str() {
            "PLAIN" => {
                let given = self.secret(initial, "")?;
                // Whom to act as may stand in front.
                given.ends_with(format!("\0{user}\0{password}").as_bytes())
            }
            "LOGIN" => {
                let given = (self.secret(initial, USERNAME)?, self.secret("", PASSWORD)?);
                given == (user.clone().into_bytes(), password.clone().into_bytes())
            }
            "XOAUTH2" => {
                let given = self.secret(initial, "")?;
                let right = format!("user={user}\x01auth=Bearer {password}\x01\x01");
                if given != right.as_bytes() {
                    // {"status":"400"}, as Google says it; then the client owes an empty line.
                    self.say("334 eyJzdGF0dXMiOiI0MDAifQ==")?;
                    self.line()?;
                }
                given == right.as_bytes()
            }
            _ => return self.say("504 5.5.4 Unknown mechanism"),
        };
        if !right {
            return self.say("535 5.7.8 Authentication failed");
        }
        self.respond(Stage::Auth, "235 2.7.0 Welcome", |session| {
            session.logged_in = true;
            session.server.logins.fetch_add(1, Relaxed);
        })
    }

    /// What the client sent along or, failing that, answers when asked; nothing if it is garbled.
    fn secret(&mut self, initial: &str, question: &str) -> io::Result<Vec<u8>> {
        let decoded = if initial.is_empty() {
            self.say(&format!("334 {question}"))?;
            decode(&self.line()?)
        } else {
            decode(initial)
        };
        Ok(decoded.unwrap_or_default())
    }
}

/// What `text` says in Base64, if it does.
fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut pending, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for symbol in text.trim_end_matches('=').bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        pending = (pending << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.extend((pending >> bits).to_be_bytes().last());
        }
    }
    Some(bytes)
}
