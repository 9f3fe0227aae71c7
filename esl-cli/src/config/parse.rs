//! From text to values. An error says what would be right; it never repeats the text.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;
#[cfg(feature = "jobs")]
use esl_jobs::notify::webhook::IpNet;
use esl_pipeline::providers::elevenlabs::OutputFormat;
use esl_pipeline::providers::http::BaseUrl;
use esl_pipeline::providers::openai_speech::SpeechFormat;
use serde::{Serialize, Serializer};

/// Any text.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of the readers, which may fail"
)]
pub(super) fn text(text: &str) -> Result<String, String> {
    Ok(text.trim().to_owned())
}

/// A path, from the current folder on.
pub(super) fn path(text: &str) -> Result<PathBuf, String> {
    std::path::absolute(text).map_err(|error| error.to_string())
}

/// Yes or no.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.trim().to_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

/// A number within `range`.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl Fn(&str) -> Result<T, String>
where
    T: FromStr + PartialOrd + Display,
{
    move |text| match text.trim().parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => {
            let (least, most) = (range.start(), range.end());
            Err(format!("it must be a number from {least} to {most}"))
        }
    }
}

/// One of a few words.
pub(super) fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text.trim(), true).map_err(|_| {
        let values = T::value_variants().iter().filter_map(T::to_possible_value);
        let names: Vec<_> = values.map(|value| value.get_name().to_owned()).collect();
        format!("it must be one of {}", names.join(", "))
    })
}

/// A value that is shown as it is written.
#[derive(Debug, Clone)]
pub(super) struct Written<T>(pub(super) T);

impl<T: Display> Serialize for Written<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The address of a service: http or https, without a password, which would show up in logs.
pub(super) fn address(text: &str) -> Result<Written<BaseUrl>, String> {
    let address = BaseUrl::parse(text).map_err(|error| error.to_string());
    Ok(Written(address?))
}

/// A format of sound.
pub(super) fn format(text: &str) -> Result<Written<OutputFormat>, String> {
    let format = text.trim().parse();
    let unknown = |_| "it must be a format of the ElevenLabs API, such as mp3_44100_128".to_owned();
    Ok(Written(format.map_err(unknown)?))
}

/// What an OpenAI-compatible server is asked for.
pub(super) fn speech_format(text: &str) -> Result<SpeechFormat, String> {
    text.parse().map_err(|_| "it must be mp3 or wav".to_owned())
}

/// Two letters of ISO 639-1.
pub(super) fn language(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    match is_code {
        true => Ok(text.to_owned()),
        false => Err("it must be two lower-case letters, such as en".to_owned()),
    }
}

/// Items joined by commas.
#[expect(
    clippy::unnecessary_wraps,
    reason = "one of the readers, which may fail"
)]
pub(super) fn list(text: &str) -> Result<Vec<String>, String> {
    let items = text.split(',').map(str::trim);
    let items = items.filter(|item| !item.is_empty());
    Ok(items.map(str::to_owned).collect())
}

/// A host and a port to listen on.
pub(super) fn listen(text: &str) -> Result<String, String> {
    let text = text.trim();
    let parts = text.rsplit_once(':');
    match parts.filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()) {
        Some(_) => Ok(text.to_owned()),
        None => Err("it must be a host and a port such as 127.0.0.1:9464".to_owned()),
    }
}

/// Networks in CIDR notation, joined by commas.
#[cfg(feature = "jobs")]
pub(super) fn networks(text: &str) -> Result<Vec<Written<IpNet>>, String> {
    let networks = list(text)?
        .into_iter()
        .map(|item| item.parse().map(Written));
    let networks: Result<_, _> = networks.collect();
    networks.map_err(|_| "it must be a list of networks such as 10.0.0.0/8,fd00::/8".to_owned())
}

/// A database on offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct DatabaseChoice {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// `id[:name],…`, each id once. The name is the id unless given; further colons belong to it.
pub(super) fn databases(text: &str) -> Result<Vec<DatabaseChoice>, String> {
    let mut known = BTreeSet::new();
    let mut databases = Vec::new();
    for item in list(text)? {
        let (id, name) = item.split_once(':').unwrap_or((&item, ""));
        let (id, name) = (id.trim().to_owned(), name.trim());
        let name = if name.is_empty() { &id } else { name }.to_owned();
        if id.is_empty() {
            return Err("it must be a list like id:name,id:name".to_owned());
        }
        if known.insert(id.clone()) {
            databases.push(DatabaseChoice { id, name });
        }
    }
    Ok(databases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_have_many_words() {
        for text in ["1", "TRUE", "yes", " on "] {
            assert_eq!(switch(text), Ok(true), "{text}");
        }
        for text in ["0", "False", "no", "OFF"] {
            assert_eq!(switch(text), Ok(false), "{text}");
        }
        assert!(switch("maybe").is_err());
    }

    #[test]
    fn numbers_keep_to_their_range() {
        assert_eq!(number(1..=9)("9"), Ok(9));
        for text in ["0", "10", "1e1", "0x1", "", "1.5"] {
            assert_eq!(
                number(1..=9)(text).unwrap_err(),
                "it must be a number from 1 to 9"
            );
        }
        assert!(number(0.0..=1.0)("NaN").is_err());
    }

    #[test]
    fn an_address_has_no_password() {
        assert!(address("http://127.0.0.1:8080/notion").is_ok());
        for text in [
            "ftp://x",
            "x",
            "http://",
            "https://me:secret@x",
            "https://me@x",
        ] {
            let error = address(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn to_listen_takes_a_host_and_a_port() {
        for text in ["127.0.0.1:9464", "localhost:0", "[::1]:9464"] {
            assert_eq!(listen(text).as_deref(), Ok(text));
        }
        for text in ["9464", ":9464", "localhost", "localhost:99999"] {
            assert!(listen(text).is_err(), "{text}");
        }
    }

    #[cfg(feature = "jobs")]
    #[test]
    fn networks_are_written_with_their_lengths() {
        assert_eq!(networks("10.0.0.0/8, ::1/128").unwrap().len(), 2);
        for text in ["10.0.0.0", "10.0.0.0/33", "intranet"] {
            assert!(networks(text).is_err(), "{text}");
        }
    }

    #[test]
    fn databases_have_names_with_colons() {
        let named = |id: &str, name: &str| DatabaseChoice {
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let read = databases("a, b:B: the second ,a:again");
        assert_eq!(read, Ok(vec![named("a", "a"), named("b", "B: the second")]));
        assert!(databases(":x").is_err());
    }
}
