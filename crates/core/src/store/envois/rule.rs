//! The one rule by which an envoi may leave, and what announcing it and recording an outcome write:
//! said once, for every statement that needs it.
//!
//! Parts of an `UPDATE envois`. `r` is the table of what the run claimed or heard.

/// The run has it: claimed under this token, and the lease goes on. With `again`, what is announced
/// already is its own too.
pub(super) const OURS: &str = "
    envois.id = r.id AND envois.jeton = r.jeton AND envois.proprio = {passage}
    AND (envois.etat = 'reserve' OR ({again} AND envois.etat = 'emission'))
    AND envois.bail_jusqua > {now}";

/// Its message is leaving.
pub(super) const LEAVING: &str = "
    EXISTS (SELECT 1 FROM messages m
             WHERE m.id = envois.message AND m.statut = 'en_attente' AND m.annule_le IS NULL)";

/// Its parent is there and wants this channel.
pub(super) const WANTED: &str = "
    EXISTS (SELECT 1 FROM parents p
             WHERE p.id = envois.parent AND p.parti_le IS NULL
               AND CASE envois.canal WHEN 'sms' THEN p.notifications_sms
                                     ELSE p.notifications_email END)";

/// No record of the directory refuses the address. (Two questions, so that each has its index.)
const NOT_REFUSED: &str = "
    NOT EXISTS (SELECT 1 FROM parents o
                 WHERE envois.canal = 'sms' AND o.telephone_e164 = envois.adresse
                   AND NOT o.notifications_sms)
    AND NOT EXISTS (SELECT 1 FROM parents o
                     WHERE envois.canal = 'email' AND o.email_norme = lower(envois.adresse)
                       AND NOT o.notifications_email)";

/// Neither tried nor, by what the directory says now, to go elsewhere. The forms must have been made
/// ([`adresses::refresh`](crate::store::adresses::refresh)).
pub(super) const NOT_OUTDATED: &str = "
    NOT EXISTS (SELECT 1 FROM parents a
                 WHERE a.id = envois.parent
                   AND envois.tentatives = 0
                   AND NOT COALESCE(CASE envois.canal
                                      WHEN 'sms' THEN a.telephone_e164 = envois.adresse
                                      ELSE a.email_norme = lower(envois.adresse) END, FALSE))";

/// An SMS that a gateway may have is shown to no other.
const SAME_GATEWAY: &str = "
    (envois.canal <> 'sms' OR envois.ambigus = 0 OR COALESCE(envois.passerelle, '') = {passerelle})";

/// What the run claimed and may hand to the network now.
pub(super) const MAY_LEAVE: [&str; 13] = [
    OURS,
    "\n AND ",
    "envois.expire > {now}",
    "\n AND ",
    LEAVING,
    "\n AND ",
    WANTED,
    "\n AND ",
    NOT_REFUSED,
    "\n AND ",
    NOT_OUTDATED,
    "\n AND ",
    SAME_GATEWAY,
];

/// What announcing an envoi writes.
pub(super) const ANNOUNCE: &str = "
    UPDATE envois
       SET etat = 'emission', bail_jusqua = {until}, emis_le = COALESCE(emis_le, {now}),
           passerelle = CASE canal WHEN 'sms' THEN NULLIF({passerelle}, '') END,
           tentatives = tentatives + CASE WHEN etat = 'reserve' THEN 1 ELSE 0 END";

/// What is known of an envoi that was announced.
pub(super) const ANNOUNCED: &str = "
    RETURNING envois.id, envois.canal, envois.jeton, envois.message,
              (SELECT m.jeton FROM messages m WHERE m.id = envois.message) AS version,
              envois.adresse, envois.tentatives, envois.ambigus, envois.renvois, envois.emis_le,
              envois.expire";

/// What recording an outcome writes. Of a parent who was erased meanwhile, the peer's words are not
/// kept: they may name the address.
pub(super) const RECORD: &str = "
    UPDATE envois
       SET etat = r.etat, motif = r.motif, code = r.code,
           detail = CASE WHEN envois.parent IS NOT NULL THEN r.detail END,
           reference = COALESCE(r.reference, envois.reference),
           prochaine = COALESCE(r.prochaine, envois.prochaine),
           tentatives = envois.tentatives - r.rendues,
           ambigus = envois.ambigus + r.ambigus,
           termine_le = CASE WHEN r.etat = 'a_envoyer' THEN NULL ELSE {now} END,
           proprio = NULL, bail_jusqua = NULL";

/// The outcome is that of the envoi's newest attempt, and nobody has tried since. `late`: it was
/// recovered meanwhile, so that the envoi waits again or was stopped, its answer counted as lost. (What waits
/// because its answer was recorded keeps the date that was set then.)
pub(super) const TO_RECORD: &str = "
    envois.id = r.id AND envois.jeton = r.jeton
    AND CASE WHEN {late} THEN envois.etat IN ('a_envoyer', 'incertain')
                              AND (r.etat = 'envoye' OR (r.etat = 'echec' AND envois.ambigus > 0))
             ELSE envois.etat = 'emission' END";
