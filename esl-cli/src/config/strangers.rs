//! Variables that nobody reads, though they look as if they were meant for `esl`.

use std::collections::BTreeSet;

use esl_pipeline::spelling::{closest, is_slip};

use super::keys;

/// What names begin with that are nobody else's.
const PREFIXES: &[&str] = &["BATCH_JOBS_", "ELEVENLABS_", "ESL_", "NOTION_"];

/// A warning about each of `names` that is not `known` and looks as if it were to be.
pub(super) fn warnings<'a>(
    names: impl IntoIterator<Item = &'a String>,
    known: &BTreeSet<&'static str>,
) -> Vec<String> {
    let is_read = |name: &str| known.contains(name) || keys::WITHOUT_EFFECT.contains(&name);
    let names: BTreeSet<_> = names.into_iter().map(String::as_str).collect();
    let strangers = names.into_iter().filter(|name| !is_read(name));
    strangers.filter_map(|name| warning(name, known)).collect()
}

fn warning(name: &str, known: &BTreeSet<&'static str>) -> Option<String> {
    let nearest = closest(name, known.iter().copied());
    let is_ours = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    match nearest {
        Some(nearest) if is_ours || is_misspelt(name, nearest) => Some(format!(
            "{name} is set, but there is no such setting; did you mean {nearest}?"
        )),
        None if is_ours => Some(format!("{name} is set, but there is no such setting")),
        _ => None,
    }
}

/// Whether `name` can only be meant for `known`. Others leave out underscores: `PGHOST` is Postgres's
/// own.
fn is_misspelt(name: &str, known: &str) -> bool {
    let words = |name: &str| name.split('_').count();
    is_slip(name, known) && words(name) == words(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(name: &str) -> Vec<String> {
        warnings([&name.to_owned()], &keys::names().collect())
    }

    #[test]
    fn a_slip_is_told_with_the_name_that_was_meant() {
        for (name, meant) in [
            ("NOTION_TOKN", "NOTION_TOKEN"),
            ("NOTION_TOKEN_FIEL", "NOTION_TOKEN_FILE"),
            ("ELEVENLABS_APIKEY", "ELEVENLABS_API_KEY"),
            ("ESL_PIPELINE_MANIFEST_STRE", "ESL_PIPELINE_MANIFEST_STORE"),
            ("DATABSE_URL", "DATABASE_URL"),
            ("WORKER_CONCURENCY", "WORKER_CONCURRENCY"),
        ] {
            let told = warned(name);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].starts_with(name), "{told:?}");
            assert!(
                told[0].ends_with(&format!("did you mean {meant}?")),
                "{told:?}"
            );
        }
    }

    #[test]
    fn what_begins_with_a_name_of_ours_is_told_without_a_guess() {
        let told = warned("ESL_COLOUR_OF_THE_SKY");
        let expected = "ESL_COLOUR_OF_THE_SKY is set, but there is no such setting";
        assert_eq!(told, [expected]);
    }

    #[test]
    fn what_belongs_to_others_is_nobodys_business() {
        for name in [
            "PATH",
            "HOME",
            "PGHOST",
            "PGPASSWORD",
            "DB_HOST",
            "PG_HOME",
            "AWS_PROFILE",
            "AWS_DEFAULT_REGION",
            "REDIS_URL",
            "LOGLEVEL",
            "MAIL",
            "NODE_OPTIONS",
            "OPENAI_ORGANIZATION",
            "BATCH_BACKEND_HTTP_PORT",
            "notion_token",
        ] {
            assert_eq!(warned(name), [""; 0]);
        }
        let known = keys::names().chain(keys::WITHOUT_EFFECT.iter().copied());
        assert!(known.flat_map(warned).next().is_none());
    }
}
