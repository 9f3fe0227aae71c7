//! `.env` files: found from the current folder up to the root of its repository, then in the user's
//! folder of settings. They are read; the environment of the process is never changed.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use super::sources::{Found, Variables};
use crate::source;

const NAME: &str = ".env";

/// What `.env` files say.
#[derive(Debug, Default)]
pub(super) struct DotEnv {
    pub(super) variables: Variables,
    /// Names of variables that have no meaning.
    pub(super) strangers: BTreeSet<String>,
}

/// The folders that may hold a `.env` or `esl.toml`: `current` and those above it up to the nearest
/// with a `.git`, then the user's. Outside of a repository only `current`, as nobody knows whose
/// the folders above are.
pub(super) fn folders(current: &Path, of_user: Option<&Path>) -> Vec<PathBuf> {
    let root = current
        .ancestors()
        .position(|folder| folder.join(".git").exists());
    let above = current.ancestors().take(root.unwrap_or(0) + 1);
    above.chain(of_user).map(Path::to_owned).collect()
}

/// The variables called `names` in the `.env` files of `folders`, the first file that sets one
/// counts. What cannot be read gives a warning.
pub(super) fn read(
    folders: &[PathBuf],
    names: &BTreeSet<&'static str>,
    warnings: &mut Vec<String>,
) -> DotEnv {
    let mut found = DotEnv::default();
    let files = folders.iter().map(|folder| folder.join(NAME));
    for file in files.filter(|file| file.is_file()) {
        match source::read_settings("settings file", &file) {
            Ok(text) => found.add(&file, &text, names, warnings),
            Err(failure) => warnings.push(failure.message),
        }
    }
    found
}

impl DotEnv {
    fn add(
        &mut self,
        file: &Path,
        text: &str,
        names: &BTreeSet<&'static str>,
        warnings: &mut Vec<String>,
    ) {
        let text = text.trim_start_matches('\u{feff}');
        let mut broken = 0;
        for pair in dotenvy::from_read_iter(Cursor::new(text)) {
            let Ok((key, value)) = pair else {
                broken += 1;
                continue;
            };
            let Some(name) = names.get(&*key).copied() else {
                self.strangers.insert(key);
                continue;
            };
            let line = line_of(text, name);
            let file = file.to_owned();
            self.variables
                .entry(name)
                .or_insert_with(|| Found::in_dotenv(value, name, file, line));
        }
        if broken > 0 {
            // Not which text: it may be a secret.
            let file = file.display();
            let lines = if broken == 1 { "line is" } else { "lines are" };
            let message =
                format!("{file}: {broken} {lines} not of the form NAME=value and passed over");
            warnings.push(message);
        }
    }
}

/// The line (from 1) that sets `name`.
fn line_of(text: &str, name: &str) -> usize {
    let sets = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(sets).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn names() -> BTreeSet<&'static str> {
        BTreeSet::from(["A_TOKEN", "B_NAME"])
    }

    fn read_text(text: &str) -> (DotEnv, Vec<String>) {
        let (mut found, mut warnings) = (DotEnv::default(), Vec::new());
        found.add(Path::new("x/.env"), text, &names(), &mut warnings);
        (found, warnings)
    }

    #[test]
    fn quotes_comments_and_exports_are_understood_and_lines_counted() {
        let text = "# mine\nexport A_TOKEN='a#b' # not this\n\nB_NAME=\"two\\nlines\"\nOTHER=1\n";
        let (found, warnings) = read_text(text);
        assert_eq!(warnings, [""; 0]);
        assert!(found.strangers.iter().eq(["OTHER"]));
        let variables = found.variables;
        assert_eq!(variables.len(), 2);
        assert_eq!(variables["A_TOKEN"].text, "a#b");
        assert_eq!(
            variables["A_TOKEN"].origin.to_string(),
            "A_TOKEN (x/.env:2)"
        );
        assert_eq!(variables["B_NAME"].text, "two\nlines");
        assert_eq!(variables["B_NAME"].origin.to_string(), "B_NAME (x/.env:4)");
    }

    #[test]
    fn a_broken_line_is_a_warning_that_does_not_repeat_it() {
        let (found, warnings) = read_text("sk-secret here\nB_NAME=x\n");
        assert_eq!(found.variables["B_NAME"].text, "x");
        assert_eq!(warnings.len(), 1);
        assert!(!warnings[0].contains("secret"), "{warnings:?}");
    }

    #[test]
    fn the_search_ends_at_the_root_of_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let below = root.path().join("repository/lessons/unit");
        fs::create_dir_all(&below).unwrap();
        assert_eq!(folders(&below, None), [below.as_path()]);
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        let user = Path::new("/settings");
        let found = folders(&below, Some(user));
        let lessons = below.parent().unwrap();
        let repository = lessons.parent().unwrap();
        assert_eq!(found, [below.as_path(), lessons, repository, user]);
    }

    #[test]
    fn the_nearest_file_counts() {
        let root = tempfile::tempdir().unwrap();
        let folders = [root.path().join("near"), root.path().join("far")];
        for (folder, text) in folders
            .iter()
            .zip(["B_NAME=near", "B_NAME=far\nA_TOKEN=far"])
        {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join(NAME), text).unwrap();
        }
        let variables = read(&folders, &names(), &mut Vec::new()).variables;
        assert_eq!(variables["B_NAME"].text, "near");
        assert_eq!(variables["A_TOKEN"].text, "far");
    }
}
