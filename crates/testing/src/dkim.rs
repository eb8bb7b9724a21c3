//! Keys that vouch for e-mails, made by openssl, and what dkimpy, which others wrote, says of signatures.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What openssl writes.
#[must_use]
pub fn openssl(arguments: &[&str], input: &str) -> Vec<u8> {
    let mut command = Command::new("openssl");
    run(command.args(arguments), input.as_bytes()).0
}

/// A key of 2048 bits as a PEM file holds it: PKCS#8, or PKCS#1 with `-traditional`.
#[must_use]
pub fn key(arguments: &[&str]) -> String {
    let all = [&["genrsa"], arguments, &["2048"]].concat();
    String::from_utf8(openssl(&all, "")).unwrap()
}

/// Whether dkimpy is installed (scripts/test.sh).
#[must_use]
pub fn is_installed() -> bool {
    python().exists()
}

/// Whether the signature of a message is that of this private key.
#[must_use]
pub fn is_valid(message: &[u8], key: &str) -> bool {
    let public = openssl(&["rsa", "-pubout", "-outform", "DER"], key);
    let public = openssl_base64(&public);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dkim/verify.py");
    let record = format!("v=DKIM1; k=rsa; p={public}");
    run(Command::new(python()).arg(script).arg(record), message).1
}

fn python() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/dkimpy-1.1.8/bin/python")
}

fn openssl_base64(bytes: &[u8]) -> String {
    let mut command = Command::new("openssl");
    let (text, _) = run(command.args(["base64", "-A"]), bytes);
    String::from_utf8(text).unwrap().trim().to_owned()
}

/// What a program says to this, and whether it ends well.
fn run(command: &mut Command, input: &[u8]) -> (Vec<u8>, bool) {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).ok();
    let output = child.wait_with_output().unwrap();
    (output.stdout, output.status.success())
}
