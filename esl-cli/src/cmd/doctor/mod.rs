//! `esl doctor`: whether homework can be made here, and how to mend it if not. Services are asked
//! what costs nothing, all at the same time.

mod check;
mod machine;
mod notion;
mod speech;
mod storage;

use std::io::{self, Write};

use esl_core::Classify;
use esl_core::ports::ConfigDocument;
use esl_pipeline::documents;
use serde_json::{Value, json};

use super::Session;
use crate::args::SettingArgs;
use crate::config::{Place, Settings};
use crate::exit::{Exit, Failure};
use crate::output::{Answer, Outcome, style::printable, summary};
use crate::wiring::{Documents, Source};
use check::{Check, Health};

struct Diagnosis(Vec<Check>);

pub(super) async fn doctor(args: &SettingArgs, session: &Session) -> Outcome {
    let settings = session.environment.settings(args.settings())?;
    let documents = Documents::read(&settings.documents).await.ok();
    let (speech, notion, storage, documents) = tokio::join!(
        speech::checks(&settings.speech, documents.as_ref()),
        notion::checks(&settings),
        storage::checks(&settings),
        of_documents(&settings),
    );
    let is_local = notion.is_empty();
    let mut checks = speech;
    checks.extend([machine::encoder(), machine::cache(&settings)]);
    checks.extend(notion);
    if is_local {
        checks.push(machine::folder("pages", &settings.pages, "--workspace"));
    }
    checks.extend(storage);
    checks.extend(documents);
    checks.extend(settings.warnings.iter().map(|warning| {
        Check::warn(
            "settings",
            warning,
            "`esl config show` tells where each setting comes from",
        )
    }));
    checks.push(machine::terminal());
    Ok(Box::new(Diagnosis(checks)))
}

/// Presets, voice map and student profiles.
async fn of_documents(settings: &Settings) -> Vec<Check> {
    let source = match Source::of(&settings.documents) {
        Ok(source) => source,
        Err(failure) => return vec![Check::failed("configuration service", failure)],
    };
    let (presets, voices, students) = tokio::join!(
        documents::presets(&source),
        documents::voice_map(&source),
        documents::students(&source),
    );
    let place = |document| match settings.documents.local.get(&document) {
        Some(Place::Path(path) | Place::Inline { file: path, .. }) => path.display().to_string(),
        None if settings.documents.service.is_some() => "the configuration service".to_owned(),
        None => "this program".to_owned(),
    };
    let presets = presets.map(|presets| {
        let names: Vec<_> = presets.names().collect();
        format!("{} in {}", names.join(", "), place(ConfigDocument::Presets))
    });
    let voices = voices.map(|voices| match voices.named().next() {
        Some(_) => place(ConfigDocument::VoiceMap),
        None => "none, voices are chosen by points".to_owned(),
    });
    let students = students.map(|students| {
        let profiles = students.iter().count();
        format!("{profiles} in {}", place(ConfigDocument::Students))
    });
    vec![
        told("presets", presets),
        told("voice map", voices),
        told("students", students),
    ]
}

fn told(name: &'static str, read: Result<String, impl Classify>) -> Check {
    match read {
        Ok(message) => Check::ok(name, message),
        Err(error) => Check::failed(name, Failure::of(&error)),
    }
}

impl Answer for Diagnosis {
    /// What the user can mend comes before what may pass.
    fn exit(&self) -> Exit {
        let exits = self.0.iter().map(|check| check.exit);
        let failed: Vec<_> = exits.filter(|exit| *exit != Exit::Success).collect();
        match failed.first() {
            _ if failed.contains(&Exit::Configuration) => Exit::Configuration,
            Some(first) => *first,
            None => Exit::Success,
        }
    }

    fn json(&self) -> Value {
        json!({ "ok": self.exit() == Exit::Success, "checks": summary::json(&self.0) })
    }

    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for check in &self.0 {
            let health = match check.health {
                Health::Ok => "ok",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            let message = printable(&check.message);
            writeln!(out, "{health:4}  {:15}  {message}", check.name)?;
            if let Some(mend) = &check.mend {
                writeln!(out, "{:23}{}", "", printable(mend))?;
            }
        }
        Ok(())
    }
}
