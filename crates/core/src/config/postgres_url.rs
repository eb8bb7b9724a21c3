//! Whether a PostgreSQL URL says what was meant (RFC 3986, as libpq reads it).
//!
//! A password with `@`, `/`, `%`… written as it is cuts the URL at another place: the server's
//! name is then a piece of the password, and libpq's errors show it. So such an URL never gets as
//! far as libpq, and none of it is shown here.

const ENCODE: &str = "un caractère spécial du nom ou du mot de passe doit être encodé : encodez @ \
                      en %40, / en %2F, ? en %3F, # en %23, : en %3A, % en %25";

/// What is wrong with the URL, without any part of it.
pub(super) fn fault(url: &str) -> Option<&'static str> {
    let (_, rest) = url.split_once("://")?;
    (!is_encoded(rest) || !has_its_parts(rest)).then_some(ENCODE)
}

/// The URL for a command line that others may see: without a password; of another database of the same
/// server, if one is named.
pub(super) fn shown(url: &str, database: Option<&str>) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, named) = place.split_once('/').unwrap_or((place, ""));
    let authority = match authority.split_once('@') {
        Some((user, hosts)) => {
            let user = user.split_once(':').map_or(user, |(user, _)| user);
            format!("{user}@{hosts}")
        }
        None => authority.to_owned(),
    };
    let is_left_out = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        name.is_empty() || name.ends_with("password") || (name == "dbname" && database.is_some())
    };
    let query: Vec<&str> = query.split('&').filter(|one| !is_left_out(one)).collect();
    let database = database.unwrap_or(named);
    let sign = if query.is_empty() { "" } else { "?" };
    format!("{scheme}://{authority}/{database}{sign}{}", query.join("&"))
}

/// Every `%` begins two hexadecimal digits that are no NUL.
fn is_encoded(text: &str) -> bool {
    text.split('%').skip(1).all(|after| {
        let digits = after.get(..2).unwrap_or_default();
        digits.bytes().all(|b| b.is_ascii_hexdigit()) && digits.len() == 2 && digits != "00"
    })
}

/// `[user[:password]@][host[:port][,…]][/database][?name=value&…]`
fn has_its_parts(rest: &str) -> bool {
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let (user, hosts) = authority.split_once('@').unwrap_or(("", authority));
    let plain = |text: &str| !text.contains(['@', '#', '/']) && !text.contains(char::is_whitespace);
    !user.contains(['#', '[', ']'])
        && user.matches(':').count() <= 1
        && plain(database)
        && hosts.split(',').all(is_host)
        && (query.is_empty() || query.split('&').all(is_parameter))
        && (authority.contains('@') || !query.contains('@'))
}

/// A name, an address (IPv6 in brackets) or an encoded folder, and perhaps a port.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((v6, port)) if v6.parse::<std::net::Ipv6Addr>().is_ok() => ("", port),
        Some(_) => return false,
        None => match text.split_once(':') {
            Some((host, _)) => (host, text.get(host.len()..).unwrap_or_default()),
            None => (text, ""),
        },
    };
    let named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '%');
    let digits = |port: &str| port.is_empty() || port.parse::<u16>().is_ok();
    host.chars().all(named) && (port.is_empty() || port.strip_prefix(':').is_some_and(digits))
}

fn is_parameter(text: &str) -> bool {
    text.split_once('=')
        .is_some_and(|(name, value)| !name.is_empty() && !value.contains(['=', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_is_not_encoded_is_told_of_without_showing_it() {
        for url in [
            "postgres://e:p@ss#1@localhost/m",
            "postgres://e:50%off@localhost/m",
            "postgres://e:100%@localhost/m",
            "postgres://e:a%00b@localhost/m",
            "postgres://e:p@ss@localhost/m",
            "postgres://e:pa/ss@localhost/m",
            "postgres://e:p/a@ss@localhost/m",
            "postgres://e:pa?ss@localhost/m",
            "postgres://e:p?a=ss@localhost/m",
            "postgres://e:pa#ss@localhost/m",
            "postgres://e:p:ss@localhost/m",
            "postgres://e:p[ss@localhost/m",
            "postgres://ecole@lycee:pass@localhost/m",
            "postgres://e:secret:5432/m",
            "postgres://e:secret/m",
            "postgres://localhost/m?password=50%off",
            "postgres://localhost/m?password=a&b",
            "postgres://localhost/m?password=a#b",
            "postgresql://e:ss@[::1/m",
        ] {
            assert_eq!(fault(url), Some(ENCODE), "{url}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for (url, expected) in [
            ("postgres://e:p%40ss@h/m", "postgres://e@h/m"),
            (
                "postgres://e@h1:5432,h2/m?sslmode=require",
                "postgres://e@h1:5432,h2/m?sslmode=require",
            ),
            (
                "postgres:///m?password=x&host=/tmp&sslpassword=y",
                "postgres:///m?host=/tmp",
            ),
            ("postgres://h", "postgres://h/"),
        ] {
            assert_eq!(shown(url, None), expected);
        }
        assert_eq!(
            shown("postgres://e:p@h/m?dbname=x", Some("n")),
            "postgres://e@h/n"
        );
    }

    #[test]
    fn what_libpq_takes_is_taken() {
        for url in [
            "postgres://localhost/m",
            "postgres:///m",
            "postgres://",
            "postgres://messages@127.0.0.1:5432/postgres",
            "postgres://e:p%40ss%231@localhost/m",
            "postgres://e:pa$$-_.!*'()+,;=~&word@localhost/m",
            "postgres://e:mot de passe@localhost/m",
            "postgres://e:é@localhost/m",
            "postgres://e@h1:5432,h2:5433/m?target_session_attrs=any",
            "postgres://e@[::1]:5432/m",
            "postgres://%2Fvar%2Frun%2Fpostgresql/m",
            "postgres:///postgres?host=/tmp/x&user=messages",
            "postgres://h/m?options=-csearch_path%3Dtest_1%20-cenable_sort%3Doff",
            "postgresql://e:p@serveur.ecole.fr/m?sslmode=verify-full&sslrootcert=/etc/ca.pem",
        ] {
            assert_eq!(fault(url), None, "{url}");
        }
    }
}
