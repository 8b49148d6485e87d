//! What travels between us and PostgreSQL: whether it is encrypted, and what this build can do about it.
//!
//! The libpq inside the plain build has no TLS. Built without the feature `bundled-libpq` the system's libpq is linked, which has.

use std::net::IpAddr;

use diesel::prelude::*;

use super::connection::{Conn, Target};
use super::{StoreError, one_line};

/// Whether this build can encrypt what it sends to PostgreSQL.
const SPEAKS_TLS: bool = !cfg!(feature = "bundled-libpq");

const BUILD: &str = "This build of Rundbrief cannot speak TLS to PostgreSQL: build it with \"cargo build --release \
    --no-default-features\", which links the system's libpq (apt install libpq-dev)";

#[derive(diesel::QueryableByName)]
struct Wire {
    /// Empty for a Unix socket.
    #[diesel(sql_type = diesel::sql_types::Text)]
    client: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    server: String,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    encrypted: bool,
}

/// What libpq or the server says about a connection that failed, and what to do where this build is the reason.
pub(super) fn advised(said: &str) -> String {
    let wants_tls = said.contains("SSL support is not compiled in") || said.contains("no encryption");
    if wants_tls && !SPEAKS_TLS { format!("{said}. {BUILD}") } else { said.to_owned() }
}

/// In words: what is sent can be read on the way. The server is asked, so it does not matter where the connection's settings
/// come from: URL, environment or a service file.
pub(super) fn in_clear(conn: &mut Conn, target: &Target) -> Result<Option<String>, StoreError> {
    let Conn::Postgres(c) = conn else { return Ok(None) };
    let wire: Wire = diesel::sql_query(
        "SELECT coalesce(host(inet_client_addr()), '') AS client, coalesce(host(inet_server_addr()), '') AS server, \
         coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted",
    )
    .get_result(c)?;
    if wire.encrypted || stays_here(&wire.client, &wire.server) {
        return Ok(None);
    }
    let advice = if SPEAKS_TLS {
        "Let the server speak TLS, and put sslmode=verify-full into database.url".to_owned()
    } else {
        one_line(&format!("{BUILD}, and put sslmode=verify-full into database.url"))
    };
    Ok(Some(format!(
        "{target} is on another machine and the connection is not encrypted: whoever is on the way reads names and addresses. {advice}"
    )))
}

/// Whether what is sent stays on this machine.
fn stays_here(client: &str, server: &str) -> bool {
    client == server || client.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_loopback_and_ones_own_address_stay_here() {
        for (client, server) in
            [("", ""), ("127.0.0.1", "127.0.0.1"), ("127.0.0.3", "127.0.0.1"), ("::1", "::1"), ("10.0.0.5", "10.0.0.5")]
        {
            assert!(stays_here(client, server), "{client} {server}");
        }
        for (client, server) in [("10.0.0.5", "10.0.0.6"), ("2001:db8::1", "2001:db8::2"), ("172.17.0.2", "172.17.0.1")] {
            assert!(!stays_here(client, server), "{client} {server}");
        }
    }

    #[test]
    fn who_asks_for_tls_where_there_is_none_hears_how_to_get_it() {
        for said in [
            "sslmode value \"require\" invalid when SSL support is not compiled in",
            "FATAL: no pg_hba.conf entry for host \"10.0.0.5\", user \"r\", database \"r\", no encryption",
        ] {
            assert_eq!(advised(said).contains("--no-default-features"), !SPEAKS_TLS, "{said}");
        }
        assert_eq!(advised("password authentication failed"), "password authentication failed");
    }
}
