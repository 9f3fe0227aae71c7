//! The settings of Notion.

use std::ops::RangeInclusive;
use std::time::Duration;

use esl_pipeline::providers::http::BaseUrl;
use esl_pipeline::providers::notion::SourceKind;
use secrecy::SecretString;

use super::Typed;
use super::keys::{self, Key};
use super::parse::{self, DatabaseChoice};
use super::resolver::Resolver;

/// The account, and where in it pages are made.
#[derive(Debug)]
pub(crate) struct NotionSettings {
    /// Without one the pages are local files.
    pub(crate) token: Option<SecretString>,
    pub(crate) target: Target,
    /// The databases on offer where a person is asked.
    pub(crate) databases: Vec<DatabaseChoice>,
    /// Where the students' pages are, by id or address.
    pub(crate) students: Option<String>,
    pub(crate) base_url: Option<BaseUrl>,
    /// How long a request may take, and may have an effect without an answer.
    pub(crate) timeout: Duration,
    pub(crate) colorizer: ColorizerSettings,
}

/// How pages that exist are coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColorizerSettings {
    /// The pause after each request.
    pub(crate) pause: Duration,
    /// How often a request is sent.
    pub(crate) attempts: u32,
    /// The pause before the second time.
    pub(crate) delay: Duration,
}

/// Where pages are made, as the user says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Target {
    /// A database by id or address.
    pub(crate) database: Option<String>,
    /// A database by name.
    pub(crate) database_name: Option<String>,
    /// A data source by id or address.
    pub(crate) data_source: Option<String>,
    /// A data source of the database by name.
    pub(crate) data_source_name: Option<String>,
    /// Whether it was typed, so that no student's profile says otherwise.
    pub(crate) is_typed: bool,
}

impl Target {
    /// What a data source is looked for by, and what that is most likely of.
    pub(crate) fn asked(&self) -> Option<(&str, SourceKind)> {
        let data_source = self.data_source.as_deref();
        let database = self.database.as_deref().or(self.database_name.as_deref());
        let data_source = data_source.map(|asked| (asked, SourceKind::DataSource));
        data_source.or(database.map(|asked| (asked, SourceKind::Database)))
    }
}

pub(super) fn resolve(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> NotionSettings {
    let token = resolver.secret(&keys::NOTION_TOKEN);
    let target = target(resolver, typed);
    let students = resolver.optional(&keys::NOTION_STUDENTS, None, parse::text);
    let databases = resolver.optional(&keys::NOTION_DATABASES, None, parse::databases);
    let label = resolver.or(
        &keys::NOTION_DATABASE_LABEL,
        None,
        parse::text,
        "Primary database".to_owned(),
    );
    let databases = databases.map_or_else(
        || {
            let id = target.database.clone();
            let name = label.value.clone();
            id.map(|id| DatabaseChoice { id, name })
                .into_iter()
                .collect()
        },
        |set| set.value,
    );
    let base_url = resolver.optional(&keys::NOTION_BASE_URL, None, parse::address);
    NotionSettings {
        token,
        target,
        databases,
        students: students.map(|set| set.value),
        base_url: base_url.map(|set| set.value.0),
        timeout: millis(resolver, &keys::NOTION_TIMEOUT, 1_000..=600_000, 60_000),
        colorizer: colorizer(resolver),
    }
}

/// What is typed replaces all of it: a typed name must not meet an id of the environment.
fn target(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> Target {
    let Typed {
        database,
        database_name,
        data_source,
        data_source_name,
        ..
    } = typed;
    let is_typed = database.is_some() || database_name.is_some() || data_source.is_some();
    let mut part = |key, typed: Option<&str>| {
        let setting = resolver.optional(key, typed.map(str::to_owned), parse::text);
        setting
            .filter(|_| typed.is_some() || !is_typed)
            .map(|set| set.value)
    };
    Target {
        database: part(&keys::NOTION_DATABASE, *database),
        database_name: part(&keys::NOTION_DATABASE_NAME, *database_name),
        data_source: part(&keys::NOTION_DATA_SOURCE, *data_source),
        data_source_name: part(&keys::NOTION_DATA_SOURCE_NAME, *data_source_name),
        is_typed,
    }
}

fn colorizer(resolver: &mut Resolver<'_>) -> ColorizerSettings {
    let attempts = parse::number(1..=20);
    ColorizerSettings {
        pause: millis(resolver, &keys::COLORIZER_THROTTLE, 0..=60_000, 0),
        attempts: resolver
            .or(&keys::COLORIZER_ATTEMPTS, None, attempts, 5)
            .value,
        delay: millis(resolver, &keys::COLORIZER_DELAY, 0..=60_000, 350),
    }
}

fn millis(
    resolver: &mut Resolver<'_>,
    key: &'static Key,
    range: RangeInclusive<u64>,
    built_in: u64,
) -> Duration {
    let set = resolver.or(key, None, parse::number(range), built_in);
    Duration::from_millis(set.value)
}
