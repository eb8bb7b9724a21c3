//! Relays that others wrote, as Debian packages them and as schools meet them: logins, TLS, and
//! restrictions on sender, HELO and recipients. Each is started once and serves several scenes.

mod bounces;
mod exim;
mod limits;
mod opensmtpd;
mod postfix;
mod recipients;
mod restrictions;
mod scene;
