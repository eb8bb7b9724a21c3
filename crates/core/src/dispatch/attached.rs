//! The files of messages as parts of their e-mails.

use crate::channel::Attached;
use crate::model::Fichier;
use crate::store::{Conn, Error, pieces};

/// The files of those of these messages that have some, as they leave: one message at a time, so that what was
/// read is in memory once.
///
/// # Errors
/// The database's.
pub fn attached(conn: &mut Conn, messages: &[i64]) -> Result<Vec<(i64, Attached)>, Error> {
    let having = pieces::having(conn, messages)?.into_iter();
    let read = having.map(|(message, cle)| {
        let none = Attached::new(&cle);
        let files = pieces::contents(conn, message)?.into_iter();
        let files = files.fold(
            none,
            |files,
             Fichier {
                 nom_fichier,
                 type_mime,
                 contenu,
             }| { files.with(&nom_fichier, &type_mime, &contenu) },
        );
        Ok((message, files))
    });
    read.collect()
}
