//! Addresses of databases and queues. They may hold passwords, so they are shown without.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, Serializer};
use url::{Url, form_urlencoded};

use super::resolver::path_of;
use super::sources::Found;

const FILE: &str = "data/esl.db";
const SQLITE: &str = "sqlite";
const POSTGRES: &[&str] = &["postgres", "postgresql"];
const REDIS: &[&str] = &["redis", "rediss", "redis+unix"];

/// Where a database or queue is. It shows everything but password and options.
#[derive(Clone)]
pub(crate) struct Address {
    address: SecretString,
    shown: String,
}

/// Where jobs are kept unless somebody says otherwise: a file below the current folder.
impl Default for Address {
    fn default() -> Self {
        let path = std::path::absolute(FILE).unwrap_or_else(|_| FILE.into());
        Self::of_path(path.to_str().unwrap_or(FILE))
    }
}

impl Address {
    /// The address of a database: `sqlite:PATH` or `postgres://…`. A path in a file is meant from that
    /// file's folder on.
    pub(super) fn of_database(found: &Found) -> Result<Self, String> {
        match found.text.trim().split_once(':') {
            Some((SQLITE, path)) => Self::of_sqlite(path, found),
            Some((scheme, _)) if POSTGRES.contains(&scheme) => Ok(Self::of_server(&found.text)),
            _ => Err("it must begin with sqlite: or postgres:".to_owned()),
        }
    }

    /// The address of a Postgres database: `postgres://…`.
    pub(super) fn of_postgres(found: &Found) -> Result<Self, String> {
        match found.text.trim().split_once(':') {
            Some((scheme, _)) if POSTGRES.contains(&scheme) => Ok(Self::of_server(&found.text)),
            _ => Err("it must begin with postgres:".to_owned()),
        }
    }

    /// The address of a queue: `redis://…`.
    pub(super) fn of_queue(found: &Found) -> Result<Self, String> {
        match found.text.trim().split_once(':') {
            Some((scheme, _)) if REDIS.contains(&scheme) => Ok(Self::of_server(&found.text)),
            _ => Err("it must begin with redis:".to_owned()),
        }
    }

    fn of_sqlite(path: &str, found: &Found) -> Result<Self, String> {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err("it names no file; write sqlite:data/esl.db".to_owned());
        }
        if path == ":memory:" {
            let problem = "jobs in memory would be gone at once; write sqlite:data/esl.db";
            return Err(problem.to_owned());
        }
        let text = path.to_owned();
        let origin = found.origin.clone();
        let path = path_of(&Found { text, origin })?;
        let path = path.to_str().ok_or("its folder is not UTF-8")?;
        Ok(Self::of_path(path))
    }

    fn of_path(path: &str) -> Self {
        let shown = format!("{SQLITE}:{path}");
        let address = SecretString::from(shown.as_str());
        Self { address, shown }
    }

    fn of_server(text: &str) -> Self {
        let text = text.trim();
        Self {
            address: SecretString::from(text),
            shown: without_secrets(text),
        }
    }

    /// The whole address.
    pub(crate) fn expose(&self) -> &str {
        self.address.expose_secret()
    }

    /// Whether this is the password that it names, before its host or among its options.
    pub(super) fn has_password(&self, password: &str) -> bool {
        let (place, options) = self.expose().split_once('?').unwrap_or((self.expose(), ""));
        let authority = place.split_once("://").map_or("", |(_, rest)| rest);
        let login = authority.rsplit_once('@').map_or("", |(login, _)| login);
        let of_login = login.split_once(':').map(|(_, password)| password);
        let mut options = form_urlencoded::parse(options.as_bytes());
        of_login == Some(password)
            || options.any(|(name, value)| name == "password" && value == password)
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.shown.starts_with(SQLITE)
    }
}

fn without_secrets(text: &str) -> String {
    let scheme = text.split(':').next().unwrap_or_default();
    let Ok(mut url) = Url::parse(text) else {
        return format!("{scheme}:…");
    };
    // An address without a host has no password to take away.
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::origin::Origin;

    fn found(text: &str, origin: Origin) -> Found {
        let text = text.to_owned();
        Found { text, origin }
    }

    fn database(text: &str) -> Result<Address, String> {
        Address::of_database(&found(text, Origin::Variable("DATABASE_URL")))
    }

    #[test]
    fn passwords_are_not_shown() {
        for (text, shown) in [
            (
                "postgres://me:secret@db:5433/esl?sslmode=require",
                "postgres://me@db:5433/esl",
            ),
            (
                "postgres:///esl?host=/run&password=secret",
                "postgres:///esl",
            ),
            ("postgres://me:secret@a:1,b:2/esl", "postgres:…"),
        ] {
            let address = database(text).unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("secret"));
            assert_eq!(address.expose(), text);
        }
    }

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        for (text, has_it) in [
            ("postgres://me:esl@db/esl", true),
            ("postgres://me:esl@a:1,b:2/esl", true),
            ("postgres:///esl?host=/run&password=esl", true),
            ("postgres://esl@db:5432/esl", false),
            ("postgres://esl:other@esl/esl?user=esl", false),
            ("sqlite:esl", false),
        ] {
            assert_eq!(
                database(text).unwrap().has_password("esl"),
                has_it,
                "{text}"
            );
        }
    }

    #[test]
    fn a_file_is_meant_from_where_it_is_written() {
        let file = "/settings/.env".into();
        let name = "DATABASE_URL";
        let origin = Origin::DotEnv {
            name,
            file,
            line: 1,
        };
        let address = Address::of_database(&found("sqlite:data/esl.db", origin)).unwrap();
        assert_eq!(address.expose(), "sqlite:/settings/data/esl.db");
        assert!(address.is_sqlite());
    }

    #[test]
    fn other_addresses_are_refused_unrepeated() {
        for text in [
            "mysql://secret",
            "secret",
            "sqlite:",
            "sqlite::memory:",
            "redis://secret",
        ] {
            assert!(!database(text).unwrap_err().contains("secret"));
        }
        let queue = found("postgres://secret", Origin::BuiltIn);
        assert!(Address::of_queue(&queue).is_err());
    }
}
