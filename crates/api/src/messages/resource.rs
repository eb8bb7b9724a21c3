//! What messages are among the objects that are listed, read, written, changed and removed.

use super::form::{self, Form};
use super::lists;
use crate::answer::annuaire::{ClasseJson, ParentJson};
use crate::answer::list::Listed;
use crate::answer::message::{full, short};
use crate::crud::Resource;
use crate::drf::{ApiError, Fields, Query, Texts};
use crate::state::State;
use messages_core::config::{Config, Messages as Settings};
use messages_core::model::{Classe, Fiche, Message};
use messages_core::store::annuaire::Resource as Row;
use messages_core::store::messages::{self, Filter};
use messages_core::store::{Conn, Error, pieces};
use messages_core::vocabulary::{Portee, Statut};
use messages_core::waiting;
use serde::Serialize;

impl Listed for Message {
    type Filter = Filter;

    fn count(conn: &mut Conn, filter: &Filter) -> Result<i64, Error> {
        messages::count(conn, filter)
    }

    fn page(conn: &mut Conn, filter: &Filter, offset: i64, limit: i64) -> Result<Vec<Self>, Error> {
        messages::page(conn, filter, offset, limit)
    }

    fn ids(conn: &mut Conn, filter: &Filter) -> Result<Vec<i64>, Error> {
        messages::ids(conn, filter)
    }

    fn by_ids(conn: &mut Conn, _: &Filter, ids: &[i64]) -> Result<Vec<Self>, Error> {
        messages::by_ids(conn, ids)
    }

    fn explain(conn: &mut Conn, settings: &Settings, rows: &mut [Self]) -> Result<(), Error> {
        waiting::explain(conn, settings, rows)
    }

    fn json(&self, settings: &Settings) -> impl Serialize {
        short(self, settings.zone)
    }
}

impl Resource for Message {
    const MODEL: &'static str = "Message";
    const PRIVATE: &'static [&'static str] = &["contenu", "contenu_html", "sujet"];
    type Form = Form;

    async fn filter(state: &State, query: &Query) -> Result<Filter, ApiError> {
        lists::filter(state, query).await
    }

    fn one(conn: &mut Conn, id: i64) -> Result<Self, Error> {
        messages::one(conn, id)
    }

    fn read(fields: &mut Fields<'_>, present: Option<&Self>, config: &Config) -> Form {
        form::read(fields, present, config)
    }

    /// What is programmed leaves.
    fn needs(form: &Form) -> Option<Portee> {
        (form.edit.statut == Statut::Programme).then_some(Portee::Envoi)
    }

    fn unknown(form: &Form, conn: &mut Conn) -> Result<Vec<(&'static str, String)>, Error> {
        form.unknown(conn)
    }

    fn check(fields: &mut Fields<'_>, form: &Form, present: Option<&Self>, config: &Config) {
        form::check_whole(fields, form, present, config);
    }

    /// With its parent, its class and its files.
    fn detail(&self, conn: &mut Conn, settings: &Settings) -> Result<Vec<u8>, Error> {
        let parents = <Fiche as Row>::by_ids(conn, self.parent.as_slice())?;
        let classes = <Classe as Row>::by_ids(conn, self.classe.as_slice())?;
        let parent = parents.into_iter().next().map(ParentJson::from);
        let classe = classes.into_iter().next().map(ClasseJson::from);
        let files = pieces::of_messages(conn, &[self.id])?;
        let detail = full(self, settings.zone, parent, classe, files);
        Ok(serde_json::to_vec(&detail).unwrap_or_default())
    }

    fn insert(conn: &mut Conn, form: &Form) -> Result<i64, Error> {
        let id = messages::insert(conn, &form.edit)?;
        form.confirmed(conn, id)?;
        Ok(id)
    }

    fn update(conn: &mut Conn, seen: &Self, form: &Form) -> Result<(), Error> {
        messages::update(conn, seen, &form.edit)?;
        form.confirmed(conn, seen.id)
    }

    fn delete(conn: &mut Conn, id: i64) -> Result<(), Error> {
        messages::delete(conn, id)
    }

    fn not_changed(texts: Texts) -> &'static str {
        texts.not_editable()
    }

    fn not_removed(texts: Texts) -> &'static str {
        texts.not_deletable()
    }
}
