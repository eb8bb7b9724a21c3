#!/usr/bin/env bash
# Takes one guard after the other out of a copy of the sources and runs the tests that are there for
# it: each must fail. `mutants.sh [NAME…]` tries the named ones only. About 30 s each.
# A line: NAME | FILE | sed expression | filter of cargo nextest
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/postgres.sh
. scripts/postgres.sh

mutants() {
  cat <<'LIST'
intent without token|crates/core/src/store/envois/rule.rs|s/envois.jeton = r.jeton AND envois.proprio/envois.proprio/|test(fence) or test(settle)
intent without owner|crates/core/src/store/envois/rule.rs|s/ AND envois.proprio = {passage}/ AND (envois.proprio = {passage} OR true)/|test(fence) and test(sqlite)
result without token|crates/core/src/store/envois/rule.rs|s/envois.id = r.id AND envois.jeton = r.jeton$/envois.id = r.id/|test(fence) or test(settle)
claim without a new token|crates/core/src/store/envois/claim.rs|s/jeton = jeton + 1, bail_jusqua/bail_jusqua/|test(claim) or test(fence)
claim without its limit apart|crates/core/src/store/envois/claim.rs|s/WHERE id IN (SELECT id FROM du)/WHERE id IN (SELECT x.id FROM envois x WHERE x.etat = 'a_envoyer' ORDER BY x.rang, x.id LIMIT 5 FOR UPDATE SKIP LOCKED)/|test(claim) and test(postgres)
intent after the lease|crates/core/src/store/envois/rule.rs|s/AND envois.bail_jusqua > {now}/AND (envois.bail_jusqua > {now} OR true)/|test(announce::)
intent after the time|crates/core/src/store/envois/rule.rs|s/"envois.expire > {now}"/"(envois.expire > {now} OR true)"/|test(announce::)
opt-out not looked at|crates/core/src/store/envois/rule.rs|s/AND CASE envois.canal WHEN 'sms' THEN p.notifications_sms/AND CASE envois.canal WHEN 'sms' THEN true/|test(announce::) and test(sqlite)
who left not looked at|crates/core/src/store/envois/rule.rs|s/ AND p.parti_le IS NULL$//|test(departs) and test(sqlite)
cancellation not looked at|crates/core/src/store/envois/rule.rs|s/ AND m.annule_le IS NULL//|test(announce::) or test(cancel)
SMS sent again after a crash|crates/core/src/store/envois/recover.rs|s/CASE WHEN canal = 'email' AND ambigus < {resends} THEN 'a_envoyer'/CASE WHEN ambigus < {resends} THEN 'a_envoyer'/|test(recover)
leases of a clock that ran ahead|crates/core/src/store/envois/recover.rs|s/(bail_jusqua <= {now} OR bail_jusqua > {never})/(bail_jusqua <= {now} OR (bail_jusqua > {never} AND false))/|test(recover)
SMS sent again after a lost answer|crates/core/src/dispatch/policy.rs|s/Verdict::Ambigu if envoi.canal == Canal::Email \&\&/Verdict::Ambigu if/|test(policy) or test(breaks)
any code after the body|crates/core/src/channel/smtp/reply.rs|s/^            250 => Answer::accepted/            200..400 => Answer::accepted/|test(smtp)
an answer in Latin-1 not read|crates/core/src/channel/smtp/response.rs|s/=> Some((code, true, text(words)))/if words.is_ascii() => Some((code, true, text(words)))/|test(smtp)
an answer to nothing believed|crates/core/src/channel/smtp/wire.rs|s/^        self.reader.is_empty()$/        true/|test(smtp_matrix)
redirects followed|crates/core/src/channel/sms.rs|s/.max_redirects(0)/.max_redirects(5)/|test(sms)
an answer lost reads as not sent|crates/core/src/channel/sms.rs|s/reply::of_error(&error, self.mark.is_raised())/reply::of_error(\&error, false)/|test(sms)
body after it was given up|crates/core/src/channel/cutoff.rs|s/self.decide(SENDING) != GIVEN_UP/self.decide(SENDING) <= GIVEN_UP/|test(cutoff)
read then write|crates/core/src/store/conn.rs|s/"BEGIN IMMEDIATE"/"BEGIN DEFERRED"/|test(passages) and test(sqlite)
commits not synced|crates/core/src/store/open/sqlite.rs|s/PRAGMA synchronous = FULL/PRAGMA synchronous = NORMAL/|test(claim) and test(sqlite)
two envois to one address|migrations/sqlite/2026-11-22-100100_messages/up.sql|s/CREATE UNIQUE INDEX envois_adresse/CREATE INDEX envois_adresse/|test(expansion) and test(sqlite)
expansion without token|crates/core/src/store/expansion.rs|s/messages.id = r.id AND messages.jeton = r.jeton/messages.id = r.id/|test(expansion)
an impossible clock|crates/core/src/store/passages.rs|s/let leap = if now + BACKWARD_MAX < last {/let leap = if last < EARLIEST.parse().unwrap_or(last) {/|test(faults::time::impossible)
own deliveries taken back|crates/core/src/store/envois/recover.rs|s/AND proprio <> {passage}/AND (proprio <> {passage} OR true)/|test(faults::time::leaps)
late answers refused|crates/core/src/store/envois/record.rs|s/if kept.len() < outcomes.len() {/if kept.len() > outcomes.len() {/|test(record::) or test(model::an_sms)
a doubt hidden by who stops it|crates/core/src/store/envois.rs|s/WHEN ambigus > 0 THEN 'incertain'/WHEN ambigus > 99 THEN 'incertain'/|test(record::) or test(model::an_email)
a doubt hidden by an intent|crates/core/src/store/envois/announce.rs|s/WHEN ambigus > 0 THEN 'incertain'/WHEN ambigus > 99 THEN 'incertain'/|test(announce::) and test(sqlite)
a doubt without its attempt|crates/core/src/store/envois/record.rs|s/one.verdict == Verdict::Accepte/one.verdict != Verdict::Ambigu/|test(record::) and test(sqlite)
answers not written down|crates/core/src/dispatch/sender.rs|s/journal.append(&delivery, &answer);/let _ = journal;/|test(faults::places)
old answers believed|crates/core/src/dispatch/engine/replay.rs|s/envoi.jeton != line.jeton/envoi.jeton < line.jeton/|test(faults::journal)
answers of another database|crates/core/src/store/envois/sent.rs|s/ AND m.cle = r.cle/ AND r.cle <> ''/|test(faults::journal)
journals of living runs|crates/core/src/dispatch/journal.rs|s/if file.try_lock().is_err()/if file.try_lock().is_err() \&\& path.as_os_str().is_empty()/|test(journal)
a simulation that eats real messages|crates/core/src/dispatch.rs|s/if messages.mode == Mode::Reel {/if messages.mode != Mode::Fichier {/|test(settings::pretend) and test(sqlite)
a run that makes a database|crates/process-scheduled/src/start.rs|s/migrations::open_existing(/migrations::open(/|test(settings::place)
statements prepared through a pool|crates/core/src/store/open/postgres.rs|s/CacheSize::Disabled);/CacheSize::Unbounded);/|test(settings::pool)
refusals of everybody believed|crates/core/src/dispatch/breaker.rs|s/!self.accepted \&\& is_refusal(answer)/false \&\& is_refusal(answer)/|test(smtp::ours) and test(sqlite)
words about the sender taken for the recipient's|crates/core/src/channel/smtp/words.rs|s/let sender = said.names(SENDER)/let sender = !said.names(SENDER)/|test(words)
a limit costs an attempt|crates/core/src/channel/answer.rs|s/if !matches!(cause, Cause::Occupe)/if matches!(cause, Cause::Injoignable)/|test(policy)
the same envoi first each time|crates/core/src/store/envois/claim.rs|s/SET rang = rang + {places}/SET rang = rang + 0 * {places}/|test(sms::ours) and test(sqlite)
a locked account asked each time|crates/core/src/store/canaux.rs|s/Cause::Verrou => times - 1,/Cause::Verrou => return None,/|test(canaux)
old answers after a resend|crates/core/src/store/envois/address.rs|s/renvois = renvois + 1, jeton = jeton + 1/renvois = renvois + 1/|test(faults::journal)
texts kept by number|crates/core/src/dispatch/engine/contents.rs|s/(\*version == envoi.version)/(*version <= envoi.version)/|test(corrected) and test(sqlite)
a text changed under its version|crates/core/src/store/messages/edit.rs|s/messages::jeton.eq(messages::jeton + 1),//|test(model::an_sms)
a late answer beside a close|crates/core/src/store/envois/record.rs|s/conn.load::<Count>(&lock_messages(outcomes))?;//|test(record::) and test(postgres)
a retry ended by its own answer|crates/core/src/store/envois/rule.rs|s/r.etat = 'echec' AND envois.ambigus > 0/r.etat = 'echec'/|test(record::) and test(sqlite)
what a living run finds left|crates/core/src/dispatch/engine/upkeep.rs|s/^        self.replay()?;/        if self.started.elapsed() < TICK { self.replay()?; }/|test(faults::journal) and test(sqlite)
addresses as they were|crates/core/src/store/envois/rule.rs|s/AND envois.tentatives = 0$/AND envois.tentatives < 0/|test(corrected) and test(sqlite)
late SMS at night|crates/core/src/store/envois/quiet.rs|s/AND NOT (tentatives = 0 AND/AND NOT (true AND/|test(quiet) and test(sqlite)
LIST
}

work=$(mktemp -d)
chmod 711 "$work"
trap 'stop_postgres; git worktree remove --force "$work/tree" 2>/dev/null; rm -rf "$work"' EXIT
start_postgres "$work/postgres"
git worktree add --quiet --detach "$work/tree" HEAD
export CARGO_TARGET_DIR=${MUTANTS_TARGET:-$PWD/target/mutants} CARGO_TERM_COLOR=never
cd "$work/tree"

try() { # FILTER: 0 when some test failed, 1 when all passed, 2 when it did not build or no test ran
  local flags=(-p messages-core -p process-scheduled -p messages-testing --features postgres,failpoints)
  cargo nextest run "${flags[@]}" --no-run >"$work/log" 2>&1 || return 2
  local status=0
  cargo nextest run "${flags[@]}" --no-tests fail -E "$1" >"$work/log" 2>&1 || status=$?
  case $status in 0) return 1 ;; 100) return 0 ;; *) return 2 ;; esac
}

tried=0 caught=0
while IFS='|' read -r name file expression filter; do
  if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then continue; fi
  sed -i "$expression" "$file"
  if git diff --quiet; then echo "NOT FOUND  $name: $file has changed" >&2; exit 1; fi
  tried=$((tried + 1))
  status=0
  try "$filter" || status=$?
  case $status in
    0) caught=$((caught + 1)); echo "caught     $name: $(grep -m1 -o 'FAIL.*' "$work/log" | sed 's/ *FAIL *\[[^]]*\] *([^)]*) *//')" ;;
    1) echo "SURVIVED   $name" ;;
    *) echo "NOT TRIED  $name"; tail -20 "$work/log" >&2 ;;
  esac
  git checkout --quiet .
done < <(mutants)
echo "figure: S14 mutants: $caught of $tried caught"
[ "$caught" = "$tried" ]
