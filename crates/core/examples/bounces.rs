//! How many of a folder's messages are understood as bounces: `BOUNCES=/folder cargo run --example bounces`.
//! With `-v` those that are not are named.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measurement, for a person"
)]

use messages_core::bounces::{Read, read};

fn main() {
    let folder = std::env::var("BOUNCES").unwrap();
    let names_them = std::env::args().any(|argument| argument == "-v");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let (mut recognised, mut explained, mut named) = (0, 0, 0);
    for file in &files {
        let Read::Bounce(bounce) = read(&std::fs::read(file).unwrap()) else {
            if names_them {
                println!("{}: no bounce", file.display());
            }
            continue;
        };
        recognised += 1;
        if bounce.code.is_some() {
            explained += 1;
            named += u32::from(!bounce.names.is_empty());
        }
        if names_them {
            println!("{}: {bounce:?}", file.display());
        }
    }
    println!(
        "{} messages, {recognised} are bounces, {explained} of them with a code, {named} of these name the e-mail",
        files.len()
    );
}
