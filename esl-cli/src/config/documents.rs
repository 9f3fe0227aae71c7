//! Where presets, student profiles, voice map and voice catalog come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use esl_core::ports::ConfigDocument;
use esl_pipeline::providers::http::BaseUrl;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::json;

use super::keys::{self, Key};
use super::origin::{Origin, Setting};
use super::resolver::{Resolver, path_of};
use super::{Typed, parse};

/// The folder below the current one that may hold settings files.
const LOCAL_CONFIGS: &str = "configs";

/// Where the documents of this user are.
#[derive(Debug)]
pub(crate) struct DocumentSettings {
    /// What this machine has. It beats the service.
    pub(crate) local: BTreeMap<ConfigDocument, Place>,
    /// A service that has the others.
    pub(crate) service: Option<ServiceSettings>,
}

/// Where a document of this machine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In this file, or the files of this folder.
    Path(PathBuf),
    /// In `esl.toml`, as JSON.
    Inline { text: String, file: PathBuf },
}

/// A service that holds documents.
#[derive(Debug)]
pub(crate) struct ServiceSettings {
    pub(crate) endpoint: BaseUrl,
    pub(crate) token: Option<SecretString>,
    pub(crate) paths: BTreeMap<ConfigDocument, String>,
    /// Whether an old answer is better than none.
    pub(crate) stale_if_error: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
enum Provider {
    Local,
    #[value(alias = "remote")]
    Http,
}

pub(super) fn resolve(resolver: &mut Resolver<'_>, typed: &Typed<'_>) -> DocumentSettings {
    let service = service(resolver);
    let folders = Folders::of(resolver);
    let mut local = BTreeMap::new();
    for (document, key, typed) in [
        (ConfigDocument::Presets, &keys::FILES_PRESETS, typed.presets),
        (ConfigDocument::Students, &keys::FILES_STUDENTS, None),
        (ConfigDocument::VoiceMap, &keys::FILES_VOICES, typed.voices),
        (ConfigDocument::VoiceCatalog, &keys::FILES_CATALOG, None),
    ] {
        let typed = typed
            .zip(key.flag)
            .map(|(path, flag)| Setting::new(Place::Path(path.to_owned()), Origin::Flag(flag)));
        let named = named(resolver, key);
        let is_in_file = matches!(&named, Some(set) if matches!(set.origin, Origin::File { .. }));
        let (in_file, in_variable) = if is_in_file {
            (named, None)
        } else {
            (None, named)
        };
        let found = typed
            .or(in_variable)
            .or_else(|| folders.of_variable(document))
            .or(in_file)
            .or_else(|| inline(resolver, document))
            .or_else(|| folders.other(document));
        show(resolver, key, found.as_ref());
        local.extend(found.map(|found| (document, found.value)));
    }
    DocumentSettings { local, service }
}

/// What a variable or `esl.toml` names.
fn named(resolver: &mut Resolver<'_>, key: &Key) -> Option<Setting<Place>> {
    let found = resolver.found(key)?;
    match path_of(&found) {
        Ok(path) => Some(Setting::new(Place::Path(path), found.origin)),
        Err(message) => {
            resolver.refuse(found.origin.to_string(), message);
            None
        }
    }
}

fn show(resolver: &mut Resolver<'_>, key: &'static Key, found: Option<&Setting<Place>>) {
    let Some(Setting { value, origin }) = found else {
        return resolver.show(key, json!(null), &Origin::BuiltIn);
    };
    let file = match value {
        Place::Path(path) => path,
        Place::Inline { file, .. } => file,
    };
    resolver.show(key, json!(file.display().to_string()), origin);
}

/// The document in `esl.toml`.
fn inline(resolver: &Resolver<'_>, document: ConfigDocument) -> Option<Setting<Place>> {
    let file = resolver.environment.file.as_ref()?;
    let text = file.document(match document {
        ConfigDocument::Presets => "presets",
        ConfigDocument::Students => "students",
        ConfigDocument::VoiceMap => "voices",
        _ => return None,
    })?;
    let (text, file) = (text.to_owned(), file.path().to_owned());
    let origin = Origin::Place(file.clone());
    Some(Setting::new(Place::Inline { text, file }, origin))
}

/// The folders in which documents are looked for.
struct Folders {
    of_variable: Option<(PathBuf, Origin)>,
    others: Vec<PathBuf>,
    /// More of them, for the voice catalog only.
    of_catalog: Vec<PathBuf>,
}

impl Folders {
    fn of(resolver: &mut Resolver<'_>) -> Self {
        let environment = resolver.environment;
        let named = environment.variable(keys::CONFIG_DIR).cloned();
        if let Some(named) = named
            .as_ref()
            .filter(|named| !Path::new(&named.text).is_dir())
        {
            let message = format!("{} is no folder", named.text);
            resolver.refuse(named.origin.to_string(), message);
        }
        let of_variable = named.map(|named| {
            let origin = Origin::FolderOfVariable(keys::CONFIG_DIR);
            (PathBuf::from(named.text), origin)
        });
        let of_user = environment.settings_folder();
        let working = environment.variable(keys::PIPELINE_CWD);
        let above = ["..", "../.."].map(|folder| Path::new(folder).join(LOCAL_CONFIGS));
        let working = working.map(|working| Path::new(&working.text).join(LOCAL_CONFIGS));
        Self {
            of_variable,
            others: [Some(PathBuf::from(LOCAL_CONFIGS)), of_user]
                .into_iter()
                .flatten()
                .collect(),
            of_catalog: working.into_iter().chain(above).collect(),
        }
    }

    fn of_variable(&self, document: ConfigDocument) -> Option<Setting<Place>> {
        let (folder, origin) = self.of_variable.as_ref()?;
        let path = folder.join(document.file_name());
        path.exists()
            .then(|| Setting::new(Place::Path(path), origin.clone()))
    }

    fn other(&self, document: ConfigDocument) -> Option<Setting<Place>> {
        let of_catalog = self.of_catalog.iter();
        let of_catalog = of_catalog.filter(|_| document == ConfigDocument::VoiceCatalog);
        let mut folders = self.others.iter().chain(of_catalog);
        folders.find_map(|folder| {
            let path = folder.join(document.file_name());
            let origin = Origin::Place(folder.clone());
            path.exists()
                .then(|| Setting::new(Place::Path(path), origin))
        })
    }
}

fn service(resolver: &mut Resolver<'_>) -> Option<ServiceSettings> {
    let provider = resolver.or(&keys::CONFIG_PROVIDER, None, parse::choice, Provider::Local);
    let endpoint = resolver.optional(&keys::CONFIG_ENDPOINT, None, parse::address);
    let token = resolver.secret(&keys::CONFIG_TOKEN);
    let mut path = |document, key, built_in: &str| {
        let path = resolver.or(key, None, parse::text, built_in.to_owned());
        (document, path.value)
    };
    let paths = BTreeMap::from([
        path(
            ConfigDocument::Presets,
            &keys::CONFIG_PRESETS,
            "/presets.json",
        ),
        path(
            ConfigDocument::Students,
            &keys::CONFIG_STUDENTS,
            "/students.json",
        ),
        path(
            ConfigDocument::VoiceMap,
            &keys::CONFIG_VOICES,
            "/voices.yml",
        ),
        path(
            ConfigDocument::VoiceCatalog,
            &keys::CONFIG_CATALOG,
            "/voices-catalog.json",
        ),
    ]);
    let stale_if_error = resolver.or(&keys::CONFIG_STALE, None, parse::switch, false);
    if provider.value == Provider::Local {
        return None;
    }
    let Some(endpoint) = endpoint else {
        let message = "a service needs an address; set ESL_PIPELINE_CONFIG_ENDPOINT";
        resolver.refuse(provider.origin.to_string(), message);
        return None;
    };
    Some(ServiceSettings {
        endpoint: endpoint.value.0,
        token,
        paths,
        stale_if_error: stale_if_error.value,
    })
}
