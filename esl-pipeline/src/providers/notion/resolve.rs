//! From what people call a data source to its id.

use std::fmt;

use esl_core::ports::NotionError;
use esl_core::{Classify, DataSourceId, ErrorKind, Retry};

use super::client::Call;
use super::wire::List;
use super::wire::pages::Page;
use super::wire::sources::{DataSource, Database, SourceName, search};
use super::{NotionWorkspace, PAGE_SIZE};

/// Pages of search results that are looked through.
const MAX_RESULT_PAGES: usize = 10;

/// Databases that are looked at to tell data sources of the same name apart.
const MAX_DATABASES: usize = 20;

/// What was asked for: a database, data source or page, and perhaps a data source in it.
pub(super) type Question = (String, Option<String>);

/// What an id is most likely of. Nothing else is ruled out: it is only looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceKind {
    /// A database.
    Database,
    /// A data source of a database.
    DataSource,
}

impl SourceKind {
    const fn other(self) -> Self {
        match self {
            Self::Database => Self::DataSource,
            Self::DataSource => Self::Database,
        }
    }
}

/// There is not exactly one data source of that name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Nothing of that name is shared with the integration.
    #[error("no data source {asked:?} is shared with the integration")]
    NotFound {
        /// The name or id that was asked for.
        asked: String,
    },
    /// Several are.
    #[error("{asked:?} may be any of {}", listed(choices))]
    Ambiguous {
        /// The name or id that was asked for.
        asked: String,
        /// What it may be.
        choices: Vec<SourceChoice>,
    },
    /// Notion could not be asked.
    #[error(transparent)]
    Notion(#[from] NotionError),
}

/// A data source that may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChoice {
    /// Its id.
    pub id: DataSourceId,
    /// Its name; may be empty.
    pub name: String,
}

impl fmt::Display for SourceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.trim() {
            "" => write!(f, "{}", self.id),
            name => write!(f, "{name:?} ({})", self.id),
        }
    }
}

fn listed(choices: &[SourceChoice]) -> String {
    let choices: Vec<_> = choices.iter().map(ToString::to_string).collect();
    choices.join(", ")
}

impl Classify for SourceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } | Self::Ambiguous { .. } => ErrorKind::Configuration,
            Self::Notion(error) => error.kind(),
        }
    }

    fn retry(&self) -> Retry {
        match self {
            Self::NotFound { .. } | Self::Ambiguous { .. } => Retry::Never,
            Self::Notion(error) => error.retry(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { .. } => Some(
                "in Notion, open the database, choose ••• › Connections and add the integration; \
                 then name it by its title, its id or its link"
                    .to_owned(),
            ),
            Self::Ambiguous { .. } => Some("use the id of the one that is meant".to_owned()),
            Self::Notion(error) => error.hint(),
        }
    }
}

impl From<SourceName> for SourceChoice {
    fn from(source: SourceName) -> Self {
        Self {
            id: source.id,
            name: source.name,
        }
    }
}

impl NotionWorkspace {
    /// The data source that `asked` means: the title, id or link of a database or data source, or
    /// the link of a page in one; an id is looked for among things of its `kind` first. `source`
    /// names the one that is meant in a database with several. Upper and lower case do not matter.
    ///
    /// # Errors
    /// [`SourceError`] if that is not exactly one, or Notion cannot be asked.
    pub async fn find_source(
        &self,
        asked: &str,
        kind: SourceKind,
        source: Option<&str>,
    ) -> Result<DataSourceId, SourceError> {
        let asked = asked.trim();
        let source = source.map(str::trim).filter(|name| !name.is_empty());
        let question = (asked.to_owned(), source.map(str::to_owned));
        let search = async {
            let choices = match DataSourceId::parse(asked) {
                Ok(id) => self.sources_under(id, kind, source).await?,
                Err(_) => self.sources_named(asked, source).await?,
            };
            only(asked, choices)
        };
        self.sources.get(question, search).await
    }

    /// The data sources that an id of a data source, database or page leads to.
    async fn sources_under(
        &self,
        id: DataSourceId,
        kind: SourceKind,
        name: Option<&str>,
    ) -> Result<Vec<SourceChoice>, NotionError> {
        for kind in [kind, kind.other()] {
            let found = match kind {
                SourceKind::Database => self.sources_in(id, name).await?,
                SourceKind::DataSource => self.data_source(id).await?,
            };
            if let Some(found) = found {
                return Ok(found);
            }
        }
        let page = self.read::<Page>("pages", id).await?;
        let id = page.and_then(|page| page.parent["data_source_id"].as_str()?.parse().ok());
        let name = String::new();
        Ok(id.map(|id| SourceChoice { id, name }).into_iter().collect())
    }

    /// The data source itself, unless it is in the trash; `None` if the id is of something else. Its
    /// schema is known from then on.
    async fn data_source(
        &self,
        id: DataSourceId,
    ) -> Result<Option<Vec<SourceChoice>>, NotionError> {
        let Some(found) = self.read::<DataSource>("data_sources", id).await? else {
            return Ok(None);
        };
        if found.in_trash {
            return Ok(Some(Vec::new()));
        }
        let choice = choice(&found);
        self.schemas.put(choice.id, found.into_schema()).await;
        Ok(Some(vec![choice]))
    }

    /// The data sources of a database, or the one of this name; `None` if the id is of something
    /// else.
    async fn sources_in(
        &self,
        id: DataSourceId,
        name: Option<&str>,
    ) -> Result<Option<Vec<SourceChoice>>, NotionError> {
        let Some(database) = self.read::<Database>("databases", id).await? else {
            return Ok(None);
        };
        let sources = if database.in_trash {
            Vec::new()
        } else {
            database.data_sources
        };
        let is_meant = |source: &SourceName| name.is_none_or(|name| is_same(&source.name, name));
        let meant = sources.into_iter().filter(is_meant);
        Ok(Some(meant.map(Into::into).collect()))
    }

    /// Something by its id; `None` if the id is of something else.
    async fn read<T: serde::de::DeserializeOwned>(
        &self,
        kind: &str,
        id: DataSourceId,
    ) -> Result<Option<T>, NotionError> {
        let call = Call::get("look for the data source", format!("/v1/{kind}/{id}"));
        match self.client.call(call.about("data source", &id)).await {
            Ok(found) => Ok(Some(found)),
            Err(NotionError::NotFound { .. } | NotionError::Refused { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The data sources of a title, or those called `source` in databases of that title.
    async fn sources_named(
        &self,
        title: &str,
        source: Option<&str>,
    ) -> Result<Vec<SourceChoice>, NotionError> {
        let found = self.search(source.unwrap_or(title)).await?;
        if source.is_none() {
            return Ok(found.iter().map(choice).collect());
        }
        let mut choices = Vec::new();
        for found in found.into_iter().take(MAX_DATABASES) {
            let database = match found.database() {
                Some(id) => self.read::<Database>("databases", id).await?,
                None => None,
            };
            if database.is_some_and(|database| is_same(&database.title(), title)) {
                choices.push(choice(&found));
            }
        }
        Ok(choices)
    }

    async fn search(&self, title: &str) -> Result<Vec<DataSource>, NotionError> {
        let (mut found, mut cursor) = (Vec::new(), None);
        for _ in 0..MAX_RESULT_PAGES {
            let body = search(title, PAGE_SIZE, cursor);
            let call = Call::post("search data sources", "/v1/search".to_owned(), body);
            let mut list: List<DataSource> = self.client.call(call).await?;
            cursor = list.next();
            let is_meant =
                |source: &DataSource| !source.in_trash && is_same(&source.title(), title);
            found.extend(list.results.into_iter().filter(is_meant));
            if cursor.is_none() {
                break;
            }
        }
        Ok(found)
    }
}

fn choice(source: &DataSource) -> SourceChoice {
    SourceChoice {
        id: source.id,
        name: source.title(),
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn only(asked: &str, choices: Vec<SourceChoice>) -> Result<DataSourceId, SourceError> {
    let asked = asked.to_owned();
    match &*choices {
        [] => Err(SourceError::NotFound { asked }),
        [choice] => Ok(choice.id),
        _ => Err(SourceError::Ambiguous { asked, choices }),
    }
}
