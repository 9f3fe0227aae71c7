//! Where the database is, and how the way to it is protected.

use std::str::FromStr;
use std::time::Duration;

use esl_core::ports::StoreError;
use percent_encoding::percent_decode_str;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls::{self, Authorities, Proof};

/// How long to wait for a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A transaction whose client was forgotten holds others up for so long at most.
const FORGOTTEN: &str = "-c idle_in_transaction_session_timeout=30000";

/// How to connect.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads a connection URL. No network is involved.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, protection) = Protection::taken_from(url)?;
        let mut config = Config::from_str(&url).map_err(|error| {
            // The library's message never repeats the URL, which may hold a password.
            problem(&format!("its address is no Postgres URL: {error}"))
        })?;
        config.connect_timeout(PATIENCE);
        if config.get_application_name().is_none() {
            config.application_name("esl-jobs");
        }
        if config.get_options().is_none() {
            config.options(FORGOTTEN);
        }
        let has_sockets_only = are_all(&config, |host| matches!(host, Host::Unix(_)));
        config.ssl_mode(match has_sockets_only {
            // They are not encrypted, whatever is asked for (libpq's manual, "SSL Support").
            true => SslMode::Disable,
            false => protection.mode,
        });
        let tls = tls::connector(protection.proof)?;
        Ok(Self { config, tls })
    }

    /// Whether what is sent may be read by others on the way.
    pub(super) fn may_be_overheard(&self) -> bool {
        let insists = self.config.get_ssl_mode() == SslMode::Require;
        !insists && !are_all(&self.config, is_on_this_machine)
    }
}

fn are_all(config: &Config, is_so: impl Fn(&Host) -> bool) -> bool {
    config.get_hosts().iter().all(is_so)
}

fn is_on_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        Host::Unix(_) => true,
    }
}

/// What `sslmode` and `sslrootcert` ask for, in libpq's words.
#[derive(Debug, PartialEq, Eq)]
struct Protection {
    mode: SslMode,
    proof: Proof,
}

impl Protection {
    /// Takes both out of a URL: the library knows the one in part and the other not at all.
    fn taken_from(url: &str) -> Result<(String, Self), StoreError> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut root) = (None, None);
        let mut rest = Vec::new();
        for parameter in query.split('&').filter(|text| !text.is_empty()) {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let value = || percent_decode_str(value).decode_utf8_lossy().into_owned();
            match name {
                "sslmode" => mode = Some(value()),
                "sslrootcert" => root = Some(value()),
                _ => rest.push(parameter),
            }
        }
        let protection = Self::of(mode.as_deref(), root)?;
        Ok((format!("{place}?{}", rest.join("&")), protection))
    }

    fn of(mode: Option<&str>, root: Option<String>) -> Result<Self, StoreError> {
        let is_system = root.as_deref() == Some("system");
        let named = root.map(|path| match is_system {
            true => Authorities::System,
            false => Authorities::File(path),
        });
        let weakest = if is_system { "verify-full" } else { "prefer" };
        let authorities = || named.clone().unwrap_or(Authorities::System);
        let if_named = || named.clone().map_or(Proof::Nothing, Proof::Vouched);
        let (mode, proof) = match mode.unwrap_or(weakest) {
            "verify-full" => (SslMode::Require, Proof::Named(authorities())),
            _ if is_system => {
                return Err(problem("sslrootcert=system goes with sslmode=verify-full"));
            }
            "verify-ca" => (SslMode::Require, Proof::Vouched(authorities())),
            "require" => (SslMode::Require, if_named()),
            "prefer" => (SslMode::Prefer, if_named()),
            "disable" => (SslMode::Disable, Proof::Nothing),
            _ => {
                let problem = "sslmode is disable, prefer, require, verify-ca or verify-full";
                return Err(self::problem(problem));
            }
        };
        Ok(Self { mode, proof })
    }
}

fn problem(problem: &str) -> StoreError {
    StoreError::Configuration {
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(query: &str) -> Protection {
        let url = format!("postgres://me@db.example.com/esl?{query}");
        Protection::taken_from(&url).unwrap().1
    }

    #[test]
    fn modes_mean_what_libpq_means() {
        let (prefer, require) = (SslMode::Prefer, SslMode::Require);
        let file = || Authorities::File("/etc/ca.pem".into());
        let system = || Authorities::System;
        for (query, mode, proof) in [
            ("", prefer, Proof::Nothing),
            ("sslmode=disable", SslMode::Disable, Proof::Nothing),
            ("sslmode=require", require, Proof::Nothing),
            (
                "sslmode=require&sslrootcert=/etc/ca.pem",
                require,
                Proof::Vouched(file()),
            ),
            (
                "sslrootcert=%2Fetc%2Fca.pem",
                prefer,
                Proof::Vouched(file()),
            ),
            (
                "sslmode=verify-ca&sslrootcert=/etc/ca.pem",
                require,
                Proof::Vouched(file()),
            ),
            (
                "sslmode=verify-full&sslrootcert=/etc/ca.pem",
                require,
                Proof::Named(file()),
            ),
            ("sslmode=verify-full", require, Proof::Named(system())),
            ("sslrootcert=system", require, Proof::Named(system())),
        ] {
            assert_eq!(protection(query), Protection { mode, proof }, "{query}");
        }
        for query in ["sslmode=perhaps", "sslmode=require&sslrootcert=system"] {
            let url = format!("postgres://db.example.com/esl?{query}");
            assert!(Protection::taken_from(&url).is_err(), "{query}");
        }
    }

    #[test]
    fn the_rest_of_the_url_stays_as_it_is() {
        let url = "postgres:///esl?host=/run/pg&sslmode=disable&user=me";
        let (rest, _) = Protection::taken_from(url).unwrap();
        assert_eq!(rest, "postgres:///esl?host=/run/pg&user=me");
    }

    #[test]
    fn only_what_leaves_the_machine_can_be_overheard() {
        for (url, is_overheard) in [
            ("postgres:///esl?host=/run/pg&sslmode=require", false),
            ("postgres://localhost/esl", false),
            ("postgres://127.0.0.1/esl?sslmode=disable", false),
            ("postgres://db.example.com/esl", true),
            ("postgres://db.example.com/esl?sslmode=require", false),
            ("postgres://localhost,db.example.com/esl", true),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!(address.may_be_overheard(), is_overheard, "{url}");
        }
    }
}
